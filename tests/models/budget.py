"""The judge of `slo_burn`: is the error budget of an objective spent too fast, over two windows?"""

from typing import Any

from models.alert import Verdict
from models.judges import Holds, secs, sure
from models.series import is_number
from models.world import Place, World


def burning(value: Any, world: World, time: float) -> Holds:
    """Both windows are bad enough, some samples are bad at all, and enough is known."""
    return {place: _burns(value, value["slo"], world, place, time) for place in world.signal}


def _burns(value: Any, slo: Any, world: World, place: Place, time: float) -> Verdict:
    long, short = secs(value["long"]), secs(value["short"])
    limit = value["factor"] * (100 - float(slo["objective"].removesuffix("%"))) / 100
    bad = {
        span: [
            world.is_beyond(v, slo["within"])  # NaN is no violation
            for _, v in world.window(world.signal[place], time, span)
            if v is not None
        ]
        for span in (long, short)
    }
    if not bad[long] or not bad[short] or sum(bad[long]) < value.get("min_bad", 3):
        return False
    known = sum(is_number(v) for _, v in world.window(world.signal[place], time, long))
    # What is known is looked at in steps of up to a 24th of the window: near it we do not judge.
    known_share = known * world.tick / long - value.get("coverage", 0.5)
    edge = 1 / 12 + 2 * world.tick / long
    if known_share < -edge:
        return False
    ratios = sure([sum(bad[span]) / len(bad[span]) - limit for span in (long, short)])
    return None if ratios and known_share < edge else ratios


JUDGES = {"slo_burn": burning}
