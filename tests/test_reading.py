"""`driftbook explain` and `driftbook list`."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from driftbook import checks
from driftbook.commands import explain
from driftbook.commands import list as listing
from driftbook.errors import Exit
from sample import FILES, write_files


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
