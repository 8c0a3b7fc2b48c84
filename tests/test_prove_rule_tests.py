"""Unit tests run only when something changed, and a failure names the test that failed."""

import json
from pathlib import Path

import pytest

from driftbook.prove import compiled, rule_tests
from driftbook.prove.coverage import Assertion, assertions
from driftbook.prove.finding import Finding
from driftbook.prove.workers import Workers
from proving import real_engines
from sample import write_files

RULES = """\
groups:
  - name: g
    rules:
      - record: drift:signal
        expr: max by (place) (lag)
      - alert: Lag
        expr: drift:signal > 10
        for: 1m
        labels: {stage: late}
        annotations: {text: '{{ $labels.place }} is at {{ $value }}'}
"""
TESTS = """\
rule_files: [../prometheus/lag.rules.yaml]
evaluation_interval: 30s
tests:
  - name: it stays calm
    interval: 30s
    input_series: [{series: 'lag{place="a"}', values: '1x20'}]
    alert_rule_test: [{eval_time: 5m, alertname: Lag}]
  - name: it fires
    interval: 30s
    input_series: [{series: 'lag{place="a"}', values: '20x20'}]
    promql_expr_test:
      - expr: 'count(ALERTS{alertstate="firing"})'
        eval_time: 5m
        exp_samples: [{labels: '{}', value: 1}]
    alert_rule_test:
      - eval_time: 5m
        alertname: Lag
        exp_alerts: [{exp_labels: {stage: late, place: a}, exp_annotations: {text: a is at 20}}]
"""
FILES = {"rules/prometheus/lag.rules.yaml": RULES, "rules/tests/lag.test.yaml": TESTS}


def run(root: Path, **options: bool) -> tuple[list[Finding], list[tuple[int, int]]]:
    """Findings, and what progress was told."""
    told: list[tuple[int, int]] = []
    with Workers() as workers:
        found = rule_tests.run(
            compiled.read(root),
            real_engines(),
            workers,
            progress=lambda done, of: told.append((done, of)),
            again=options.get("again", False),
        )
    return found, told


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A rule file and its tests, which pass."""
    return write_files(tmp_path, FILES)


def change(root: Path, file: str, old: str, new: str) -> None:
    """An edit that has to find something."""
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))


def test_what_passed_is_not_run_again(root: Path) -> None:
    assert run(root) == ([], [(0, 1), (1, 1)])
    assert run(root) == ([], [(1, 1)])
    assert run(root, again=True) == ([], [(0, 1), (1, 1)])


@pytest.mark.parametrize("file", FILES)
def test_a_change_of_either_file_runs_it(root: Path, file: str) -> None:
    run(root)
    (root / file).write_text(f"# changed\n{FILES[file]}")
    assert run(root)[1] == [(0, 1), (1, 1)]


def test_another_engine_runs_it(root: Path) -> None:
    run(root)
    state = root / rule_tests.PASSED
    known = json.loads(state.read_text())
    state.write_text(json.dumps(dict.fromkeys(known, "key of another engine")))
    assert run(root)[1] == [(0, 1), (1, 1)]


def test_a_neighbour_of_comments_alone_is_left_alone(root: Path) -> None:
    (root / "rules/prometheus/mine.rules.yaml").write_text("# to be written\n")
    (root / "rules/tests/mine.test.yaml").write_text("# to be written\n")
    assert compiled.read(root).unreadable == ()
    assert run(root) == ([], [(0, 1), (1, 1)])


def test_a_broken_memory_is_no_memory(root: Path) -> None:
    (root / rule_tests.PASSED).parent.mkdir()
    for text in ("{", "[]", "\0"):
        (root / rule_tests.PASSED).write_text(text)
        assert run(root) == ([], [(0, 1), (1, 1)])


def test_what_fails_is_run_every_time(root: Path) -> None:
    change(root, "rules/prometheus/lag.rules.yaml", "> 10", "> 30")
    assert run(root) != ([], [])
    assert run(root)[1][0] == (0, 1)


def test_a_failure_names_the_test_and_the_difference(root: Path) -> None:
    change(root, "rules/prometheus/lag.rules.yaml", "> 10", "> 30")
    (finding,) = run(root)[0]
    assert finding.check == "rule-tests"
    assert finding.file == "rules/tests/lag.test.yaml"
    assert finding.invariant == "lag"
    assert finding.message.startswith('test "it fires" fails at 5m: Lag{')
    assert "does not fire" in finding.message
    assert "got:[]" in finding.detail
    assert "it stays calm" not in finding.detail


def test_an_alert_too_many(root: Path) -> None:
    change(root, "rules/prometheus/lag.rules.yaml", "> 10", "> 0")
    (finding,) = run(root)[0]
    assert finding.message.startswith('test "it stays calm" fails at 5m: Lag{')
    assert finding.message.endswith(" fires")


def test_a_broken_annotation(root: Path) -> None:
    change(root, "rules/prometheus/lag.rules.yaml", "is at", "was at")
    (finding,) = run(root)[0]
    assert finding.message == 'test "it fires" fails at 5m: the annotations of Lag differ'


def test_a_rule_file_that_is_not_there(root: Path) -> None:
    change(root, "rules/tests/lag.test.yaml", "lag.rules", "leg.rules")
    found = run(root)[0]
    assert found[0].message == "loads rules/prometheus/leg.rules.yaml, which does not exist"
    (root / rule_tests.PASSED).read_text()
    assert run(root)[1][0] == (0, 1), "it must not count as passed"


def test_one_failure_does_not_hide_that_others_pass(root: Path) -> None:
    for number in range(4):
        text = TESTS.replace("a is at 20", "a is at 21") if number == 2 else TESTS
        (root / f"rules/tests/{number}.test.yaml").write_text(text)
    found, _ = run(root)
    assert [f.file for f in found] == ["rules/tests/2.test.yaml"]
    assert run(root)[1] == [(4, 5), (5, 5)]


def test_a_file_that_takes_too_long_is_named_and_the_others_pass(root: Path) -> None:
    slow = TESTS.replace("values: '1x20'", "values: '1x9000000'").replace("5m", "70000h")
    for number in range(3):
        (root / f"rules/tests/{number}.test.yaml").write_text(slow if number == 1 else TESTS)
    with Workers(1) as workers:
        found = rule_tests.run(compiled.read(root), real_engines(), workers, limit=2)
    assert [(f.file, f.message.partition(";")[0]) for f in found] == [
        ("rules/tests/1.test.yaml", "promtool did not finish within 2 s")
    ]
    assert "rules/tests/1.test.yaml" not in json.loads((root / rule_tests.PASSED).read_text())


def test_raw_strings_of_a_test_are_read_as_prometheus_reads_them() -> None:
    look = r"count(ALERTS{alertstate=`firing`, path=`C:\new`})"
    case = {"promql_expr_test": [{"expr": look, "exp_samples": []}]}
    assert list(assertions({"tests": [case]})) == [Assertion({"path": r"C:\new"}, ())]
