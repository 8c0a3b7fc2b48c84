"""What the conditions on work and members refuse: with which code, where, and in what words."""

from pathlib import Path

import pytest

from catalogs import write
from driftbook import pipeline
from driftbook.checks.example import FILES, INVARIANT

BACKLOG = """\
kind: invariant
name: repairs
title: Repairs are worked off
dataset: orders
property: convergence
signal:
  expr: sum by (queue) (repair_backlog)
  unit: items
  worse: above
  identity: [queue]
supporting:
  done: {expr: repairs_done_total, type: counter}
  last: {expr: 'max by (queue) (last_repair_timestamp_seconds)', type: gauge}
  last_of_all: {expr: 'max(last_repair_timestamp_seconds)', type: gauge}
stages:
  mid: {stalled: {done: done}}
runbook: replica-behind
"""
MEMBERS = """\
kind: invariant
name: rows
title: Replicas agree
dataset: orders
property: replica-agreement
signal:
  expr: max by (table, replica) (table_rows)
  unit: items
  worse: below
  identity: [table, replica]
  expected: replica_info
supporting:
  content: {expr: table_content_info, type: gauge}
  bare: {expr: 'count by (table, checksum) (table_content_info)', type: gauge}
  done: {expr: repairs_done_total, type: counter}
stages:
  mid: {diverged: {over: replica, tolerance: 10}}
runbook: replica-behind
"""
STALLED, DIVERGED = "{stalled: {done: done}}", "{diverged: {over: replica, tolerance: 10}}"
BY_TABLE = "overrides: [{match: {table: a}, stages: {mid: %s}, reason: why}]\n"
BY_REPLICA = "overrides: [{match: {replica: a}, stages: {mid: %s}, reason: why}]\n"


def found(folder: Path, text: str) -> list[tuple[str, str]]:
    """Code and message of each finding in the example catalog with another invariant."""
    others = ("kind: invariant", "kind: scenario")
    files = {k: v for k, v in FILES.items() if not v.startswith(others)}
    root = write(folder, files | {INVARIANT: text})
    return [(d.code, d.message) for d in pipeline.check(root).diagnostics]


def test_the_base_invariants_are_clean(tmp_path: Path) -> None:
    assert found(tmp_path / "backlog", BACKLOG) == []
    assert found(tmp_path / "members", MEMBERS) == []


@pytest.mark.parametrize(
    ("condition", "code", "message"),
    [
        ("{stalled: {}}", "DB501", "no supporting signal"),
        ("{stalled: {done: done, last_success: last}}", "DB501", "two supporting signals"),
        ("{stalled: {last_success: last, restarts: 3}}", "DB501", "only a counter"),
        ("{stalled: {done: gone}}", "DB301", 'no supporting signal "gone"'),
        ("{stalled: {done: last}}", "DB413", "is not a counter"),
        ("{stalled: {last_success: done}}", "DB413", "is not a gauge"),
        ("{stalled: {done: done, window: 30s}}", "DB506", "fewer than two scrapes"),
        ("{stalled: {done: done, restarts: 99}}", "DB506", "too short to see 99 restarts"),
        ("{stalled: {done: done, window: 99999y}}", "DB506", "longer than most histories"),
        ("{stalled: {last_success: last, window: 31d}}", "DB506", "longer than most histories"),
        ("{stalled: {done: done, restarts_within: 300y}}", "DB506", "longer than most histories"),
        ("{stalled: {done: done, by: [region]}}", "DB506", "not a label of the identity"),
        ("{stalled: {last_success: last_of_all}}", "DB506", "cannot carry the identity label"),
    ],
)
def test_stalled(tmp_path: Path, condition: str, code: str, message: str) -> None:
    ((at, said),) = found(tmp_path, BACKLOG.replace(STALLED, condition))
    assert (at, message in said) == (code, True), said


def test_one_worker_of_all_places_is_said_with_by(tmp_path: Path) -> None:
    text = BACKLOG.replace(STALLED, "{stalled: {last_success: last_of_all, by: []}}")
    assert found(tmp_path, text) == []


@pytest.mark.parametrize("during", ["1s", "29s", "1m", "4m59s"])
def test_a_window_of_hardly_any_evaluation(tmp_path: Path, during: str) -> None:
    condition = f"{{persists: {{above: 10, during: {during}}}}}"
    ((code, said),) = found(tmp_path, BACKLOG.replace(STALLED, condition))
    assert (code, "fewer than 10 evaluations" in said) == ("DB506", True)


def test_a_backlog_gets_worse_above(tmp_path: Path) -> None:
    ((code, said),) = found(tmp_path, BACKLOG.replace("worse: above", "worse: below"))
    assert (code, "worse above" in said) == ("DB506", True)


@pytest.mark.parametrize(
    ("condition", "code", "message"),
    [
        ("{diverged: {over: replica}}", "DB501", "does not say what it compares"),
        ("{diverged: {over: replica, tolerance: 1, checksums: content}}", "DB501", "two things"),
        ("{diverged: {over: replica, tolerance: -1}}", "DB501", "not a bound"),
        ("{diverged: {over: replica, tolerance: 1, label: x}}", "DB501", "belongs to `checksums`"),
        ("{diverged: {over: replica, tolerance: 1, relative: 100%}}", "DB501", "all of it"),
        ("{diverged: {over: replica, tolerance: 1, relative: 2}}", "DB501", "not a share"),
        ("{diverged: {over: replica, tolerance: 1, settle: 1m}}", "DB506", "two scrapes"),
        ("{diverged: {over: replica, tolerance: 1, settle: 50y}}", "DB506", "longer than most"),
        ("{diverged: {over: replica, checksums: content, settle: 31d}}", "DB506", "longer than"),
        *(
            (f"{{diverged: {{over: replica, checksums: content, label: {label}}}}}", "DB501", said)
            for label, said in (
                ("a b", "not a label name"),
                ("x) or (y", "not a label name"),
                ("''", "not a label name"),
                ("__name__", "not a label name"),
                ("invariant", "set by driftbook"),
            )
        ),
        ("{diverged: {over: region, tolerance: 1}}", "DB506", "not a label of the identity"),
        ("{diverged: {over: replica, checksums: gone}}", "DB301", 'no supporting signal "gone"'),
        ("{diverged: {over: replica, checksums: done}}", "DB413", "is not a gauge"),
        ("{diverged: {over: replica, checksums: bare}}", "DB506", "cannot carry the label replica"),
        (
            "{diverged: {over: replica, checksums: content, label: table}}",
            "DB506",
            "each checksum is a place",
        ),
        ("{quorum: {over: replica, need: half}}", "DB501", "not a quorum"),
        ("{quorum: {over: replica, above: 1, below: 1}}", "DB501", "both bounds"),
        ("{quorum: {over: replica, above: 1}}", "DB503", "gets worse below"),
        ("{quorum: {over: replica, below: 0}}", "DB506", "ever below 0"),
        ("{quorum: {over: member}}", "DB506", "not a label of the identity"),
    ],
)
def test_diverged_and_quorum(tmp_path: Path, condition: str, code: str, message: str) -> None:
    ((at, said),) = found(tmp_path, MEMBERS.replace(DIVERGED, condition))
    assert (at, message in said) == (code, True), said


@pytest.mark.parametrize("condition", [DIVERGED, "{quorum: {over: replica}}"])
def test_members_are_not_taken_apart(tmp_path: Path, condition: str) -> None:
    text = MEMBERS.replace(DIVERGED, condition)
    assert found(tmp_path / "table", text + BY_TABLE % condition) == []
    said = dict.fromkeys(found(tmp_path / "replica", text + BY_REPLICA % condition))
    assert [(code, message.split(" ")[0]) for code, message in said] == [("DB506", "an")] * 2
    only = text.replace("(table_rows)", '(table_rows{replica="a"})')
    ((code, message),) = found(tmp_path / "only", only)
    assert (code, 'no replica but "a"' in message) == ("DB506", True)


def test_a_quorum_needs_an_inventory_and_to_know_who_is_healthy(tmp_path: Path) -> None:
    text = MEMBERS.replace(DIVERGED, "{quorum: {over: replica}}")
    without = text.replace("  expected: replica_info\n", "")
    ((code, message),) = found(tmp_path / "inventory", without)
    assert (code, "inventory" in message) == ("DB506", True)
    ((code, message),) = found(tmp_path / "unit", text.replace("unit: items", "unit: seconds"))
    assert (code, "who is healthy" in message) == ("DB501", True)
    ((code, _),) = found(tmp_path / "worse", text.replace("worse: below", "worse: above"))
    assert code == "DB503"
