"""vmalert of VictoriaMetrics: the same files as Prometheus, without what this vmalert refuses.

`keep_firing_for` came with VictoriaMetrics 1.92; older ones refuse a whole file for it. Packages
of distributions do not tell their version, so a flag that came with the same release stands for
it. Where nothing can be told, the files are tried, and what fails is undone.
"""

import re
from collections.abc import Callable, Mapping

from driftbook.deploy import compare, first, ruler
from driftbook.deploy.base import Job, Say
from driftbook.deploy.folder import Folder
from driftbook.deploy.http import Client, RefusedError
from driftbook.deploy.plan import Plan
from driftbook.errors import FatalError
from driftbook.model import VmalertTarget

NEEDS = (
    "its log says why; without -remoteWrite.url it takes no recording rules, "
    "without -notifier.url no alerts"
)
KIND = ruler.Kind("vmalert", compare.VMALERT, NEEDS)
KEEP_FIRING_FOR = (1, 92)
FLAG_OF_ITS_TIME = "notifier.blackhole"
_KEEP = re.compile(rb"^        keep_firing_for: [0-9a-z]+\n", re.MULTILINE)
"""A line of a rule, by its indentation: texts inside annotations stand further right."""
_VERSION = re.compile(r'^vm_app_version\{.*?short_version="v([0-9]+)\.([0-9]+)', re.MULTILINE)
_ERRORS = re.compile(r"^vmalert_config_last_reload_errors_total ([0-9.e+]+)$", re.MULTILINE)


def plan(job: Job) -> Plan:
    """See `base.Deployer`. Raises FatalError where alerts need what this vmalert refuses."""
    target: VmalertTarget = job.settings
    client, folder = Client(target.connection, job.root), Folder(job.path(target.directory))
    new, files = first.due(folder, client), ruler.texts(job)
    keeping = {name: text for name, text in files.items() if _KEEP.search(text)}
    cautions: tuple[str, ...] = ()
    alerts = ", ".join(_alerts(job, keeping))
    if new and keeping:
        cautions = (f"vmalert before 1.92 does not know keep_firing_for, which {alerts} have",)
        if target.keep_firing_for == "drop":
            cautions = (f"{cautions[0]}: they are deployed without it until one can be asked",)
            files |= _dropped(keeping)
    elif keeping and _knows_keep(client) is False:
        message = f"this vmalert does not know keep_firing_for, which {alerts} have"
        if target.keep_firing_for == "refuse":
            hint = "VictoriaMetrics 1.92 knows it; or say `keep_firing_for: drop` of the target"
            raise FatalError(message, hint)
        cautions = (f"{message}: they are deployed without it and end at once",)
        files |= _dropped(keeping)
    if new:
        return ruler.first_plan(job, KIND, client, files, cautions, _start(folder))
    return ruler.plan(job, KIND, client, files, cautions)


def apply(job: Job, plan: Plan, say: Say) -> None:
    """See `base.Deployer`."""
    if isinstance(plan.work, first.Work):
        first.apply(Folder(job.path(job.settings.directory)), plan.work, say)
        return
    client = Client(job.settings.connection, job.root)
    ruler.apply(job, KIND, client, plan.work, _refused(client), say)


def _start(folder: Folder) -> str:
    store, alertmanager = "http://127.0.0.1:8428", "http://127.0.0.1:9093"
    said = first.command(
        "vmalert",
        f"-rule={folder.current}/*.rules.yaml",
        f"-datasource.url={store}",
        f"-remoteWrite.url={store}",
        f"-remoteRead.url={store}",
        f"-notifier.url={alertmanager}",
    )
    return f"{said}  # with your addresses of VictoriaMetrics and Alertmanager"


def _dropped(keeping: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: _KEEP.sub(b"", text) for name, text in keeping.items()}


def _alerts(job: Job, keeping: Mapping[str, bytes]) -> list[str]:
    """The alerts that have it, by name and stage."""
    return [
        str(rule)
        for group in ruler.parsed(job, keeping).values()
        for rule in group.rules
        if rule.keep
    ]


def _knows_keep(client: Client) -> bool | None:
    """None where nobody can tell."""
    if found := _VERSION.search(_page(client, "/metrics")):
        return (int(found[1]), int(found[2])) >= KEEP_FIRING_FOR
    flags = _page(client, "/flags")
    return f"-{FLAG_OF_ITS_TIME}=" in flags if flags else None


def _refused(client: Client) -> Callable[[], str]:
    """It reads its files some time after it was told to, and counts what it could not read."""
    before = _errors(client)

    def refused() -> str:
        now = _errors(client)
        if before is None or now is None or now <= before:
            return ""
        return "its last reload failed, and it runs on with the rules that it had"

    return refused


def _errors(client: Client) -> float | None:
    found = _ERRORS.search(_page(client, "/metrics"))
    return float(found[1]) if found else None


def _page(client: Client, path: str) -> str:
    """A page for operators, "" where it is not shown to us."""
    try:
        return client.ask("GET", path).text
    except RefusedError:
        return ""
