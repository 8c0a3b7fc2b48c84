"""The life of an alert: from a condition that holds or not, at each tick, to one that fires."""

from collections.abc import Sequence

Verdict = bool | None
"""None: floating point decides, the model does not know."""


def firing(holds: Sequence[Verdict], tick: float, hold: float, keep: float) -> list[Verdict]:
    """Whether it fires at each tick; hold, keep: `for` and `keep_firing_for` in seconds.

    More that holds never makes less fire, so two runs give both ends of what is possible.
    """
    least = _sure([h is True for h in holds], tick, hold, keep)
    most = _sure([h is not False for h in holds], tick, hold, keep)
    return [a if a == b else None for a, b in zip(least, most, strict=True)]


def _sure(holds: Sequence[bool], tick: float, hold: float, keep: float) -> list[bool]:
    found: list[bool] = []
    since: int | None = None  # the tick from which on it has held without a break
    ended: int | None = None  # the first tick at which it did not hold any more, while it fired
    fires = False
    for now, true in enumerate(holds):
        if true:
            since = now if since is None else since
            ended = None
            fires = fires or (now - since) * tick >= hold
        else:
            since = None
            if fires:
                ended = now if ended is None else ended
                fires = (now - ended) * tick < keep
        found.append(fires)
    return found
