"""`driftbook packs show`: a pack with its signals, or one signal with all that is known of it."""

import json
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console

from driftbook import packs
from driftbook.commands.packs_records import shown
from driftbook.commands.packs_records import signal as record
from driftbook.diagnostics import nearest
from driftbook.errors import Exit
from driftbook.packs import Pack, PackSignal, paste

WIDTH = 92


def run(root: Path, console: Console, *, what: str, format_: str = "text") -> int:
    """Prints it; wrong usage where there is no such pack or signal."""
    name, _, own = what.partition("/")
    if name not in packs.names():
        return unknown(console, what)
    pack = packs.load(name)
    if own and own not in pack.signals:
        return unknown(console, what)
    if format_ == "json":
        made = record(pack.signals[own]) if own else shown(pack)
        console.print(json.dumps(made, indent=2, ensure_ascii=False), markup=False)
        return Exit.OK
    for line in _signal(pack, pack.signals[own]) if own else _pack(pack):
        console.print(line, markup=False)
    return Exit.OK


def unknown(console: Console, what: str) -> int:
    """Says that there is no such pack or signal, and what is near."""
    name, _, own = what.partition("/")
    if name in packs.names() and own:
        console.print(f'the pack "{name}" has no signal "{own}"', markup=False)
        signals = packs.load(name).signals
        hint = nearest(own, signals) or "one of " + ", ".join(signals)
    else:
        console.print(f'there is no pack "{name}"', markup=False)
        hint = nearest(name, packs.names()) or "`driftbook packs list` names them"
    console.print(hint, markup=False)
    return Exit.USAGE


def _pack(pack: Pack) -> Iterator[str]:
    yield f"{pack.name}: {pack.title}"
    yield ""
    yield from _facts(
        ("exporter", pack.exporter),
        ("versions", pack.versions or "any"),
        ("verified", pack.verified),
    )
    yield from _texts("needs", pack.config)
    yield from _texts("notes", pack.notes)
    yield ""
    width = max(map(len, pack.signals))
    yield from (f"  {s.id:<{width}}  {s.title}" for s in pack.signals.values())


def _signal(pack: Pack, signal: PackSignal) -> Iterator[str]:
    yield f"{signal.name}: {signal.title}"
    yield ""
    yield from _facts(
        ("pack", pack.title),
        ("versions", signal.versions or pack.versions or "any"),
        ("property", signal.property),
        ("unit", f"{signal.unit}, worse {signal.worse} a bound"),
        ("identity", ", ".join(signal.identity) or "none: one value"),
        ("with", ", ".join(packs.keys(signal))),
        ("when gone", packs.plain(signal.absent.means)),
        ("source", signal.source),
    )
    yield from _texts("caveats", signal.caveats)
    yield from _texts("see also", (f"{c.signal}: {c.why}" for c in signal.companions))
    yield from _texts("unverified", signal.unverified)
    for spelling in signal.spellings:
        yield ""
        yield f"PromQL, {spelling.versions}:" if spelling.versions else "PromQL:"
        yield textwrap.indent(spelling.expr, "    ")
    yield ""
    yield "An invariant to start from:"
    yield ""
    yield textwrap.indent(paste.invariant(signal), "    ").rstrip()


def _facts(*facts: tuple[str, str]) -> Iterator[str]:
    for name, value in facts:
        yield _wrapped(f"{name:<11}{value}", 11)


def _texts(name: str, texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield _wrapped(f"{name if number == 0 else '':<11}{packs.plain(text)}", 11)


def _wrapped(line: str, indent: int) -> str:
    return textwrap.fill(
        line, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
