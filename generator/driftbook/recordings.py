"""Recordings of real metrics as series for promtool: OpenMetrics with timestamps, or CSV.

A recording is resampled to a scenario's step: each step takes the last sample since the step
before; a step without a sample is a gap.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from prometheus_client.openmetrics.parser import text_fd_to_metric_families

from driftbook.conditions.cases import GAP, notation
from driftbook.conditions.scope import series

Sample = tuple[float, str, dict[str, str], float]
"""Time in seconds, metric, labels, value."""

STEPS = 20_000
"""Most steps of one recording: a week at 30 s."""


class BadRecording(ValueError):
    """A recording that cannot be read."""


@lru_cache(maxsize=64)
def read(name: str, text: str, every: float) -> Mapping[str, str]:
    """Series selector -> values in promtool's notation. Raises BadRecording.

    Remembered, because parsing is most of a compile with recordings, and more than one stage asks.
    """
    suffix = PurePosixPath(name).suffix
    reader = {".om": _openmetrics, ".csv": _csv}.get(suffix)
    if reader is None:
        raise BadRecording(f'"{suffix}" is neither .om (OpenMetrics) nor .csv')
    try:
        samples = list(reader(text))
    except BadRecording:
        raise
    except Exception as fault:  # the parser raises many kinds for bad text
        raise BadRecording(f"it does not parse: {fault}") from fault
    if not samples:
        raise BadRecording("it holds no sample")
    if not all(math.isfinite(time) for time, *_ in samples):
        raise BadRecording("a time is not a number")
    return _resampled(samples, every)


def _openmetrics(text: str) -> Iterator[Sample]:
    families = text_fd_to_metric_families(io.StringIO(text))  # type: ignore[no-untyped-call]
    for family in families:
        for sample in family.samples:
            if sample.timestamp is None:
                raise BadRecording(f"a sample of {sample.name} has no timestamp")
            yield float(sample.timestamp), sample.name, dict(sample.labels), float(sample.value)


def _csv(text: str) -> Iterator[Sample]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    if not reader.fieldnames or {"time", "metric", "value"} - set(reader.fieldnames):
        raise BadRecording("its first line has to name time, metric and value")
    for row in reader:
        labels = {k: v for k, v in row.items() if k not in ("time", "metric", "value") and k and v}
        yield float(row["time"]), row["metric"], labels, float(row["value"])


def _resampled(samples: Iterable[Sample], every: float) -> dict[str, str]:
    runs: dict[str, dict[int, float]] = {}
    ordered = sorted(samples, key=lambda s: s[0])
    first, last = ordered[0][0], ordered[-1][0]
    steps = math.ceil((last - first) / every - 1e-9) + 1
    if not 0 < steps <= STEPS:
        raise BadRecording(f"it spans {steps} steps of the scenario; at most {STEPS}")
    for time, metric, labels, value in ordered:
        step = max(0, math.ceil((time - first) / every - 1e-9))
        runs.setdefault(series(metric, labels), {})[step] = value
    return {selector: _values(values) for selector, values in sorted(runs.items())}


def _values(values: dict[int, float]) -> str:
    """Equal neighbours are one run; a series that ends early just ends."""
    runs: list[tuple[float | str, int]] = []
    for step in range(max(values) + 1):
        value = values.get(step)
        sample: float | str = GAP if value is None else _sample(value)
        if runs and runs[-1][0] == sample:
            runs[-1] = (sample, runs[-1][1] + 1)
        else:
            runs.append((sample, 1))
    return notation(tuple(runs))


def _sample(value: float) -> float | str:
    if math.isnan(value):
        return "NaN"
    return ("Inf" if value > 0 else "-Inf") if math.isinf(value) else value
