"""Cases at random for the conditions of `members.py`, `budget.py`, `seasons.py`."""

from typing import Any

from hypothesis import strategies as st

from models.case import Case
from models.series import Series, counter, gauge
from models.strategies import (
    BOUND,
    PLACES,
    TICKS,
    holding,
    inventoried,
    made_of,
    overridden,
    places,
    signals,
    span,
)

PAIR = (("cell", "member"),)


def mostly_well(bound: float, longest: int, worse: str) -> st.SearchStrategy[str]:
    """A gauge that is more often on the good side of the bound."""
    return gauge(bound, longest, "below" if worse == "above" else "above")


@st.composite
def voting(draw: st.DrawFn) -> Case:
    """`quorum`."""
    step, tick = draw(TICKS)
    signal, made = draw(signals(mostly_well, 14, PAIR))
    signal["expected"] = "members"
    made += inventoried(draw, PAIR[0])

    def entry() -> dict[str, Any]:
        value = {
            "over": "member",
            signal["worse"]: BOUND,
            **draw(st.sampled_from([{}, {"need": 2}, {"need": "majority"}, {"need": 3}])),
            **draw(st.sampled_from([{}, {"spare": 1}, {"spare": 2}])),
        }
        return {"quorum": value, **draw(holding(tick))}

    stage = draw(st.sampled_from(["early", "mid", "late"]))
    overrides = overridden(draw, signal, {stage: entry()}, whole=False)
    return made_of("quorum", signal, {stage: entry()}, made, step, tick, 60, overrides)


@st.composite
def differing(draw: st.DrawFn) -> Case:
    """`diverged`, by the signal or by checksums."""
    step, tick = draw(TICKS)
    signal, made = draw(signals(gauge, 20, PAIR))
    checksums = draw(st.booleans())

    def entry() -> dict[str, Any]:
        value: dict[str, Any] = {"over": "member", "settle": draw(span(tick, 5, 12))}
        value |= draw(st.sampled_from([{}, {}, {"replicas": 3}]))
        if checksums:
            value["checksums"] = "content"
        else:
            value["tolerance"] = draw(st.sampled_from([0.5, 1, 5]))
            value |= draw(st.sampled_from([{}, {"relative": 0}, {"relative": 0.3}]))
        if checksums:
            value.pop("replicas", None)
        return {"diverged": value, **draw(holding(tick))}

    stage = draw(st.sampled_from(["mid", "late"]))
    overrides = overridden(draw, signal, {stage: entry()}, whole=False)
    one = made_of("diverged", signal, {stage: entry()}, made, step, tick, 60, overrides)
    if not checksums:
        return one
    values = st.sampled_from(["1x99", "1x30", "_x20 1x60", "1x20 0x30", "1x9 stale _x9 1x40"])
    info = [
        Series("content", {**where, "checksum": draw(st.sampled_from("aaab"))}, draw(values))
        for where in places(PAIR[0])
        for _ in range(draw(st.integers(0, 2)))
    ]
    unique = {series.selector: series for series in info}
    supporting = {"content": {"expr": "content", "type": "gauge"}}
    invariant = {**one.invariant, "supporting": supporting}
    return Case("diverged", invariant, (*one.series, *unique.values()), step, tick, 60)


@st.composite
def working(draw: st.DrawFn) -> Case:
    """`stalled`, by a counter of what got done or by the time of the last success."""
    step, tick = draw(st.sampled_from([(30, 30), (60, 60), (30, 60)]))
    signal, made = draw(signals(backlog, 30))
    signal |= {"worse": "above", "expr": signal["expr"].replace("min", "max")}
    identity = tuple(signal["identity"])
    by = draw(st.sampled_from([None, [], [identity[0]]]))
    done = draw(st.booleans())

    def entry() -> dict[str, Any]:
        value: dict[str, Any] = {"done" if done else "last_success": "work"}
        value["window"] = draw(span(tick, 5, 14))
        value |= {} if by is None else {"by": by}
        value |= draw(st.sampled_from([{}, {"above": 5}]))
        if done:
            value |= draw(st.sampled_from([{}, {"restarts": 2}]))
        return {"stalled": value, **draw(holding(tick))}

    stage = draw(st.sampled_from(["early", "mid", "late"]))
    overrides = overridden(draw, signal, {stage: entry()})
    one = made_of("stalled", signal, {stage: entry()}, made, step, tick, 90, overrides)
    where = [{k: v for k, v in p.items() if by is None or k in by} for p in places(identity)]
    workers = {str(p): p for p in where[: draw(st.integers(0, PLACES))]}.values()
    name, values = ("work_total", counter(15)) if done else ("last", successes(step))
    doing = [
        Series(name, {**labels, "worker": str(n)}, draw(values))
        for labels in workers
        for n in range(draw(st.integers(1, 2)))
    ]
    supporting = {"work": {"expr": name, "type": "counter" if done else "gauge"}}
    invariant = {**one.invariant, "supporting": supporting}
    return Case("stalled", invariant, (*one.series, *doing), step, tick, 90)


def backlog(bound: float, longest: int, worse: str) -> st.SearchStrategy[str]:
    """Work that waits, now and then none."""
    waits = st.builds("{}x{}".format, st.sampled_from([3, 6, 10, 10]), st.integers(8, longest))
    other = st.sampled_from(["0", "0x3", "NaN", "_x2", "_x12", "stale", "0x12"])
    return st.lists(st.one_of(waits, waits, other), min_size=1, max_size=6).map(" ".join)


def successes(step: int) -> st.SearchStrategy[str]:
    """The time of the last success: now and then, too far ahead, in milliseconds, gone."""
    part = st.one_of(
        st.builds("{}x{}".format, st.integers(0, 90).map(lambda n: n * step), st.integers(1, 30)),
        st.sampled_from(["_x20", "stale", "99999x5", "1760000000000x5"]),
    )
    start = st.integers(1, 40).map(lambda n: f"0+{step}x{n}")
    return st.builds("{} {}".format, start, st.lists(part, max_size=4).map(" ".join))


@st.composite
def spending(draw: st.DrawFn) -> Case:
    """`slo_burn` with windows of its own."""
    tick = draw(st.sampled_from([30, 60]))
    signal, made = draw(signals(gauge, 20))
    long = draw(st.integers(40, 60)) * tick
    value = {
        "factor": draw(st.sampled_from([1.5, 3, 6])),
        "long": f"{long}s",
        "short": f"{draw(st.integers(3, 10)) * tick}s",
        **draw(st.sampled_from([{}, {"min_bad": 1}, {"min_bad": 8}])),
        **draw(st.sampled_from([{}, {"coverage": 0.8}, {"coverage": 0.2}])),
    }
    keep = draw(st.sampled_from([{}, {"keep_firing_for": f"{3 * tick}s"}]))
    stages = {"late": {"slo_burn": value, **keep}}
    one = made_of("slo_burn", signal, stages, made, tick, tick, 100, [])
    objective = draw(st.sampled_from(["90%", "95%", "99%"]))
    slo = {"objective": objective, "within": BOUND, "period": "30d"}
    return Case("slo_burn", {**one.invariant, "slo": slo}, one.series, tick, tick, 100)


@st.composite
def seasonal(draw: st.DrawFn) -> Case:
    """`unusual`, with seasons of days and a look each half hour."""
    tick = 1800
    signal, made = draw(signals(days, 6))
    up = signal["worse"] == "above"
    value = {
        "floor": draw(st.sampled_from([1, 6])),
        "cap": draw(st.sampled_from([14, 19])),
        "seasons": draw(st.sampled_from([["86400s"], ["86400s", "172800s"]])),
        **draw(st.sampled_from([{}, {"fallback": 12}])),
        **draw(st.sampled_from([{}, {"k": 1}, {"k": 5}])),
    }
    keep = draw(st.sampled_from([{}, {"keep_firing_for": "3600s"}]))
    stages = {"early": {"unusual": value, **keep}}
    made = made[:3] if up else made[:4]
    return made_of("unusual", signal, stages, made, tick, tick, 240, [])


def days(bound: float, longest: int, worse: str) -> st.SearchStrategy[str]:
    """Days of 48 half hours, alike but for some hours that are worse, better, or lost."""
    shape = st.sampled_from(["5x23 8x23", "10x47", "3x11 12x11 3x23", "7 8 9 8x44", "5+0.1x47"])
    odd = st.sampled_from(["13x3", "18x7", "2x4", "NaN", "_x5", "stale", "Inf", "15+0.5x9"])
    usual = st.builds(lambda day, n: " ".join([day] * n), shape, st.integers(1, 3))
    return st.lists(st.one_of(usual, usual, odd), min_size=2, max_size=longest).map(" ".join)


CASES: dict[str, st.SearchStrategy[Case]] = {
    "quorum": voting(),
    "diverged": differing(),
    "stalled": working(),
    "slo_burn": spending(),
    "unusual": seasonal(),
}
