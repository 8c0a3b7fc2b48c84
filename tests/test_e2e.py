"""The parts of `make e2e` that can be judged without it: its catalog, its sums, its network."""

import socket
import threading

import pytest

from driftbook import pipeline
from driftbook.emit import routes
from driftbook.model import Catalog, StageName
from e2e import expectations
from e2e.expectations import Shows
from e2e.link import Link
from e2e.made import CATALOG


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The one of the scenarios, in which nothing is found."""
    checked = pipeline.check(CATALOG)
    assert not checked.diagnostics
    assert checked.catalog
    return checked.catalog


@pytest.mark.parametrize(
    ("invariant", "stage", "shows", "fires", "told"),
    [
        # bound 4 s, for 2 s; scrape and evaluation of 2 s each; 15 s and two evaluations
        ("orders-replica-behind", "early", Shows(per_second=1), 4 + 2 + 2 + 2, 19),
        ("orders-replica-behind", "late", Shows(after=1, per_second=1), 1 + 60 + 2 + 2 + 2, 15),
        # 700 ms at 10 ms a second, or all at once
        ("clocks-agree", "late", Shows(per_second=0.01), 70 + 2 + 2 + 2, 15),
        ("clocks-agree", "late", Shows(), 2 + 2 + 2, 15),
        # most of a window, 20 s after the bound of 20 s
        ("stock-visible", "mid", Shows(per_second=1), 20 + 2 + 2 + 20, 19),
    ],
)
def test_times_come_from_the_catalog(
    catalog: Catalog, invariant: str, stage: StageName, shows: Shows, fires: float, told: float
) -> None:
    what = expectations.condition(catalog, invariant, stage)
    parts = expectations.parts(catalog, routes.config(catalog), invariant, what, shows)
    assert parts.fires == pytest.approx(fires)
    assert parts.told == pytest.approx(fires + told)


def test_the_end_is_told_at_a_turn_of_the_group(catalog: Catalog) -> None:
    made = routes.config(catalog)
    for stage, turn in (("mid", 300), ("late", 60)):
        what = expectations.condition(catalog, "orders-replica-behind", stage)
        parts = expectations.resolves(catalog, made, "orders-replica-behind", what)
        assert parts.told == 2 + 2 + turn


def test_a_draft_is_told_early(catalog: Catalog) -> None:
    meant = expectations.receiver(catalog, "orders-replay-age", "mid")
    assert meant == "driftbook-orders-early"


def test_nothing_passes_a_link_that_is_cut() -> None:
    door = socket.create_server(("127.0.0.1", 0))
    with Link(door.getsockname()[1]) as link:
        near = socket.create_connection(("127.0.0.1", link.port), timeout=10)
        far, _ = door.accept()
        near.sendall(b"one")
        assert far.recv(9) == b"one"
        link.cut()
        near.sendall(b"two")
        near.shutdown(socket.SHUT_WR)
        far.settimeout(0.3)
        with pytest.raises(TimeoutError):
            far.recv(9)
        threading.Timer(0.1, link.mend).start()
        far.settimeout(10)
        assert far.recv(9) == b"two"
        assert far.recv(9) == b""
        near.close()
        far.close()
    door.close()
