"""Each condition, compiled and judged by promtool.

`cases/conditions/<name>/` holds an invariant and the rule file that it compiles to; its generated
tests run with the real engine. Set DRIFTBOOK_UPDATE=1 to write the rule files anew.
"""

import os
import subprocess
from pathlib import Path

import pytest

from driftbook import conditions, pipeline, write
from driftbook.alerts import alerts, recordings
from driftbook.checks import example
from driftbook.emit.rules import rule_file
from driftbook.model import STAGES
from driftbook.prove import engines

CASES = Path(__file__).parent / "cases" / "conditions"
ROOT = Path(__file__).parents[1]


def _catalog(folder: Path, invariant: str) -> pipeline.Checked:
    """The example catalog with another invariant in it, and no scenario."""
    others = ("kind: invariant", "kind: scenario")
    files = {k: v for k, v in example.FILES.items() if not v.startswith(others)}
    for name, text in (files | {example.INVARIANT: invariant}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return pipeline.check(folder)


@pytest.mark.parametrize("case", sorted(p.name for p in CASES.iterdir()))
def test_a_condition_compiles_to_rules_that_pass_their_tests(case: str, tmp_path: Path) -> None:
    checked = _catalog(tmp_path, (CASES / case / "invariant.yaml").read_text())
    assert checked.ok, checked.diagnostics
    assert checked.catalog is not None
    (invariant,) = checked.catalog.compiled()
    golden = CASES / case / "rules.yaml"
    text = rule_file(checked.catalog, invariant, alerts(checked.catalog, invariant)).text
    if os.environ.get("DRIFTBOOK_UPDATE"):
        golden.write_text(text)
    assert text == golden.read_text()
    write.write(tmp_path, pipeline.compile_rules(checked.catalog), pipeline.FOLDERS)
    tests = [str(p) for p in (tmp_path / "rules/tests").rglob("*.test.yaml")]
    promtool = engines.require(ROOT).promtool.path
    run = subprocess.run([promtool, "test", "rules", *tests], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


FAULTS = {
    "unusual outside early": ("mid", "unusual: {floor: 2s, cap: 9s}", "does not belong"),
    "floor at the cap": ("early", "unusual: {floor: 9s, cap: 9s}", "is not below the cap"),
    "fallback beyond the cap": (
        "early",
        "unusual: {floor: 2s, cap: 9s, fallback: 9500ms}",
        "not between floor and cap",
    ),
    "a season of hours": (
        "early",
        "unusual: {floor: 2s, cap: 9s, seasons: [36h]}",
        "does not end at the same hour",
    ),
    "a season of an hour": (
        "early",
        "unusual: {floor: 2s, cap: 9s, seasons: [1h]}",
        "does not end at the same hour",
    ),
    "a season of a quarter": (
        "early",
        "unusual: {floor: 2s, cap: 9s, seasons: [1w, 13w]}",
        "longer than most histories",
    ),
    "six seasons": (
        "early",
        "unusual: {floor: 2s, cap: 9s, seasons: [1d, 2d, 3d, 4d, 5d, 6d]}",
        "too many",
    ),
    "a season twice": (
        "early",
        "unusual: {floor: 2s, cap: 9s, seasons: [1w, 7d]}",
        "would count double",
    ),
    "as long as a habit": (
        "early",
        "unusual: {floor: 2s, cap: 9s}, for: 6h",
        "nearly usual by then",
    ),
    "a warning after the fact": ("early", "unusual: {floor: 10s, cap: 60s}", "never warns before"),
    "a burn in early": ("early", "slo_burn: {}", "does not belong"),
    "a pair without a window": ("late", "slo_burn: {factor: 2}", "without `long`"),
    "windows the wrong way round": (
        "late",
        "slo_burn: {factor: 2, long: 1h, short: 2h}",
        "not longer than the short one",
    ),
    "windows as one": ("late", "slo_burn: {factor: 2, long: 1h, short: 1h}", "not longer"),
    "a short window of one sample": (
        "late",
        "slo_burn: {factor: 2, long: 1h, short: 45s}",
        "fewer than two samples",
    ),
    "a twelfth of one sample": (
        "late",
        "slo_burn: {factor: 2, long: 1m}",
        "a twelfth of it, 5 s, may hold fewer than two samples",
    ),
    "a burn out of reach": (
        "late",
        "slo_burn: {factor: 1000, long: 1h}",
        "100 % of the time to be bad",
    ),
    "bad samples out of reach": (
        "late",
        "slo_burn: {factor: 2, long: 1h, min_bad: 121}",
        "holds 120 evaluations",
    ),
    "a window beyond the period": ("late", "slo_burn: {factor: 1, long: 35d}", "period"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_condition_that_cannot_do_its_work_is_refused(case: str, tmp_path: Path) -> None:
    stage, condition, message = FAULTS[case]
    text = (CASES / "slo-burn" / "invariant.yaml").read_text()
    head, _, tail = text.partition("stages:\n")
    stages = {"mid": "{above: 10s, for: 5m}", "late": "{above: 30s, for: 5m}"}
    stages[stage] = f"{{{condition}}}"
    lines = "".join(f"  {name}: {stages[name]}\n" for name in sorted(stages, key=STAGES.index))
    checked = _catalog(tmp_path, f"{head}stages:\n{lines}runbook: replica-behind\n")
    assert tail
    assert [d.message for d in checked.diagnostics if message in d.message], checked.diagnostics


def test_a_burn_rate_needs_an_objective_that_it_can_burn(tmp_path: Path) -> None:
    text = (CASES / "slo-burn" / "invariant.yaml").read_text()
    without = _catalog(tmp_path / "a", text.replace("slo: {", "# slo: {"))
    assert {d.message for d in without.diagnostics} == {"the invariant states no objective"}
    loose = _catalog(tmp_path / "b", text.replace("99.9%", "90%"))
    assert {d.message for d in loose.diagnostics} == {
        "burning 14.4 times too fast needs 144 % of the time to be bad"
    }


def test_an_objective_alone_is_recorded_and_alerts_nobody(tmp_path: Path) -> None:
    text = (CASES / "slo-burn" / "invariant.yaml").read_text()
    checked = _catalog(tmp_path, text.replace("    - {slo_burn: {}}\n", ""))
    assert checked.catalog is not None
    assert not checked.diagnostics
    (invariant,) = checked.catalog.compiled()
    assert {a.condition.kind for a in alerts(checked.catalog, invariant)} == {
        "persists",
        "above",
        "missing",
    }
    assert {r.record for r in recordings(checked.catalog, invariant)} >= {
        "drift:slo:objective",
        "drift:slo:burn",
        "drift:slo:budget_remaining",
    }


@pytest.mark.parametrize("period", ["23h", "90m", "91d", "300y"])
def test_a_budget_is_counted_over_a_time_that_is_kept(period: str, tmp_path: Path) -> None:
    text = (CASES / "slo-burn" / "invariant.yaml").read_text()
    checked = _catalog(tmp_path, text.replace("period: 30d", f"period: {period}"))
    assert [d.expected for d in checked.diagnostics if "cannot be counted" in d.message] == [
        "whole hours, from 1d to 90d"
    ]


def test_every_condition_has_a_case() -> None:
    text = "".join(p.read_text() for p in CASES.rglob("invariant.yaml"))
    assert [kind for kind in conditions.CONDITIONS if f"{kind}:" not in text] == []
