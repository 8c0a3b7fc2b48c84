"""One case: an invariant with one condition, series, and at which ticks it fires by the model.

A case is a file below tests/cases/models/, or made at random. It is compiled by the product and
judged by promtool, and what differs from the model is shown place by place.
"""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from driftbook import pipeline
from driftbook.alerts import alerts
from driftbook.checks import example
from driftbook.emit.rules import rule_file
from models import budget, judges, members, seasons
from models.alert import Verdict, firing
from models.judges import secs
from models.series import Series, selector
from models.world import Place, World, key

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "models"
JUDGES = judges.JUDGES | members.JUDGES | budget.JUDGES | seasons.JUDGES
HOLDS = judges.HOLDS | members.HOLDS | {"unusual": "1200s"}
FRAME: dict[str, Any] = {
    "kind": "invariant",
    "name": "drift",
    "title": "Drift stays small",
    "dataset": "orders",
    "property": "convergence",
    "runbook": "replica-behind",
}


class Plain(yaml.SafeDumper):
    """Without aliases, which catalogs refuse."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always."""
        return True


Timeline = dict[Place, list[Verdict]]


@dataclass(frozen=True)
class Case:
    """invariant: its signal, supporting signals, stages, overrides, as in the catalog.

    One stage holds one condition, each override restates it. step: seconds between samples.
    tick: seconds between evaluations. ticks: how many are looked at.
    """

    condition: str
    invariant: dict[str, Any]
    series: tuple[Series, ...]
    step: int
    tick: int
    ticks: int

    @property
    def stage(self) -> str:
        """Where the condition stands."""
        return next(iter(self.stages))

    @property
    def stages(self) -> dict[str, Any]:
        """Those of the invariant; `missing` may stand at the signal."""
        return self.invariant["stages"]

    def text(self, expected: Timeline) -> str:
        """As a file, with what the model says."""
        data = {
            "condition": self.condition,
            "invariant": self.invariant,
            "step": self.step,
            "tick": self.tick,
            "ticks": self.ticks,
            "series": {s.selector: s.values for s in self.series},
            "firing": {selector(dict(p)): drawn(t) for p, t in sorted(expected.items())},
        }
        return yaml.dump(data, Dumper=Plain, sort_keys=False, width=100)


def read(text: str) -> tuple[Case, dict[str, str]]:
    """A case of a file, and its expected timelines as drawn."""
    data = yaml.safe_load(text)
    series = []
    for name, values in data["series"].items():
        metric, _, inside = name.partition("{")
        series.append(Series(metric, dict(re.findall(r'(\w+)="([^"]*)"', inside)), str(values)))
    firing_of = data.pop("firing")
    return Case(**{**data, "series": tuple(series)}), firing_of


def drawn(timeline: list[Verdict]) -> str:
    """One sign for each tick: `#` it fires, `.` it does not, `?` floating point decides."""
    return "".join({True: "#", False: ".", None: "?"}[v] for v in timeline)


def expected(case: Case, closed: bool) -> Timeline:
    """What the model says, at every tick, of each place at which anything could fire."""
    signal = case.invariant["signal"]
    world = World(
        case.series, case.step, case.tick, tuple(signal["identity"]), signal["worse"], closed
    )
    overrides = case.invariant.get("overrides", ())
    elsewhere = [o["match"] for o in overrides]
    found = _timeline(
        case, _narrowed(case, world, lambda la: not any(m.items() <= la.items() for m in elsewhere))
    )
    for override in overrides:
        match = override["match"]
        there = _narrowed(case, world, lambda la, m=match: m.items() <= la.items())
        found |= _timeline(case, there, override["stages"], match)
    return found


def _narrowed(case: Case, world: World, wanted: Callable[[dict[str, str]], bool]) -> World:
    """Silence is judged everywhere alike; all else only at the places that are wanted."""
    if case.condition == "missing":
        return world
    counters = {"failures_total", "successes_total"} if _told_apart(case) else set()
    return world.only(wanted, {"lag", "members", "content", *counters})


def _told_apart(case: Case) -> bool:
    """Whether counters can be narrowed: only by labels by which they are counted."""
    by = case.stages[case.stage].get("repeated", {}).get("by", ())
    return all(set(o["match"]) <= set(by) for o in case.invariant.get("overrides", ()))


def _timeline(
    case: Case,
    world: World,
    stages: dict[str, Any] | None = None,
    match: dict[str, str] | None = None,
) -> Timeline:
    entry = (stages or case.stages)[case.stage]
    hold = secs(entry.get("for", HOLDS.get(case.condition, "0s")))
    keep = secs(entry.get("keep_firing_for", "0s"))
    judge = JUDGES[case.condition]
    value = entry[case.condition]
    if "slo" in case.invariant:
        value = {**value, "slo": case.invariant["slo"]}
    each = [judge(value, world, n * case.tick) for n in range(case.ticks)]
    known = dict.fromkeys(itertools.chain.from_iterable(each))
    return {
        key({**dict(place), **(match or {})}): firing(
            [holds.get(place, False) for holds in each], case.tick, hold, keep
        )
        for place in known
    }


def rules(case: Case, folder: Path) -> str:
    """What the product compiles for the case."""
    text = example.FILES[example.CATALOG]
    text = text.replace("scrape_interval: 15s", f"scrape_interval: {min(case.step, 120)}s")
    if case.tick <= 120:  # tests over days are evaluated at a coarser interval than the rules
        text = text.replace("evaluation_interval: 30s", f"evaluation_interval: {case.tick}s")
    others = ("kind: invariant", "kind: scenario")
    files = {k: v for k, v in example.FILES.items() if not v.startswith(others)}
    invariant = yaml.dump(FRAME | case.invariant, Dumper=Plain)
    for name, content in {**files, example.CATALOG: text, example.INVARIANT: invariant}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    checked = pipeline.check(folder)
    assert checked.ok, f"refused: {checked.diagnostics}\n{invariant}"
    assert checked.catalog is not None
    (compiled,) = checked.catalog.compiled()
    return rule_file(checked.catalog, compiled, alerts(checked.catalog, compiled)).text
