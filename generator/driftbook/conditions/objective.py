"""The series of a consistency objective: violations, error ratios, burn, budget.

They are recorded wherever an invariant states `slo`, so that a dashboard can show the budget
whether or not a stage alerts on it. The budget is bad time against the whole period: what is
unknown counts as good, so that a new place does not start with a spent budget.
"""

from driftbook import names
from driftbook.conditions import words
from driftbook.conditions.base import Recording, violated
from driftbook.conditions.scope import series
from driftbook.model import STAGES, Invariant, Slo
from driftbook.units import duration, number, spoken

HOUR = 3600.0


def recordings(invariant: Invariant) -> tuple[Recording, ...]:
    """What is recorded without any condition: objective, burn of the last hour, budget left."""
    slo = invariant.slo
    if slo is None:
        return ()
    own = {"invariant": invariant.name}
    hour = series(names.SLO_ERROR_RATIO, own | {"window": duration(HOUR)})
    whole = number(round(slo.period / HOUR * slo.budget, 9))
    burn = f"sum without (window) ({hour}) / {number(slo.budget)}"
    left = f"1 - sum without (window) (sum_over_time({hour}[{duration(slo.period)}:1h])) / {whole}"
    return (
        *ratios(invariant, (HOUR,)),
        Recording(names.SLO_OBJECTIVE, f"vector({number(slo.objective)})", own),
        Recording(names.SLO_BURN, burn, own),
        Recording(names.SLO_BUDGET, left, own),
    )


def ratios(invariant: Invariant, windows: tuple[float, ...]) -> tuple[Recording, ...]:
    """The share of each window in which the bound was violated, of what is known of it."""
    slo = invariant.slo
    if slo is None:
        return ()
    bad = violated(invariant, slo.within)
    return (
        bad,
        *(
            Recording(
                names.SLO_ERROR_RATIO,
                f"sum without (bound) (avg_over_time("
                f"{series(names.VIOLATION, bad.labels)}[{duration(window)}]))",
                {"invariant": invariant.name, "window": duration(window)},
            )
            for window in windows
        ),
    )


def promise(invariant: Invariant, slo: Slo) -> str:
    """`99.9 % within 10 s over 30 d`."""
    unit, above = invariant.signal.unit, invariant.signal.worse == "above"
    word = ("within" if unit == "seconds" else "at or under") if above else "at or over"
    period = spoken(slo.period, "seconds")
    return f"{slo.objective * 100:.6g} % {word} {spoken(slo.within, unit)} over {period}"


def explained(invariant: Invariant, slo: Slo) -> str:
    """`99.9 % within 10 s over 30 d, at each region: 43m12s may be worse. …`."""
    identity = invariant.signal.identity
    where = f", at each {words.place(identity)}" if identity else ""
    worse = duration(round(slo.budget * slo.period))
    every = [*invariant.conditions, *(c for o in invariant.overrides for c in o.conditions)]
    burning = [s for s in STAGES if any(c.kind == "slo_burn" and c.stage == s for c in every)]
    stages = " and ".join(burning)
    told = f"Its burn rate alerts in {stages}." if burning else "No stage alerts on it."
    return f"{promise(invariant, slo)}{where}: {worse} may be worse. {told}"
