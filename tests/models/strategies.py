"""Cases at random: for each condition its parameters, and many series that come near its bound."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from models.case import Case
from models.series import Series, counter, gauge, trend

BOUND = 10
PLACES = 8
TICKS = st.sampled_from([(15, 30), (30, 30), (60, 60), (30, 15)])
"""Step and tick."""


def span(tick: int, low: int, high: int) -> st.SearchStrategy[str]:
    """A duration of some ticks, often with a part of a tick besides."""
    odd = st.sampled_from([0, 0, 0, tick // 3])
    return st.builds(lambda n, rest: f"{n * tick + rest}s", st.integers(low, high), odd)


def holding(tick: int) -> st.SearchStrategy[dict[str, str]]:
    """`for` and `keep_firing_for`, each often left out."""
    one = st.none() | st.sampled_from([f"{n * tick}s" for n in (1, 2, 3, 5, 8)])
    return st.builds(
        lambda hold, keep: {
            k: v for k, v in (("for", hold), ("keep_firing_for", keep)) if v is not None
        },
        one,
        one,
    )


def places(identity: tuple[str, ...]) -> list[dict[str, str]]:
    """Label values, for one or for two labels."""
    if len(identity) == 1:
        return [{identity[0]: f"p{n}"} for n in range(PLACES)]
    return [{identity[0]: f"g{n % 2}", identity[1]: f"p{n // 2}"} for n in range(PLACES)]


@st.composite
def signals(
    draw: st.DrawFn,
    values: Callable[..., st.SearchStrategy[str]],
    longest: int,
    identities: tuple[tuple[str, ...], ...] = (("region",), ("source", "target")),
) -> tuple[dict[str, Any], list[Series]]:
    """The signal's part of an invariant, and a series at each of some places."""
    identity = draw(st.sampled_from(identities))
    worse = draw(st.sampled_from(["above", "above", "below"]))
    where = places(identity)[: draw(st.sampled_from([PLACES, PLACES, PLACES, 5, 3, 1]))]
    made = [Series("lag", labels, draw(values(BOUND, longest, worse))) for labels in where]
    return _signal(list(identity), worse), made


def _signal(identity: list[str], worse: str) -> dict[str, Any]:
    aggregate = "max" if worse == "above" else "min"
    return {
        "expr": f"{aggregate} by ({', '.join(identity)}) (lag)",
        "unit": "items",
        "worse": worse,
        "identity": identity,
        "missing": {"not_applicable": "the model looks at one condition"},
    }


def overridden(
    draw: st.DrawFn, signal: dict[str, Any], stages: Any, whole: bool = True
) -> list[dict[str, Any]]:
    """None, one on a label, or one on the whole identity."""
    first = places(tuple(signal["identity"]))[0]
    one = dict([next(iter(first.items()))])
    match = draw(st.sampled_from([None, None, one, first if whole else one]))
    if match is None:
        return []
    return [{"match": match, "stages": stages, "reason": "It is farther away."}]


@st.composite
def thresholds(draw: st.DrawFn) -> Case:
    """`above` and `below`."""
    step, tick = draw(TICKS)
    signal, made = draw(signals(gauge, 14))
    kind = signal["worse"]
    entry = {kind: BOUND, **draw(holding(tick))}
    other = {kind: BOUND + draw(st.sampled_from([-1, 1])), **draw(holding(tick))}
    stage = draw(st.sampled_from(["early", "mid", "late"]))
    overrides = overridden(draw, signal, {stage: other})
    return made_of(kind, signal, {stage: entry}, made, step, tick, 50, overrides)


@st.composite
def persisting(draw: st.DrawFn) -> Case:
    """`persists`."""
    step, tick = draw(TICKS)
    signal, made = draw(signals(gauge, 20))
    stage = draw(st.sampled_from(["mid", "late"]))

    def entry() -> dict[str, Any]:
        value = {
            signal["worse"]: BOUND,
            "during": draw(span(tick, 10, 20)),
            **draw(st.sampled_from([{}, {"ratio": 0.6}, {"ratio": 1}, {"ratio": 0.75}])),
            **draw(st.sampled_from([{}, {"coverage": 0.5}, {"coverage": 1}, {"coverage": 0.55}])),
        }
        return {"persists": value, **draw(holding(tick))}

    stages = {stage: entry()}
    overrides = overridden(draw, signal, {stage: entry()})
    return made_of("persists", signal, stages, made, step, tick, 80, overrides)


@st.composite
def rising(draw: st.DrawFn) -> Case:
    """`growing`."""
    step, tick = draw(st.sampled_from([(30, 30), (60, 60), (15, 30)]))
    signal, made = draw(signals(trend, 90))
    within = draw(st.integers(12, 24)) * tick
    value = {
        "toward": BOUND,
        "within": f"{within}s",
        **draw(st.sampled_from([{}, {"fit": 0}, {"fit": 0.8}])),
        **draw(st.sampled_from([{}, {"floor": 4 if signal["worse"] == "above" else 16}])),
        **({"window": f"{within * 3}s"} if draw(st.booleans()) else {}),
    }
    hold = {"for": f"{draw(st.sampled_from([1, 3, 5])) * tick}s"}
    keep = draw(st.sampled_from([{}, {"keep_firing_for": f"{4 * tick}s"}]))
    stages = {"early": {"growing": value, **hold, **keep}}
    return made_of("growing", signal, stages, made, step, tick, 110, [])


@st.composite
def silent(draw: st.DrawFn) -> Case:
    """`missing`: with an inventory, with a memory, with neither."""
    step, tick = draw(TICKS)
    signal, made = draw(signals(gauge, 12))
    stage = draw(st.sampled_from(["early", "mid", "late"]))
    hold = {"for": f"{draw(st.integers(4, 12)) * tick}s"}
    how = draw(st.sampled_from(["expected", "memory", "nothing"]))
    value = {}
    if how == "expected":
        signal["expected"] = "members"
        made += inventoried(draw, tuple(signal["identity"]))
    elif how == "memory":
        value["memory"] = draw(span(tick, 14, 40))
    keep = draw(st.sampled_from([{}, {"keep_firing_for": f"{3 * tick}s"}]))
    stages = {stage: {"missing": value, **hold, **keep}}
    return made_of("missing", signal, stages, made, step, tick, 80, [])


def inventoried(draw: st.DrawFn, identity: tuple[str, ...]) -> list[Series]:
    """An inventory of some of the places, in two tellings, with gaps."""
    values = st.sampled_from(["1x90", "1x90", "1x90", "_x30 1x60", "1x20 stale", "1x40", "0x90"])
    where = [p for p in places(identity) if draw(st.integers(0, 3))]
    return [Series("members", labels, draw(values)) for labels in where]


@st.composite
def broad(draw: st.DrawFn) -> Case:
    """`breadth`."""
    step, tick = draw(TICKS)
    signal, made = draw(signals(gauge, 14))
    if draw(st.booleans()):
        signal["expected"] = "members"
        made += inventoried(draw, tuple(signal["identity"]))
    two = len(signal["identity"]) == 2

    def entry() -> dict[str, Any]:
        value = {
            signal["worse"]: BOUND,
            **draw(st.sampled_from([{}, {"members": 2}, {"members": 2}, {"members": 4}])),
            **draw(st.sampled_from([{}, {"share": 0.3}, {"share": 0.5}, {"share": 1}])),
        }
        if two and draw(st.booleans()):
            value["by"] = [signal["identity"][0]]
        return {"breadth": value, **draw(holding(tick))}

    stage = draw(st.sampled_from(["early", "mid", "late"]))
    stages = {stage: entry()}
    overrides = overridden(draw, signal, {stage: entry()}, whole=False) if two else []
    return made_of("breadth", signal, stages, made, step, tick, 60, overrides)


@st.composite
def failing(draw: st.DrawFn) -> Case:
    """`repeated`."""
    step, tick = draw(st.sampled_from([(60, 60), (30, 60), (120, 120), (60, 120)]))
    identity = draw(st.sampled_from([["region"], ["source", "target"]]))
    by = identity[: draw(st.integers(0, len(identity)))]

    def entry() -> dict[str, Any]:
        value: dict[str, Any] = {
            "signal": "failed",
            "within": draw(span(tick, 6, 25)),
            **draw(st.sampled_from([{}, {"times": 1}, {"times": 2}, {"times": 5}])),
            **({"by": by} if by else {}),
        }
        if draw(st.booleans()):
            value |= {"across": "shard", "members": draw(st.sampled_from([2, 3]))}
        if draw(st.booleans()):
            value["unless"] = "done"
        hold = draw(st.sampled_from([{}, {}, {"for": f"{3 * tick}s"}]))
        keep = draw(st.sampled_from([{}, {"keep_firing_for": f"{4 * tick}s"}]))
        return {"repeated": value, **hold, **keep}

    made = []
    for where in places(tuple(identity))[: draw(st.sampled_from([PLACES, PLACES, 4, 1]))]:
        for shard in range(draw(st.integers(1, 3))):
            labels = {**where, "shard": f"s{shard}"}
            made.append(Series("failures_total", labels, draw(counter(15))))
        if not draw(st.integers(0, 3)):
            made.append(Series("successes_total", where, draw(counter(15))))
    signal = _signal(identity, "above")
    supporting = {
        "failed": {"expr": "failures_total", "type": "counter"},
        "done": {"expr": "successes_total", "type": "counter"},
    }
    invariant = {"signal": signal, "supporting": supporting, "stages": {"late": entry()}}
    if by:
        whole = len(by) == len(identity)
        overrides = overridden(draw, signal, {"late": entry()}, whole)
        invariant |= {"overrides": overrides} if overrides else {}
    return Case("repeated", invariant, tuple(made), step, tick, 110)


def made_of(
    condition: str,
    signal: dict[str, Any],
    stages: dict[str, Any],
    made: list[Series],
    step: int,
    tick: int,
    ticks: int,
    overrides: list[dict[str, Any]],
) -> Case:
    invariant = {"signal": signal, "stages": stages}
    if overrides:
        invariant["overrides"] = overrides
    return Case(condition, invariant, tuple(made), step, tick, ticks)


CASES: dict[str, st.SearchStrategy[Case]] = {
    "threshold": thresholds(),
    "growing": rising(),
    "persists": persisting(),
    "missing": silent(),
    "breadth": broad(),
    "repeated": failing(),
}
