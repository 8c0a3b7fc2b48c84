"""`driftbook packs try`: which signals a server or some pages can feed, and what they read now."""

import json
import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console

from driftbook import packs, units
from driftbook.commands.packs_records import tried
from driftbook.commands.packs_show import unknown
from driftbook.errors import Exit
from driftbook.packs import PackSignal, paste
from driftbook.prove import engines
from driftbook.prove.workers import Workers
from driftbook.trial import page
from driftbook.trial.reading import Reading, filled, invariant, judged, metrics_of, wanted
from driftbook.trial.server import Server, loaded

MANY = 10
"""More series than these of one signal are counted only."""


def run(
    root: Path,
    console: Console,
    *,
    words: Sequence[str] = (),
    url: str = "",
    metrics: Sequence[str] = (),
    timeout: float = 30.0,
    dataset: str = "",
    runbook: str = "",
    format_: str = "text",
) -> int:
    """Prints what was found; status 1 when nothing can be fed. Raises FatalError."""
    for word in words:
        try:
            wanted([word])
        except KeyError:
            return unknown(console, word)
    signals = wanted(words)
    if url:
        found = asked(signals, Server(url, timeout))
    else:
        found = of_pages(signals, root, [page.read(where, root, timeout) for where in metrics])
    if format_ == "json":
        records = [tried(reading, dataset, runbook) for reading in found]
        console.print(json.dumps(records, indent=2, ensure_ascii=False), markup=False)
    else:
        for line in _text(found, bool(metrics), dataset, runbook):
            console.print(line, markup=False)
    return Exit.OK if any(reading.fed for reading in found) else Exit.FINDINGS


def asked(signals: Sequence[PackSignal], server: Server) -> list[Reading]:
    """What signals read at a server. Raises FatalError."""
    return [filled(reading, server) for reading in judged(signals, server.metrics())]


def of_pages(
    signals: Sequence[PackSignal], root: Path, pages: Sequence[page.Page]
) -> list[Reading]:
    """What signals read of pages, by a Prometheus of our own. Raises FatalError."""
    metrics = frozenset[str]().union(*(p.metrics for p in pages))
    readings = list(judged(signals, metrics))
    if not readings:
        return []
    at = max(p.at for p in pages)
    samples = page.lines(pages, metrics_of([r.signal for r in readings]), at)
    with Workers() as workers, loaded(samples, at, engines.require(root), workers) as server:
        return [filled(reading, server) for reading in readings]


def _text(found: Sequence[Reading], moment: bool, dataset: str, runbook: str) -> Iterator[str]:
    for name, group in groupby(found, lambda r: r.signal.pack):
        readings = list(group)
        fed = [r for r in readings if r.fed]
        pack = packs.load(name)
        yield f"{name}: {pack.title}, {len(fed)} of {len(pack.signals)} signals"
        for reading in readings:
            yield from _reading(reading, moment)
        yield ""
    paths = [r for r in found if r.fed]
    for reading in paths:
        yield f"# invariants/{paste.name(reading.signal)}.yaml"
        yield invariant(reading, dataset, runbook)
    if not paths:
        yield "no signal of any pack can be fed"


def _reading(reading: Reading, moment: bool) -> Iterator[str]:
    signal = reading.signal
    yield f"  {signal.id}: {signal.title}"
    for labels, value in reading.samples[:MANY]:
        where = ", ".join(f"{k}={v}" for k, v in sorted(labels.items())) or "everywhere"
        yield f"    {where}: {spoken(value, signal.unit)}"
    if len(reading.samples) > MANY:
        yield f"    and {len(reading.samples) - MANY} more"
    if reading.lacks:
        yield f"    lacks {', '.join(reading.lacks)}"
    elif reading.refused:
        yield f"    {reading.refused}"
    elif not reading.samples:
        gone = packs.plain(signal.absent.means)
        yield f"    reads nothing now: {gone}"
    if moment and reading.spans and reading.samples:
        yield "    counts over time, of which a page shows nothing"


def spoken(value: float, unit: str) -> str:
    """A value for people."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{value:+}".title()
    return ("-" if value < 0 else "") + units.spoken(abs(value), unit)
