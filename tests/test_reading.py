"""`driftbook explain` and `driftbook list`."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from driftbook import checks, write
from driftbook.checks.example import INVARIANT
from driftbook.commands import explain
from driftbook.commands import list as listing
from driftbook.emit import rules as emitted
from driftbook.errors import Exit
from driftbook.prove import proof
from sample import FILES, compiled, write_files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_files(tmp_path, FILES)


def explained(root: Path, what: str) -> tuple[int, str]:
    console = Console(record=True, width=100, force_terminal=False, soft_wrap=True)
    status = explain.run(root, console, what=what)
    return status, console.export_text()


def listed(root: Path, capsys: pytest.CaptureFixture[str], **filters: Any) -> list[str]:
    console = Console(width=200, force_terminal=False, soft_wrap=True)
    status = listing.run(root, console, format_="json", **filters)
    assert status == Exit.OK
    return [record["name"] for record in json.loads(capsys.readouterr().out)]


@pytest.mark.parametrize("what", ["orders-lag", "OrdersLag"])
def test_an_invariant_by_either_name(root: Path, what: str) -> None:
    status, text = explained(root, what)
    assert status == Exit.OK
    for words in (
        "OrdersLag",
        "orders (Orders), tier 1",
        "early: when the trend of a region reaches 10 s within 30 min",
        "late: for region ap-south-1 when a region is over 40 s for 5 min",
        "tells driftbook-shop-late by pagerduty, at any time, as critical",
        "invariants/shop/orders-lag.yaml",
        "eu-falls-behind",
        "https://runbooks.example.org/invariants/orders-lag/",
        "https://grafana.example.org/d/orders-lag",
    ):
        assert words in text


@pytest.mark.parametrize("what", ["DB301", "db301", "unknown-reference"])
def test_a_diagnostic_by_code_or_name(root: Path, what: str) -> None:
    status, text = explained(root, what)
    assert status == Exit.OK
    assert text.startswith("DB301 unknown-reference (error): ")
    assert "Wrong, in " in text
    assert "Right, in " in text
    assert "error DB301: " in text


def test_every_diagnostic_shows_what_it_says() -> None:
    for check in checks.CHECKS:
        assert f" {check.CODE}: " in explain.what_it_says(check), check.CODE


def test_a_slip_of_the_pen(root: Path) -> None:
    status, text = explained(root, "OrderLag")
    assert status == Exit.USAGE
    assert 'did you mean "OrdersLag"?' in text


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, True),
        ({"service": "shop", "team": "shop", "stage": "late"}, True),
        ({"property_": "bounded-staleness", "lifecycle": "active"}, True),
        ({"service": "cart"}, False),
        ({"team": "cart"}, False),
        ({"lifecycle": "retired"}, False),
        ({"property_": "quorum"}, False),
    ],
)
def test_filters(
    root: Path, capsys: pytest.CaptureFixture[str], filters: dict[str, str], found: bool
) -> None:
    assert ("orders-lag" in listed(root, capsys, **filters)) is found


def test_a_broken_catalog_is_said_and_the_rest_listed(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(root, {"invariants/shop/broken.yaml": "kind: dataset\nname: ["})
    console = Console(width=200, force_terminal=False, soft_wrap=True)
    assert listing.run(root, console) == Exit.FINDINGS
    out, err = capsys.readouterr()
    assert "orders-lag" in out
    assert "broken.yaml" in err


def table(root: Path, capsys: pytest.CaptureFixture[str], **settings: Any) -> list[str]:
    """What `list` prints."""
    listing.run(root, Console(soft_wrap=True, **settings))
    return capsys.readouterr().out.splitlines()


LONG = "orders-" + "of-the-warehouse-" * 3 + "lag"


def test_a_pipe_gets_one_line_for_each_invariant(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = FILES[INVARIANT].replace("name: orders-lag", f"name: {LONG}")
    write_files(root, {"invariants/shop/long.yaml": text})
    lines = table(root, capsys, width=40, force_terminal=False)
    assert any(line.startswith(LONG) and "early mid late" in line for line in lines)


def test_a_narrow_terminal_gets_whole_words(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = table(root, capsys, width=30, force_terminal=True, no_color=True)
    assert any(line.strip("\x1b[0m1") == "orders-lag" for line in lines)
    assert any("early mid late" in line for line in lines)


def test_a_pipe_gets_each_finding_in_one_line(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    write_files(root, {"invariants/shop/broken.yaml": "kind: dataset\nname: ["})
    listing.run(root, Console(width=200, force_terminal=False))
    first = capsys.readouterr().err.splitlines()[0]
    assert "invariants/shop/broken.yaml:3:1: error DB101: " in first


def test_rules_that_were_not_proved_are_out_of_date(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def states() -> set[str]:
        listing.run(root, Console(width=200, force_terminal=False, soft_wrap=True), format_="json")
        return {record["proof"] for record in json.loads(capsys.readouterr().out)}

    catalog = compiled(root)
    write.write(root, emitted.emit(catalog), ())
    proved = proof.prove(root, catalog, None, None)
    write.write(root, [proved.artifact()], ())
    assert "out of date" not in states()
    path = root / INVARIANT
    path.write_text(path.read_text().replace("above: 30s", "above: 35s"))
    assert "out of date" in states()


@pytest.mark.parametrize("what", ["orders-lag", "OrdersLag"])
def test_where_there_is_no_catalog_it_says_so(tmp_path: Path, what: str) -> None:
    status, text = explained(tmp_path, what)
    assert status == Exit.FINDINGS
    assert "there is no document of the kind `catalog`, nor a folder `invariants`" in text


def test_a_catalog_further_up_is_named(root: Path) -> None:
    (root / "runbooks/deeper").mkdir()
    status, text = explained(root / "runbooks/deeper", "orders-lag")
    assert status == Exit.FINDINGS
    assert f"`-C {Path('..') / '..'}`" in text


def test_a_code_is_explained_anywhere_but_a_wrong_one_is_not(tmp_path: Path) -> None:
    assert explained(tmp_path, "DB301")[0] == Exit.OK
    assert explained(tmp_path, "DB000")[0] == Exit.USAGE


def test_an_invariant_fits_a_narrow_terminal(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    explain.run(root, Console(width=40, force_terminal=True, highlight=False), what="orders-lag")
    lines = capsys.readouterr().out.splitlines()
    told = next(i for i, line in enumerate(lines) if line.startswith("  tells "))
    assert len(lines[told]) <= 40
    assert all(len(line) <= 40 for line in lines if line.startswith(("early:", "mid:", "late:")))
