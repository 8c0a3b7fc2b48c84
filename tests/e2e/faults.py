"""The scenarios: what is broken, and what the catalog promises then."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from e2e.expectations import Shows
from e2e.parts import GIVES_UP, Writer
from e2e.play import PATIENCE, Play

GROWS = Shows(per_second=1)
"""An age: it grows by a second each second. What it counts from is older than the fault."""
UNSEEN = Shows(after=1.5, per_second=1)
"""The age of a write that is not seen: of the first one after the fault, which comes within a
second, and which is looked for every 250 ms."""
WHOLE = Shows(after=2, per_second=1)
"""An age in whole seconds, of something that comes once a second."""
ENDS = Shows(after=GIVES_UP + 3)
"""A connection that is given up; both stores look at their timeouts every second or so."""
LOST = Shows(after=2)
"""A target whose scrape fails by its timeout, which is as long as the scrape interval."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """services: those whose parts run."""

    name: str
    services: frozenset[str]
    run: Callable[[Play], None]


def calm(play: Play) -> None:
    """Every part, and no fault for five minutes."""
    play.calm(300)


def replay_paused(play: Play) -> None:
    """The replica receives what the primary writes and does not show it."""
    play.calm(15)
    since = play.inflict("replay paused")
    play.stack.orders.replica.ask("SELECT pg_wal_replay_pause()")
    play.ladder("orders-replica-behind", since, GROWS)
    play.ladder("orders-visible", since, UNSEEN)
    play.expect("orders-replay-age", "mid", since, GROWS)
    play.once("orders-replica-behind", "early", "mid", "late")
    resumed = play.until(lambda: _asked(play, "SELECT pg_wal_replay_resume()"), PATIENCE)
    assert resumed
    well = play.inflict("replay resumed") + 3
    for name in ("orders-replica-behind", "orders-visible"):
        for stage in ("late", "mid", "early"):
            play.resolved(name, stage, well)
    play.resolved("orders-replay-age", "mid", well)


def _asked(play: Play, query: str) -> bool:
    """Whether the replica has answered; what waits to be replayed may cancel a query."""
    with suppress(psycopg.errors.SerializationFailure):
        play.stack.orders.replica.ask(query)
        return True
    return False


def postgresql_cut(play: Play) -> None:
    """Nothing passes between primary and replica, not even the end of their connection."""
    play.calm(15)
    since = play.inflict("network of PostgreSQL's replica cut")
    play.stack.orders.link.cut()
    play.expect("orders-standby-replies", "mid", since, GROWS)
    play.ladder("orders-replica-behind", since, GROWS)
    play.expect("orders-slot-consumed", "late", since, ENDS)
    play.ladder("orders-visible", since, UNSEEN)
    play.once("orders-replica-behind", "early", "mid", "late")
    play.may(("orders-replay-age", "mid"))
    play.stack.orders.link.mend()
    well = play.inflict("network mended") + 8  # wal_retrieve_retry_interval is 5 s
    for name in ("orders-replica-behind", "orders-visible", "orders-slot-consumed"):
        play.resolved(name, "late", well)


def postgresql_frozen(play: Play) -> None:
    """No process of the replica gets any time; its connections stay open."""
    play.calm(15)
    since = play.inflict("PostgreSQL's replica frozen")
    play.stack.orders.replica.freeze()
    play.expect("orders-replica-behind", "mid", since, LOST, "missing")
    play.expect("orders-standby-replies", "mid", since, GROWS)
    play.ladder("orders-visible", since, UNSEEN)
    play.may(("orders-replay-age", "mid"), ("orders-slot-consumed", "late"))
    play.stack.orders.replica.thaw()
    well = play.inflict("replica thawed") + 8
    play.resolved("orders-visible", "late", well)


def primary_idle(play: Play) -> None:
    """Nobody writes. The age of the last replayed transaction grows, and nothing is behind."""
    with Writer(play.stack.orders.primary) as writer:
        play.calm(15)
        since = writer.idle()
        play.inflict("primary idle")
        play.expect("orders-replay-age", "mid", since, GROWS)
        play.sleep(since + 80 - time.time())
        play.check("orders-replica-behind: says nothing", not play.told("orders-replica-behind"))


def exporters_killed(play: Play) -> None:
    """Nobody tells anything about the replicas any more."""
    play.calm(15)
    killed = [play.stack.processes[name] for name in ("exporter-orders-2", "exporter-stock-2")]
    since = play.inflict("exporters of the replicas killed")
    for process in killed:
        process.kill()
    play.expect("orders-replica-behind", "mid", since, Shows(), "missing")
    play.expect("stock-replica-link", "late", since, Shows(), "missing")
    play.expect("orders-replay-age", "mid", since, Shows(), "missing")
    for process in killed:
        process.start()
    well = play.inflict("exporters started") + 3
    play.resolved("stock-replica-link", "late", well, "missing")
    play.resolved("orders-replica-behind", "mid", well, "missing")


def redis_cut(play: Play) -> None:
    """Nothing passes between primary and replica."""
    play.calm(15)
    since = play.inflict("network of Redis's replica cut")
    play.stack.stock.link.cut()
    for name in ("stock-replica-answers", "stock-replica-link"):
        play.expect(name, "early", since, WHOLE)
    play.expect("stock-replica-connected", "late", since, ENDS)
    play.expect("stock-replica-link", "late", since, ENDS)
    play.expect("stock-replica-answers", "late", since, ENDS, "missing")
    play.ladder("stock-visible", since, UNSEEN)
    play.may(("stock-replica-bytes", "mid"))
    play.stack.stock.link.mend()
    well = play.inflict("network mended") + 5
    for name in ("stock-visible", "stock-replica-connected"):
        play.resolved(name, "late", well)


def redis_frozen(play: Play) -> None:
    """The replica's process gets no time; its connections stay open."""
    play.calm(15)
    since = play.inflict("Redis's replica frozen")
    play.stack.stock.replica.freeze()
    play.expect("stock-replica-link", "late", since, LOST, "missing")
    play.expect("stock-replica-answers", "early", since, WHOLE)
    play.ladder("stock-visible", since, UNSEEN)
    play.may(("stock-replica-answers", "late"), ("stock-replica-connected", "late"))
    play.may(("stock-replica-bytes", "mid"))
    play.stack.stock.replica.thaw()
    well = play.inflict("replica thawed") + 5
    for name in ("stock-visible", "stock-replica-link"):
        kind = "missing" if name == "stock-replica-link" else ""
        play.resolved(name, "late", well, kind)


def clock_drifts(play: Play) -> None:
    """The clock of a host runs away slowly, then comes back and is wrong all of a sudden."""
    play.calm(15)
    clock = play.stack.clock
    assert clock
    since = clock.offset(lambda passed: 0.01 * passed)
    play.inflict("clock drifts by 10 ms a second")
    read = 0.5  # how often the file is written
    play.ladder("clocks-agree", since, Shows(read, 0.01))
    play.once("clocks-agree", "early", "mid", "late")
    play.linked("clocks-agree", "mid", {"cluster": play.name, "instance": "host-1"})
    well = clock.offset(lambda passed: 0.0)
    play.inflict("clock set right")
    play.resolved("clocks-agree", "late", well + read)


def clock_jumps(play: Play) -> None:
    """All bounds are crossed at once: only the worst stage may be told."""
    play.calm(15)
    clock = play.stack.clock
    assert clock
    since = clock.offset(lambda passed: -5.0)
    play.inflict("clock jumps back by 5 s")
    play.expect("clocks-agree", "late", since, Shows())
    play.hidden("clocks-agree")
    play.sleep(30)
    play.once("clocks-agree", "late")
    well = clock.offset(lambda passed: 0.0)
    play.inflict("clock set right")
    play.resolved("clocks-agree", "late", well)
    play.once("clocks-agree", "late")


BROKEN = (
    Scenario(
        "calm", frozenset(("orders", "orders-canary", "stock", "stock-canary", "hosts")), calm
    ),
    Scenario("replay-paused", frozenset(("orders", "orders-canary")), replay_paused),
    Scenario("exporters-killed", frozenset(("orders", "stock")), exporters_killed),
    Scenario("postgresql-cut", frozenset(("orders", "orders-canary")), postgresql_cut),
    Scenario("postgresql-frozen", frozenset(("orders", "orders-canary")), postgresql_frozen),
    Scenario("redis-cut", frozenset(("stock", "stock-canary")), redis_cut),
    Scenario("redis-frozen", frozenset(("stock", "stock-canary")), redis_frozen),
    Scenario("clock-drifts", frozenset(("hosts",)), clock_drifts),
    Scenario("clock-jumps", frozenset(("hosts",)), clock_jumps),
    Scenario("primary-idle", frozenset(("orders",)), primary_idle),
)
