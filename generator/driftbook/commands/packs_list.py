"""`driftbook packs list`: the packs, or those in which some words occur."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from driftbook import packs
from driftbook.commands.packs_records import listed
from driftbook.errors import Exit
from driftbook.packs import Pack, PackSignal


def run(root: Path, console: Console, *, words: Sequence[str] = (), format_: str = "text") -> int:
    """Prints them; status 1 when nothing matches."""
    found = [
        (pack, signals)
        for pack in map(packs.load, packs.names())
        if (signals := matching(pack, words))
    ]
    if format_ == "json":
        records = [listed(pack, signals) for pack, signals in found]
        console.print(json.dumps(records, indent=2, ensure_ascii=False), markup=False)
        return Exit.OK if found else Exit.FINDINGS
    width = max((len(pack.name) for pack, _ in found), default=0)
    for pack, signals in found:
        count = f"{len(signals)} signal{'s' if len(signals) > 1 else ''}"
        console.print(f"{pack.name:<{width}}  {pack.title}, {count}", markup=False)
        for signal in signals if words else ():
            console.print(f"{'':<{width}}    {signal.id}: {signal.title}", markup=False)
    if not found:
        console.print(f"no pack has {' and '.join(words)}", markup=False)
    return Exit.OK if found else Exit.FINDINGS


def matching(pack: Pack, words: Sequence[str]) -> list[PackSignal]:
    """The signals in which all words occur; all signals where the pack itself has the words."""
    about = f"{pack.name} {pack.title} {pack.system} {pack.exporter}".lower()
    rest = [word.lower() for word in words if word.lower() not in about]
    return [
        signal
        for signal in pack.signals.values()
        if all(word in _text(signal).lower() for word in rest)
    ]


def _text(signal: PackSignal) -> str:
    metrics = " ".join(metric.name for metric in signal.metrics)
    return f"{signal.id} {signal.title} {signal.property} {metrics}"
