"""Rule groups as values: what counts as the same, what is said to differ, and what they cost."""

import tempfile
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import promql_parser as pp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from driftbook import names, promql
from driftbook.commands import deploy_text
from driftbook.deploy import compare, groups
from driftbook.deploy.cost import cost
from driftbook.deploy.folder import Folder
from driftbook.deploy.groups import Active, Group, Rule, Running, meaning
from driftbook.deploy.plan import Change, Disturbed, Plan
from driftbook.errors import FatalError
from driftbook.prove import compiled
from sample import ROOT
from servers import prometheus

LABELS = (("stage", "late"), ("tier", "1"))


def alert(**given: Any) -> Rule:
    default = {
        "name": "A",
        "alert": True,
        "query": "x > 1",
        "hold": 60.0,
        "keep": 0.0,
        "labels": LABELS,
        "annotations": (("summary", "s"),),
    }
    return Rule(**{**default, **given})


def group(*rules: Rule, **given: Any) -> Group:
    return Group(**{"name": "g", "file": "g.rules.yaml", "interval": 30.0, **given, "rules": rules})


def said(new: Group, old: Group) -> list[str]:
    return [
        f"{c.how} {c.what} {c.name}: {c.detail}" for c in compare.changes({"g": new}, {"g": old})
    ]


RECORD = alert(alert=False, name="drift:signal", labels=())


@pytest.mark.parametrize(
    ("new", "old", "told"),
    [
        (group(alert()), group(alert()), []),
        (
            group(alert(hold=0.0, query="x > 2")),
            group(alert()),
            ["changed alert A late: query, for 1m -> 0s"],
        ),
        (
            group(alert(annotations=(("summary", "t"), ("impact", "i")))),
            group(alert()),
            ["changed alert A late: annotation impact, annotation summary"],
        ),
        (
            group(alert(labels=(("stage", "mid"),))),
            group(alert()),
            ["added alert A mid: g", "removed alert A late: g"],
        ),
        (
            group(alert(labels=(("stage", "late"), ("tier", "2")), hold=0.0)),
            group(alert()),
            ["changed alert A late: label tier 1 -> 2, for 1m -> 0s"],
        ),
        (
            group(alert(labels=(("owner", "shop"), ("stage", "late")))),
            group(alert()),
            ["changed alert A late: label owner (none) -> shop, label tier 1 -> (none)"],
        ),
        (
            group(replace(RECORD, labels=(("a", "1"),))),
            group(RECORD),
            ["changed group g: drift:signal: label a (none) -> 1"],
        ),
        (group(alert(), interval=60.0), group(alert()), ["changed group g: interval 30s -> 1m"]),
        (
            group(RECORD, alert()),
            group(alert(), RECORD),
            ["changed group g: the order of the rules"],
        ),
        (group(RECORD), group(), ["changed group g: drift:signal is new"]),
        (group(), group(RECORD), ["changed group g: drift:signal is gone"]),
    ],
)
def test_what_differs_is_told_by_the_rule(new: Group, old: Group, told: list[str]) -> None:
    assert said(new, old) == told
    assert bool(list(compare.changed({"g": new}, {"g": old}))) is bool(told)


@pytest.mark.parametrize(
    ("new", "moved", "told"),
    [
        (group(alert(query="x > 2", hold=0.0, annotations=())), False, None),
        (group(alert(labels=(("stage", "late"), ("tier", "2")))), False, "restarts"),
        (group(alert(labels=(("stage", "mid"), ("tier", "1")))), False, "ends"),
        (group(alert()), True, "restarts"),
        (None, False, "ends"),
    ],
)
def test_whom_a_change_disturbs(new: Group | None, moved: bool, told: str | None) -> None:
    active = Active(alert().identity, (("alertname", "A"), ("region", "eu")), "pending")
    running = Running(group(alert()), "current/g.rules.yaml", (active,), None)
    wanted = {"g": new} if new else {}
    names = frozenset("g" if moved else "")
    found = list(compare.disturbed([running], wanted, names, compare.PROMETHEUS))
    assert [d.fate for d in found] == ([told] if told else [])
    assert all((d.alert, d.labels) == ("A", (("region", "eu"),)) for d in found)
    if told is None:
        (one,) = compare.disturbed([running], wanted, names, compare.VMALERT)
        assert one.why == "the query of its rule changes"


def test_vmalert_is_not_held_to_an_order() -> None:
    one, other = group(RECORD, alert()), group(alert(), RECORD)
    assert compare.VMALERT.seen(one) == compare.VMALERT.seen(other)
    assert compare.PROMETHEUS.seen(one) != compare.PROMETHEUS.seen(other)


def test_a_real_server_runs_what_is_on_disk(tmp_path: Path) -> None:
    disk = compiled.read(ROOT)
    (tmp_path / "current").mkdir()
    for file in disk.rules:
        (tmp_path / "current" / Path(file).name).write_bytes((ROOT / file).read_bytes())
    with prometheus(tmp_path, ["current/*.rules.yaml"]) as live:
        ran = groups.running(live.get("/api/v1/rules"))
    wanted = groups.on_disk(disk)
    assert {one.group.name: one.group for one in ran} == wanted
    assert len(ran) == len(wanted) > 60


def test_an_answer_that_is_none_of_prometheus() -> None:
    for answer in ({}, {"data": None}, [], {"data": {"groups": [{"name": "x"}]}}):
        with pytest.raises(FatalError, match="as Prometheus does"):
            groups.running(answer)


def test_queries_mean_the_same_however_they_are_written() -> None:
    assert meaning('sum(x{a="1"}) by (b)\n  > 1e3') == meaning('sum by(b) (x{a="1"}) > 1000')
    assert meaning("rate(x[5m])") != meaning("rate(x[6m])")
    assert meaning("a - (b - c)") != meaning("a - b - c")
    assert meaning("what is  this(") == "what is this("


@pytest.mark.parametrize(
    ("query", "samples"),
    [
        ("x", 1),
        ("x > on (a) y", 2),
        ("max_over_time(x[5m])", 20),
        ("max_over_time(drift:signal[5m])", 10),
        ("max_over_time((x + y)[1h:1m])", 120),
        ("quantile_over_time(0.5, x[1m])", 4),
        ("topk(2, sum by (a) (rate(x[1m])))", 4),
        ("vector(1)", 0),
        ("min_over_time(x[1s])", 1),
    ],
)
def test_cost_counts_the_samples_of_each_series(query: str, samples: float) -> None:
    assert cost(group(alert(query=query)), 15.0).samples == samples


def _selectors(node: Any) -> list[Any]:
    if isinstance(node, pp.VectorSelector):
        return [node]
    parts = [getattr(node, name, None) for name in ("vector_selector", "expr", "lhs", "rhs")]
    return [s for p in [*parts, *getattr(node, "args", ())] if p is not None for s in _selectors(p)]


def test_no_group_reads_what_another_records() -> None:
    """So that a ruler may put each group on another machine, at another time."""
    seen = 0
    for name, one in groups.on_disk(compiled.read(ROOT)).items():
        own = f'invariant="{name.removeprefix("driftbook:")}"'
        for rule in one.rules:
            for selector in _selectors(promql.parse(rule.query)):
                if (selector.name or "").startswith(names.SIGNAL.partition(":")[0] + ":"):
                    assert own in selector.prettify(), (name, rule)
                    seen += 1
                else:
                    assert selector.name not in ("ALERTS", "ALERTS_FOR_STATE"), rule
    assert seen > 500


FILES = st.dictionaries(
    st.sampled_from(["a.yaml", "b.yaml", "c.yaml"]),
    st.binary(max_size=8).map(lambda b: b"# Generated by driftbook\n" + b),
)


@given(st.lists(FILES, max_size=4))
@settings(max_examples=25)
def test_a_folder_has_what_was_put_last(states: list[dict[str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(Path(name) / "rules")
        for state in states:
            with folder.locked():
                before = folder.version()
                folder.point(folder.stage(state))
                assert folder.read() == state
                folder.tidy(before)
            assert len(list((folder.path / "versions").iterdir())) <= 2
        if states:
            (folder.current / "theirs.yaml").write_text("x")
            folder.point(folder.stage({}))
            assert [p.name for p in folder.current.iterdir()] == ["theirs.yaml"]
            assert folder.read() == {}


def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    with pytest.raises(FatalError, match="is in the way: it is not driftbook's link"):
        Folder(tmp_path).version()


def test_a_value_of_a_label_forges_no_line() -> None:
    value = 'x"\n! Paid {} is firing\\'
    plan = Plan(
        (Change("added", "group", "a\n+ group b", "c\n+ group d"),),
        ("e\nf",),
        (Disturbed("Lag", (("region", value),), "firing", "ends", "its\ngroup is removed"),),
        ("g\nh",),
    )
    out = StringIO()
    deploy_text.show("here", plan, Console(file=out, soft_wrap=True, highlight=False, width=200))
    assert len(out.getvalue().splitlines()) == 5
    assert r'Lag {region="x\"\n! Paid {} is firing\\"} is firing and ends' in deploy_text.sentence(
        plan.disturbed[0]
    )
