"""Series in promtool's notation: read as samples, and made at random."""

import math
from dataclasses import dataclass
from functools import lru_cache

from hypothesis import strategies as st

STALE = None
"""The value of a stale marker, which ends a series at once."""
Samples = tuple[tuple[float, float | None], ...]
"""Time in seconds and value, ascending."""


@dataclass(frozen=True)
class Series:
    """One input series; values: promtool's notation, of which `samples` knows what is used here."""

    metric: str
    labels: dict[str, str]
    values: str

    @property
    def selector(self) -> str:
        """`metric{a="1"}`."""
        return self.metric + selector(self.labels)


def selector(labels: dict[str, str]) -> str:
    """`{a="1",b="2"}`."""
    return "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"


@lru_cache(maxsize=512)
def samples(values: str, step: float) -> Samples:
    """`1 2x3 1+0.5x4 _ _x3 stale NaN`; `axn` is n + 1 samples, `_xn` is n gaps."""
    found: list[tuple[float, float | None]] = []
    index = 0
    for word in values.split():
        if word.startswith("_"):
            index += int(word[2:] or 1)
        elif word == "stale":
            found.append((index * step, STALE))
            index += 1
        else:
            for value in _run(word):
                found.append((index * step, value))
                index += 1
    return tuple(found)


def _run(word: str) -> list[float]:
    head, _, times = word.partition("x")
    sign = max(head.rfind("+"), head.rfind("-"))
    start, change = (head[:sign], head[sign:]) if sign > 0 and times else (head, "0")
    found = [float(start)]
    for _ in range(int(times or 0)):
        found.append(found[-1] + float(change))
    return found


def gauge(bound: float, longest: int, worse: str) -> st.SearchStrategy[str]:
    """A signal around a bound: plateaus, ramps, noise, gaps, stale markers, NaN, late births."""
    bad = bound + 1 if worse == "above" else bound - 1
    near = [0, bound / 2, bound - 1, bound, bound + 1, 3 * bound, bad, bad, bad]
    value = st.sampled_from([f"{v:g}" for v in near])
    many = st.integers(1, longest)
    change = st.sampled_from(["+0.5", "-0.5", "+1", "-1", "+0.25"])
    lost = st.sampled_from(["_", "_", "stale", "NaN"])
    return _joined(
        st.builds("{}x{}".format, value, many),
        st.builds("{}x{}".format, value, many),
        st.builds("{}{}x{}".format, value, change, many),
        st.lists(value, min_size=2, max_size=8).map(" ".join),
        st.builds("_x{}".format, many),
        lost,
        st.just("Inf"),
    )


def trend(bound: float, longest: int, worse: str) -> st.SearchStrategy[str]:
    """Ramps to and from a bound, straight or noisy, with steps, saw teeth, gaps, late births."""
    change = st.sampled_from([0.05, 0.05, 0.1, 0.1, 0.1, 0.2, 0.3, -0.1, -0.3, 0.0])
    start = st.sampled_from([0.0, bound / 20, bound / 4, bound / 4, bound / 2, bound])
    many = st.sampled_from([longest // 8, longest // 3, longest // 2, longest, longest])
    noise = st.lists(st.sampled_from([0.0, 0.0, 0.25, -0.25, 2.0]), min_size=1, max_size=5)
    ramp = st.builds(_noisy, st.just(worse), start, change, noise, many)
    gap = st.builds("_x{}".format, st.integers(1, longest // 6))
    lost = st.sampled_from(["_", "_", "NaN", "stale", "5x6", ""])
    return st.lists(st.one_of(ramp, ramp, ramp, gap, lost), min_size=1, max_size=4).map(" ".join)


def _noisy(worse: str, start: float, change: float, noise: list[float], count: int) -> str:
    line = [start + i * change + noise[i * i % len(noise)] for i in range(count)]
    return " ".join(f"{max(v, 0) if worse == 'above' else 20 - v:g}" for v in line)


def counter(longest: int) -> st.SearchStrategy[str]:
    """A counter: rests, single failures, bursts, restarts, gaps, births at 0, at 1, and old."""
    move = st.tuples(
        st.sampled_from([*("rest", "one", "rest", "one", "burst", "gap", "reset", "stale")]),
        st.integers(1, longest),
    )
    first = st.sampled_from([0, 1, 1, 0, 2, 100])
    born = st.integers(0, longest)
    return st.builds(_counted, born, first, st.lists(move, min_size=1, max_size=6))


def _counted(born: int, first: int, moves: list[tuple[str, int]]) -> str:
    words, value = [f"_x{born}"] * bool(born) + [str(first)], first
    for move, count in moves:
        if move == "gap":
            words.append(f"_x{count}")
        elif move == "stale":
            words.append("stale")
        else:
            value = {"rest": value, "one": value + 1, "burst": value + count}.get(move, 0)
            words.append(f"{value}x{count}")
    return " ".join(words)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(*parts), min_size=1, max_size=6).map(" ".join)


def is_number(value: float | None) -> bool:
    """Neither a stale marker nor NaN."""
    return value is not None and not math.isnan(value)
