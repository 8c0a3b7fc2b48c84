"""Each condition, compiled and judged by promtool.

`cases/conditions/<name>/` holds an invariant and the rule file that it compiles to; its generated
tests run with the real engine. Set DRIFTBOOK_UPDATE=1 to write the rule files anew.
"""

import os
import subprocess
from pathlib import Path

import pytest

from driftbook import conditions, pipeline, write
from driftbook.alerts import alerts
from driftbook.checks import example
from driftbook.emit.rules import rule_file
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


def test_every_condition_has_a_case() -> None:
    text = "".join(p.read_text() for p in CASES.rglob("invariant.yaml"))
    assert [kind for kind in conditions.CONDITIONS if f"{kind}:" not in text] == []
