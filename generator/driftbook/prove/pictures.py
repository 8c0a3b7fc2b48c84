"""Every scenario as each of its invariants sees it, evaluated once and then remembered.

What a timeline depends on is hashed: first what is cheap, the files that its parts come from and
the program; and where that has changed, the question to promtool itself, so that an edit
that changes no rule evaluates nothing. Kept in `.driftbook/pictures/`, a file each.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from driftbook import memo, names, timeline
from driftbook.errors import FatalError
from driftbook.files import remember
from driftbook.model import Catalog, Invariant, Scenario
from driftbook.prove import panels, series, timelines
from driftbook.prove.engines import Engines
from driftbook.prove.workers import Workers
from driftbook.timeline import Bound, Line, Moving, Panel, Timeline, Track

FOLDER = f"{names.STATE}/pictures"
LATER = "It has not been evaluated yet: driftbook build or driftbook site does it."
Say = Callable[[str, int, int], None]
Pictures = dict[tuple[str, str], Timeline | str]


@dataclass(frozen=True, slots=True)
class _Job:
    """A scenario and one of its invariants. cheap: what it depends on, by digests of files."""

    scenario: Scenario
    invariant: Invariant
    cheap: str

    @property
    def file(self) -> str:
        return f"{FOLDER}/{self.scenario.name}.{self.invariant.name}.json"

    @property
    def length(self) -> float:
        """How long it will take, by and large."""
        return max((e.at for e in self.scenario.expect), default=0) / self.scenario.every


@dataclass(frozen=True, slots=True)
class _Known:
    """A timeline with the two keys of what it was made from."""

    cheap: str
    exact: str
    timeline: Timeline


def evaluated(
    root: Path,
    catalog: Catalog,
    engines: Engines | None,
    say: Say | None,
) -> Pictures:
    """Names of scenario and invariant -> its timeline, or why there is none.

    Nothing without engines. say: told what is done; without it, what is new is left for another
    time. A scenario that promtool cannot evaluate says so in place of its picture, and stops
    nothing.
    """
    if engines is None:
        return {}
    found: Pictures = {}
    open_: list[_Job] = []
    for job in _jobs(catalog, engines):
        known = _remembered(root, job)
        if known is not None and known.cheap == job.cheap:
            found[_key(job)] = known.timeline
        else:
            found[_key(job)] = LATER
            open_.append(job)
    _forget(root, catalog)
    if open_ and say is not None:
        found.update(_evaluated(root, catalog, open_, engines, say))
    return found


def _evaluated(
    root: Path, catalog: Catalog, jobs: Sequence[_Job], engines: Engines, say: Say
) -> Iterator[tuple[tuple[str, str], Timeline | str]]:
    """The longest first, so that no core waits for it in the end."""
    with Workers() as workers:

        def one(job: _Job) -> tuple[tuple[str, str], Timeline | str]:
            return _key(job), _fresh(root, catalog, job, engines, workers)

        ordered = sorted(jobs, key=lambda job: -job.length)
        say("evaluating scenarios", 0, len(jobs))
        for done, pair in enumerate(workers.each(one, ordered), start=1):
            say("evaluating scenarios", done, len(jobs))
            yield pair


def _fresh(
    root: Path, catalog: Catalog, job: _Job, engines: Engines, workers: Workers
) -> Timeline | str:
    asked = timelines.asked(catalog, job.scenario, job.invariant)
    parts = (engines.promtool.version, _evaluator(), repr(asked))
    exact = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    known = _remembered(root, job)
    try:
        if known is not None and known.exact == exact:
            made = known.timeline
        else:
            made = timelines.answered(asked, engines, workers)
    except FatalError as fault:
        return f"promtool could not evaluate it: {fault}"
    data = {"cheap": job.cheap, "exact": exact, "timeline": asdict(made)}
    remember(root / job.file, json.dumps(data, ensure_ascii=False))
    return made


def _jobs(catalog: Catalog, engines: Engines) -> Iterator[_Job]:
    for _, scenario in sorted(catalog.scenarios.items()):
        recorded = json.dumps(sorted(scenario.series.items())) if scenario.samples else ""
        for invariant in timelines.judged(catalog, scenario):
            key = memo.key(catalog, invariant)
            parts = (
                engines.promtool.version,
                memo.program(),
                key,
                scenario.origin.digest,
                recorded,
            )
            yield _Job(scenario, invariant, hashlib.sha256("\n".join(parts).encode()).hexdigest())


def _key(job: _Job) -> tuple[str, str]:
    return job.scenario.name, job.invariant.name


def _remembered(root: Path, job: _Job) -> _Known | None:
    """What is remembered of a job, for whatever rules it was; None where it cannot be read."""
    try:
        data = json.loads((root / job.file).read_bytes())
        return _Known(data["cheap"], data["exact"], _timeline(data["timeline"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _forget(root: Path, catalog: Catalog) -> None:
    """Removes the files of scenarios that are no more."""
    wanted = {
        f"{scenario.name}.{name}.json"
        for scenario in catalog.scenarios.values()
        for name in scenario.invariants
    }
    for path in (root / FOLDER).glob("*.json"):
        if path.name not in wanted:
            path.unlink(missing_ok=True)


def _timeline(data: dict[str, Any]) -> Timeline:
    """The inverse of `asdict`. Raises KeyError or TypeError for anything else."""
    known: dict[str, Any] = dict(data)
    for key, kind in (("lines", Line), ("bounds", Bound), ("tracks", Track), ("moving", Moving)):
        known[key] = _each(kind, known[key])
    for key in ("expected", "notes"):
        known[key] = tuple(tuple(one) for one in known[key])
    panels_ = [panel | {"lines": _each(Line, panel["lines"])} for panel in known["panels"]]
    known |= {"panels": _each(Panel, panels_)}
    known |= {key: tuple(part) for key, part in known.items() if isinstance(part, list)}
    return Timeline(**known)


def _each(kind: type[Any], rows: Sequence[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(
        kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}) for row in rows
    )


@lru_cache(maxsize=1)
def _evaluator() -> str:
    """The part of the program that asks, and reads the answer."""
    digest = hashlib.sha256()
    for module in (panels, series, timelines, timeline):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()
