"""A Prometheus server: rule files in a folder, and a reload that is watched."""

from driftbook.deploy import compare, first, ruler
from driftbook.deploy.base import Job, Say
from driftbook.deploy.folder import Folder
from driftbook.deploy.http import Client, RefusedError
from driftbook.deploy.plan import Plan

KIND = ruler.Kind("Prometheus", compare.PROMETHEUS)


def plan(job: Job) -> Plan:
    """See `base.Deployer`."""
    client, folder = _client(job), Folder(job.path(job.settings.directory))
    if first.due(folder, client):
        return ruler.first_plan(job, KIND, client, ruler.texts(job), (), _start(folder))
    return ruler.plan(job, KIND, client, ruler.texts(job), _version(job, client))


def apply(job: Job, plan: Plan, say: Say) -> None:
    """See `base.Deployer`."""
    if isinstance(plan.work, first.Work):
        first.apply(Folder(job.path(job.settings.directory)), plan.work, say)
        return
    ruler.apply(job, KIND, _client(job), plan.work, lambda: "", say)


def _client(job: Job) -> Client:
    return Client(job.settings.connection, job.root)


def _start(folder: Folder) -> str:
    said = first.command("prometheus", "--web.enable-lifecycle", "--config.file=prometheus.yml")
    return f"{said}  # with `rule_files: [{folder.current}/*.rules.yaml]` in that file"


def _version(job: Job, client: Client) -> tuple[str, ...]:
    """A caution where the server is older than what the catalog was checked for."""
    try:
        text = str(client.json("/api/v1/status/buildinfo")["data"]["version"])
        version = tuple(int(part) for part in text.split(".")[:2])
    except (RefusedError, KeyError, TypeError, ValueError):
        return ()
    needed = job.catalog.prometheus.version
    if version >= needed:
        return ()
    return (f"{client.url} is Prometheus {text}, the catalog is for {needed[0]}.{needed[1]}",)
