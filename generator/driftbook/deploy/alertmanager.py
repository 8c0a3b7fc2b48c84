"""An Alertmanager: its configuration and templates in a folder, and a reload that is watched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import basename
from typing import Any

from driftbook import names
from driftbook.deploy import first, routes
from driftbook.deploy.base import Job, Say
from driftbook.deploy.change import Server, change
from driftbook.deploy.folder import CURRENT, Folder
from driftbook.deploy.http import Client, RefusedError
from driftbook.deploy.plan import Change, Plan
from driftbook.deploy.ruler import reachable, reloader
from driftbook.errors import FatalError
from driftbook.prove import engines, syntax
from driftbook.prove.workers import Workers

NAME = "Alertmanager"
CONFIG = basename(names.ALERTMANAGER)
STATUS, ALERTS, METRICS = "/api/v2/status", "/api/v2/alerts", "/metrics"


@dataclass(frozen=True, slots=True)
class Running:
    """What an Alertmanager runs. text: as it shows it, without secrets. digest: of the file."""

    text: str
    version: str
    digest: float | None


@dataclass(frozen=True, slots=True)
class Work:
    """before: the version of the folder. files: all of ours that are to be in it."""

    before: str
    files: Mapping[str, bytes]
    ran: Running


def plan(job: Job) -> Plan:
    """See `base.Deployer`."""
    client, folder = _client(job), Folder(job.path(job.settings.directory))
    wanted = _texts(job.root)
    config = routes.parsed(wanted[CONFIG])
    before, present = folder.version(), folder.read()
    folder.clash(wanted)
    if first.due(folder, client):
        return _first(client, folder, config, wanted)
    kept = {n: t for n, t in present.items() if n not in wanted and not job.prune}
    files, ran = {**kept, **wanted}, _running(client)
    changes = list(_changes(config, files, present, ran))
    if changes:
        folder.writable()
        reachable(job, NAME)
    told = {c.name for c in changes if c.what != "file"}
    cautions = (*client.cautions, *_version(job, client, ran), *_relative(config, files, folder))
    firing = _firing(client) if told else 0
    if firing:
        cautions += (
            f"{firing} drift alerts fire: those whose route or receiver changes are told again",
        )
    work = Work(before, files, ran)
    return Plan(tuple(changes), tuple(sorted(kept)), (), cautions, work=work)


def apply(job: Job, plan: Plan, say: Say) -> None:
    """See `base.Deployer`."""
    client, folder = _client(job), Folder(job.path(job.settings.directory))
    _check(job)
    if isinstance(plan.work, first.Work):
        first.apply(folder, plan.work, say)
        return
    work: Work = plan.work

    def missing() -> str:
        return _missing(work.files[CONFIG], _running(client), folder)

    def undone() -> str:
        same = _running(client).text == work.ran.text
        return "" if same else "it runs another configuration than before"

    within = job.settings.connection.within
    server = Server(NAME, reloader(job, client, NAME), missing, undone, within)
    change(folder, work.before, work.files, server, say)


def _first(
    client: Client, folder: Folder, config: routes.Config, files: Mapping[str, bytes]
) -> Plan:
    """Without these files it does not start, so nobody answers before they are there."""
    folder.writable()
    return Plan(
        tuple(Change("added", "file", name) for name in sorted(files)),
        cautions=(
            first.caution(NAME, client),
            *client.cautions,
            *_relative(config, files, folder),
        ),
        start=first.command("alertmanager", f"--config.file={folder.current / CONFIG}"),
        work=first.Work(files),
    )


def _client(job: Job) -> Client:
    return Client(job.settings.connection, job.root)


def _texts(root: Path) -> dict[str, bytes]:
    """The compiled configuration and what it loads, as they are named beside each other."""
    folder = (root / names.ALERTMANAGER).parent
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file()}


def _running(client: Client) -> Running:
    status: Any = client.json(STATUS)
    try:
        text, version = str(status["config"]["original"]), str(status["versionInfo"]["version"])
    except (KeyError, TypeError):
        raise FatalError(f"{client.url} does not answer {STATUS} as Alertmanager does") from None
    try:
        digest = routes.digest_in(client.ask("GET", METRICS).text)
    except RefusedError:  # a proxy may show the API alone
        digest = None
    return Running(text, version, digest)


def _changes(
    config: routes.Config, files: Mapping[str, bytes], present: Mapping[str, bytes], ran: Running
) -> Iterator[Change]:
    """Against the file where the server runs that, else against what the server shows."""
    current = present.get(CONFIG)
    runs_current = current is not None and _runs(current, ran)
    if current is not None and runs_current:
        found = list(routes.changes(config, routes.parsed(current), whole=True))
    else:
        found = list(routes.changes(config, routes.parsed(ran.text), whole=False))
    yield from found
    for name, text in sorted(files.items()):
        if name not in present:
            yield Change("added", "file", name)
        elif present[name] != text and not (name == CONFIG and found):
            yield Change("changed", "file", name)
    for name in sorted(present.keys() - files.keys()):
        yield Change("removed", "file", name)
    if not found and not _runs(files[CONFIG], ran):
        yield Change("changed", "configuration", "what Alertmanager has loaded")


def _runs(text: bytes, ran: Running) -> bool:
    if ran.digest is not None:
        return ran.digest == routes.digest(text)
    return routes.shape(routes.parsed(text)) == routes.shape(routes.parsed(ran.text))


def _missing(text: bytes, ran: Running, folder: Folder) -> str:
    if routes.shape(routes.parsed(text)) != routes.shape(routes.parsed(ran.text)):
        return f"it runs other routes than those in {folder.path}/{CURRENT}/{CONFIG}"
    return "" if _runs(text, ran) else f"it does not read {folder.path}/{CURRENT}/{CONFIG}"


def _version(job: Job, client: Client, ran: Running) -> Iterator[str]:
    try:
        version = tuple(int(part) for part in ran.version.split(".")[:2])
    except ValueError:
        return
    needed = job.catalog.alertmanager.version
    if version < needed:
        yield (
            f"{client.url} is Alertmanager {ran.version}, "
            f"the catalog is for {needed[0]}.{needed[1]}"
        )


def _relative(config: routes.Config, files: Mapping[str, bytes], folder: Folder) -> Iterator[str]:
    for name in sorted(set(routes.relative(config, set(files)))):
        yield f'"{name}" is looked for in {folder.current}: write it as an absolute path'


def _firing(client: Client) -> int:
    """How many alerts of driftbook are told just now."""
    given = {"active": "true", "silenced": "false", "filter": names.ROOT_MATCHER}
    found = client.json(ALERTS, given)
    return len(found) if isinstance(found, list) else 0


def _check(job: Job) -> None:
    """amtool's word on the configuration, where it is at hand. Raises FatalError."""
    if tools := engines.find(job.root):
        with Workers(1) as workers:
            found = syntax.routes(job.disk, tools, workers)
        if found:
            message = f"{found[0].message} {found[0].detail}".strip()
            raise FatalError(f"amtool refuses the configuration: {message}", "nothing was changed")
