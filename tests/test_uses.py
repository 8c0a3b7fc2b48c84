"""`use` in a signal: what is taken over from the pack, and what a catalog may add."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalogs import write
from driftbook import memo, packs, pipeline
from driftbook.checks.example import CATALOG, CONFLICTS, DATASET, FILES
from driftbook.commands import explain
from driftbook.model import Invariant
from driftbook.packs import paste
from driftbook.promql import facts
from driftbook.report import text
from driftbook.resolve.uses import expanded
from driftbook.source import Document
from sample import compiled, site_pages


def using(
    folder: Path, signal: dict[str, Any], versions: dict[str, str] | None = None
) -> Invariant:
    """The invariant of the small catalog with another signal, compiled without errors."""
    data = yaml.safe_load(FILES[CONFLICTS])
    del data["stages"]["early"]
    pack = packs.signal(signal["use"])
    bound = {"bytes": "1GiB", "seconds": "10s", "ratio": "1%"}.get(pack.unit, 1)
    data |= {"signal": signal, "stages": {"late": {pack.worse: bound}}}
    head = yaml.safe_load(FILES[CATALOG]) | ({"exporter_versions": versions} if versions else {})
    files = {**FILES, CONFLICTS: yaml.safe_dump(data), CATALOG: yaml.safe_dump(head)}
    checked = pipeline.check(write(folder, files))
    assert checked.ok, text.render(checked.diagnostics, folder)
    assert checked.catalog is not None
    return checked.catalog.invariants["orders-conflicts"]


def test_the_pack_says_what_the_signal_is(tmp_path: Path) -> None:
    made = using(tmp_path, {"use": "postgres/slot-active"}).signal
    pack = packs.signal("postgres/slot-active")
    assert made.expr == pack.expr()
    assert (made.unit, made.worse, made.identity) == ("count", "below", ("instance", "slot_name"))
    assert made.used == "postgres/slot-active"
    assert not made.missing_not_applicable


def test_absence_that_is_no_fault_does_not_alert(tmp_path: Path) -> None:
    made = using(tmp_path / "a", {"use": "postgres/slot-wal-headroom"})
    assert made.signal.missing_not_applicable.startswith("max_slot_wal_keep_size is -1")
    assert [c.kind for c in made.conditions] == ["below"]
    own = {"use": "postgres/slot-wal-headroom", "missing": {"for": "5m"}}
    made = using(tmp_path / "b", own)
    assert [c.kind for c in made.conditions] == ["missing", "below"]


@pytest.mark.parametrize(
    ("own", "catalog", "read"),
    [
        ("", "", {"slot", "slots"}),
        ("", "0.19.1", {"slot"}),
        ("0.20.1", "0.19.1", {"slots"}),
        ("v0.17", "", {"slot"}),
    ],
)
def test_versions_choose_the_spelling(
    tmp_path: Path, own: str, catalog: str, read: set[str]
) -> None:
    signal = {"use": "postgres/slot-wal-headroom"} | ({"exporter_version": own} if own else {})
    made = using(tmp_path, signal, {"postgres": catalog} if catalog else None)
    metrics = {use.metric for use in facts(made.signal.expr).uses}
    assert metrics == {f"pg_replication_{name}_safe_wal_size_bytes" for name in read}
    assert made.signal.exporter_version == (own or catalog)


def test_labels_go_where_they_belong(tmp_path: Path) -> None:
    signal = {
        "use": "postgres/streaming-standbys",
        "with": {"cluster": "a", "slot_name": ["x.1", "y"]},
    }
    expr = using(tmp_path, signal).signal.expr
    assert 'pg_replication_is_replica{cluster="a"}' in expr
    assert 'cluster="a",slot_name=~"x\\\\.1|y",state="streaming"' in expr


def test_an_identity_may_have_more_labels_of_the_targets(tmp_path: Path) -> None:
    signal = {"use": "postgres/replica-lag", "identity": ["zone", "instance"]}
    made = using(tmp_path, signal).signal
    assert made.identity == ("zone", "instance")
    assert made.expr == (
        "max by (zone, instance) (pg_replication_lag_seconds "
        "and on (zone, instance) (pg_replication_is_replica == 1))"
    )


def test_identity_of_every_signal_can_be_extended() -> None:
    for name in packs.names():
        for signal in packs.load(name).signals.values():
            try:
                more = packs.added(signal, ["tenant", *signal.identity])
            except packs.BadValue:
                continue
            for spelling in signal.spellings:
                expr = packs.grouped(packs.applied(signal, spelling.expr, {}), more)
                assert facts(expr).labels.names == {"tenant", *signal.identity}, signal.name


@pytest.mark.parametrize("name", packs.names())
def test_every_signal_compiles_as_it_is_suggested(name: str, tmp_path: Path) -> None:
    """The suggested stages contradict neither each other nor what the signal can be."""
    files = {**FILES, CATALOG: FILES[CATALOG].replace("[cluster]", "[site]")}
    for signal in packs.load(name).signals.values():
        version = "" if signal.expr() else signal.spellings[-1].versions.strip("<>= ").split(",")[0]
        body = paste.invariant(signal, "orders", "replica-behind", version)
        files[f"invariants/{paste.name(signal)}.yaml"] = body
    checked = pipeline.check(write(tmp_path, files))
    # Another promise of the dataset may ask for tighter bounds: looser-than-contract.
    said = [d for d in checked.diagnostics if d.severity == "error" and d.code != "DB505"]
    assert not said, text.render(said, tmp_path)
    assert checked.catalog is not None
    assert len(checked.catalog.invariants) == len(packs.load(name).signals) + 2
    for artifact in pipeline.compile_rules(checked.catalog):
        assert artifact.text


def test_spellings_that_clash_need_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = replace(packs.signal("postgres/slot-wal-headroom"), together=False)
    monkeypatch.setitem(packs.load("postgres").signals, apart.id, apart)  # type: ignore[arg-type]
    signal = {"use": apart.name}
    made, found = expanded([Document("x.yaml", "invariant", {"signal": signal}, "")])
    assert not made
    assert found[0].code == "DB308"
    assert found[0].expected == "`exporter_version`, <0.20 or >=0.20"
    signal["exporter_version"] = "0.20.1"
    made, found = expanded([Document("x.yaml", "invariant", {"signal": signal}, "")])
    assert not found
    assert made[0].data["signal"]["expr"] == apart.spellings[1].expr


@pytest.mark.parametrize(
    ("matchers", "written"),
    [
        ('a="b" , c!~"d|e",', 'a="b",c!~"d|e"'),
        ('a="b" # why\n', 'a="b"'),
        ("", ""),
        ('a="b"} or on() y{c="d"', None),
        ('a="b"}[5m] offset 1h #', None),
        ("a=", None),
        (["a"], None),
    ],
)
def test_matchers_stay_matchers(matchers: Any, written: str | None) -> None:
    signal = packs.signal("postgres/slot-active")
    given = {"matchers": matchers}
    if written is None:
        with pytest.raises(packs.BadValue):
            packs.applied(signal, "m", given)
    else:
        assert packs.applied(signal, "m", given) == (f"m{{{written}}}" if written else "m")


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("number", 5, "5"),
        ("number", "1e-3", "1e-3"),
        ("number", "5m", None),
        ("number", [5], None),
        ("duration", "1h30m", "1h30m"),
        ("duration", "0s", None),
        ("duration", "5m] or x[5m", None),
        ("label", 'a"}', 'a\\"}'),
        ("promql", "sum(x) # all", "(sum(x) # all\n)"),
        ("promql", "sum(", None),
    ],
)
def test_parameters_are_what_they_should_be(kind: Any, value: Any, written: str | None) -> None:
    parameter = packs.Parameter("p", kind, "1", "A parameter.")
    signal = replace(packs.signal("postgres/slot-active"), parameters={"p": parameter})
    if written is None:
        with pytest.raises(packs.BadValue) as bad:
            packs.applied(signal, "$p", {"p": value})
        assert bad.value.key == "p"
    else:
        assert packs.applied(signal, "$p", {"p": value}) == written


def test_supporting_signals_stand_below_the_own_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = {"expr": "pg_errors_total", "type": "counter"}
    signal = packs.signal("postgres/slot-active")
    monkeypatch.setitem(signal.supporting, "errors", counter)  # type: ignore[arg-type]
    monkeypatch.setitem(signal.supporting, "others", counter)  # type: ignore[arg-type]
    own = {"others": {"expr": "mine", "type": "gauge"}}
    given = {"use": "postgres/slot-active", "with": {"cluster": "a"}}
    document = Document("x.yaml", "invariant", {"signal": given, "supporting": own}, "")
    made, found = expanded([document])
    assert not found
    errors = {"expr": 'pg_errors_total{cluster="a"}', "type": "counter"}
    assert made[0].data["supporting"] == {"errors": errors, **own}


def test_an_edited_pack_is_compiled_anew() -> None:
    """The memo's key for the program has a stamp for every pack."""
    assert {p.name for p in memo.sources()} >= {f"{name}.yaml" for name in packs.names()}


def test_pages_say_how_it_is_measured(tmp_path: Path) -> None:
    files = {**FILES, DATASET: FILES[DATASET].replace("max_staleness: 10s", "max_staleness: 2h")}
    for name in ("replica-lag", "slot-active"):
        body = paste.invariant(packs.signal(f"postgres/{name}"), "orders", "replica-behind")
        files[f"invariants/{name}.yaml"] = body
    catalog = compiled(write(tmp_path, files))
    page = site_pages(catalog)["invariants/postgres-replica-lag/index.md"].text
    before, _, section = page.partition("## Measured by")
    real = before.partition("## Is it real?")[2].partition("\n## ")[0]
    assert "<strong>Reads 0 under partition.</strong>" in real
    assert "(../../guide/reference/packs/postgres.md#replica-lag)" in section
    assert "Watched by [Whether a replication slot has a consumer]" in section
    assert "`postgres/last-replay-age`: A replica that is cut off" in section
    assert "No invariant watches it." in section
    assert "The exporter of the replica is down" in real
    said = "\n".join(explain.invariant(catalog, catalog.invariants["postgres-replica-lag"]))
    assert "measured   postgres/replica-lag, Time by which" in said
    assert "Reads 0 under partition." in said
