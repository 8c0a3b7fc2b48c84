"""What a pack knows about the signal of an invariant, for its page."""

from typing import Any

from driftbook import packs
from driftbook.emit.pages import lookup
from driftbook.emit.pages.markdown import inline
from driftbook.emit.pages.related import Ref, Relations
from driftbook.model import Invariant, Signal
from driftbook.packs import Companion, Pack

LOUD = "**"
"""So begins a caveat of packs that tells of a fault in which the signal reads calm."""


def measured(invariant: Invariant, relations: Relations, ref: Ref) -> dict[str, Any] | None:
    """Pack, caveats, companions and what absence means; None without a pack."""
    used = invariant.signal.used
    if not used:
        return None
    signal = packs.signal(used)
    pack = packs.load(signal.pack)
    return {
        "signal": used,
        "title": signal.title,
        "pack": lookup.pack(f"invariants/{invariant.name}", pack.name, signal.id),
        "exporter": pack.exporter,
        "versions": versions(pack, invariant.signal),
        "warnings": [inline(caveat) for caveat in signal.caveats if caveat.startswith(LOUD)],
        "caveats": [inline(caveat) for caveat in signal.caveats],
        "blind": [_companion(invariant, c, relations, ref) for c in signal.companions],
        "absent": inline(signal.absent.means),
        "source": signal.source,
    }


def versions(pack: Pack, signal: Signal) -> str:
    """`versions >=0.13.2; the catalog states 0.19.1`, as far as either is known."""
    own = packs.signal(signal.used).versions or pack.versions
    fitting = f"versions {own}" if own else "any version"
    stated = signal.exporter_version
    return f"{fitting}; the catalog states {stated}" if stated else fitting


def _companion(
    invariant: Invariant, companion: Companion, relations: Relations, ref: Ref
) -> dict[str, Any]:
    """A companion and who watches it, those of the same dataset first."""
    watching = sorted(
        relations.by_signal.get(companion.signal, ()),
        key=lambda i: (i.dataset.name != invariant.dataset.name, i.name),
    )
    return {
        "signal": companion.signal,
        "why": inline(companion.why),
        "watched": [ref(i.title, f"invariants/{i.name}") for i in watching[:3]],
    }
