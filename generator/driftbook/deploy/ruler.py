"""A server that evaluates the rule files of a folder: Prometheus, vmalert."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from posixpath import basename, dirname

import yaml

from driftbook import names
from driftbook.deploy import compare, first, groups, process
from driftbook.deploy.base import Job, Say
from driftbook.deploy.change import Server, change
from driftbook.deploy.compare import Ruler
from driftbook.deploy.cost import cost
from driftbook.deploy.folder import CURRENT, Folder
from driftbook.deploy.groups import Group, Running
from driftbook.deploy.http import Client
from driftbook.deploy.plan import Change, Cost, Plan
from driftbook.errors import FatalError
from driftbook.model import FileTarget
from driftbook.prove.compiled import Compiled

RULES = "/api/v1/rules"
WATCHDOG = basename(names.WATCHDOG_RULES)


@dataclass(frozen=True, slots=True)
class Kind:
    """name: of the server, for people. needs: why it may refuse files that are right."""

    name: str
    ruler: Ruler
    needs: str = "its log says more"


@dataclass(frozen=True, slots=True)
class Work:
    """before: the version of the folder. files: all of ours that are to be in it.

    wanted: the groups that are to run, gone: names of those that are not. ran: what runs now.
    """

    before: str
    files: Mapping[str, bytes]
    wanted: Mapping[str, Group]
    gone: frozenset[str]
    ran: tuple[Running, ...]


def texts(job: Job) -> dict[str, bytes]:
    """The compiled rule files under the names that they have in the folder."""
    return {basename(file): (job.root / file).read_bytes() for file in job.disk.rules}


def plan(
    job: Job, kind: Kind, client: Client, files: Mapping[str, bytes], cautions: tuple[str, ...]
) -> Plan:
    """files: the compiled rule files, as this server can take them. cautions: of its kind."""
    target: FileTarget = job.settings
    folder = Folder(job.path(target.directory))
    before, present = folder.version(), folder.read()
    folder.clash(files)
    kept = {n: t for n, t in present.items() if n not in files and not job.prune}
    ran = _running(kind, client)
    wanted = {name: kind.ruler.seen(group) for name, group in parsed(job, files).items()}
    other = {n: t for n, t in present.items() if files.get(n) != t}
    here = _here(ran, folder, {*wanted, *parsed(job, other)})
    moved = {n: one for one in ran if (n := one.group.name) in {*wanted} - {*here} and _loose(one)}
    stays = {*kept, *folder.foreign()}
    gone = {n for n, one in here.items() if n not in wanted and one.group.file not in stays}
    concerned = [one for n, one in {**here, **moved}.items() if n in wanted or n in gone]
    found = {one.group.name: one.group for one in concerned}
    made = [*compare.changes(wanted, found), *_moves(moved)]
    new = {**kept, **files}
    made += _texts(new, present, {g.file for g in compare.changed(wanted, found)})
    if made:
        folder.writable()
        reachable(job, kind.name)
    return Plan(
        tuple(made),
        tuple(sorted(kept)),
        tuple(compare.disturbed(concerned, wanted, frozenset(moved), kind.ruler)),
        (*client.cautions, *cautions, *_cautions(folder, ran, here)),
        tuple(_costs(job, wanted, here)),
        work=Work(before, new, wanted, frozenset(gone), ran),
    )


def first_plan(
    job: Job,
    kind: Kind,
    client: Client,
    files: Mapping[str, bytes],
    cautions: tuple[str, ...],
    start: str,
) -> Plan:
    """That of a first deployment. start: how the server is started."""
    folder = Folder(job.path(job.settings.directory))
    folder.writable()
    wanted = parsed(job, files)
    return Plan(
        tuple(compare.changes(wanted, {})),
        cautions=(
            first.caution(kind.name, client),
            *client.cautions,
            *cautions,
            *_cautions(folder, (), {}),
        ),
        costs=tuple(_costs(job, wanted, {})),
        start=start,
        work=first.Work(files),
    )


def apply(
    job: Job, kind: Kind, client: Client, work: Work, refused: Callable[[], str], say: Say
) -> None:
    """refused: "" as long as the server has not said that it does not take the files."""
    target: FileTarget = job.settings
    folder = Folder(job.path(target.directory))

    def missing() -> str:
        said = _missing(_running(kind, client), work, folder)
        if said and (why := refused()):
            raise FatalError(f"{kind.name} refuses the files: {why}", kind.needs)
        return said

    def undone() -> str:
        now = _running(kind, client)
        ours = {*work.wanted, *work.gone}
        return (
            "" if _shape(now, ours) == _shape(work.ran, ours) else "it runs other rules than before"
        )

    within = target.connection.within
    server = Server(kind.name, reloader(job, client, kind.name), missing, undone, within)
    change(folder, work.before, work.files, server, say)


def reloader(job: Job, client: Client, server: str) -> Callable[[], None]:
    """What makes the server of a target read its files again. server: a key of its PROGRAMS."""
    target: FileTarget = job.settings

    def by_request() -> None:
        client.ask("POST", "/-/reload")

    def by_signal() -> None:
        process.reload(job.path(target.pid_file), server)

    return by_signal if target.pid_file else by_request


def reachable(job: Job, server: str) -> None:
    """Raises FatalError where `pid_file` would stop a reload, before anything is written."""
    target: FileTarget = job.settings
    if target.pid_file:
        process.number(job.path(target.pid_file), server)


def _running(kind: Kind, client: Client) -> tuple[Running, ...]:
    ran = groups.running(client.json(RULES))
    return tuple(replace(one, group=kind.ruler.seen(one.group)) for one in ran)


def parsed(job: Job, files: Mapping[str, bytes]) -> dict[str, Group]:
    """The groups of some rule files, by name."""
    loaded = {name: yaml.load(text, Loader=yaml.CSafeLoader) for name, text in files.items()}
    return groups.on_disk(Compiled(job.root, loaded, {}, None, {}, ()))


def _here(ran: Iterable[Running], folder: Folder, ours: Collection[str]) -> dict[str, Running]:
    """The groups of our folder by name, wherever the server sees that mounted.

    ours: names of groups, by which the folder is known again. Another catalog has a watchdog too,
    so that one tells nothing.
    """
    places = Counter(
        dirname(one.path)
        for one in ran
        if one.group.name in ours and one.group.file != WATCHDOG and not _loose(one)
    )
    home = str(folder.current)
    if home not in {dirname(one.path) for one in ran} and places:
        home = places.most_common(1)[0][0]
    return {one.group.name: one for one in ran if dirname(one.path) == home}


def _loose(one: Running) -> bool:
    """Whether a group is of no folder that driftbook deploys to, ours or another catalog's."""
    return basename(dirname(one.path)) != CURRENT


def _moves(moved: Mapping[str, Running]) -> Iterator[Change]:
    """Our groups that the server has from elsewhere, and not from our folder."""
    for name, one in sorted(moved.items()):
        yield Change("changed", "group", name, f"runs from {one.path}, not from {CURRENT}/")


def _texts(
    files: Mapping[str, bytes], present: Mapping[str, bytes], told: set[str]
) -> Iterator[Change]:
    """Files that are not as they should be although the server runs what they should hold."""
    for name in sorted(files.keys() - told):
        if name not in present:
            yield Change("added", "file", name)
        elif files[name] != present[name]:
            yield Change("changed", "file", name)
    for name in sorted(present.keys() - files.keys() - told):
        yield Change("removed", "file", name)


def _costs(job: Job, wanted: Mapping[str, Group], here: Mapping[str, Running]) -> Iterator[Cost]:
    scrape = job.catalog.prometheus.scrape_interval
    for name, group in sorted(wanted.items()):
        yield cost(group, scrape, here[name].measured if name in here else None)


def _cautions(folder: Folder, ran: Iterable[Running], here: Mapping[str, Running]) -> Iterator[str]:
    for one in ran:
        if one.group.name in here and _loose(one):
            yield f"{one.group.name} also runs from {one.path}: it is evaluated twice"
    if stray := folder.stray():
        yield (
            f"{len(stray)} rule files such as {stray[0].name} lie in {folder.path} itself, "
            f"beside {CURRENT}/: the server may load them too; remove them"
        )


def _missing(now: tuple[Running, ...], work: Work, folder: Folder) -> str:
    """What the server does not run as it should, the first of it in words."""
    here = {n: one.group for n, one in _here(now, folder, work.wanted).items()}
    for name, group in work.wanted.items():
        if name not in here:
            return f"it does not load {folder.current}/{group.file} (group {name})"
        if said := next(compare.changes({name: group}, {name: here[name]}), None):
            return f"{said.what} {said.name} still differs: {said.detail}"
    still = sorted(work.gone & here.keys())
    return f"it still runs the group {still[0]}" if still else ""


def _shape(ran: Iterable[Running], ours: Collection[str]) -> list[tuple[str, str, Group]]:
    """Those of our groups, which nobody else changes meanwhile."""
    found = ((one.path, one.group.name, one.group) for one in ran if one.group.name in ours)
    return sorted(found, key=lambda known: known[:2])
