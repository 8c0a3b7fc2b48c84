"""A signal of a pack does not see some fault, and nothing watches the signal that does.

Many signals read calm while something is broken: a replica that is cut off has replayed all that
it received. The pack names the signals in which such a fault shows. One of them should be watched
by an invariant of the same dataset, or for the same system.
"""

from collections.abc import Iterator

from driftbook import packs
from driftbook.checks.example import CONFLICTS, FILES
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity, listed
from driftbook.model import Invariant
from driftbook.packs import PackSignal

CODE = "DB309"
NAME = "companion"
TITLE = "Nothing watches what a signal does not see"
SEVERITY = Severity.WARNING
FOUND_BY = "check"
_SIGNAL = """\
signal:
  use: postgres/{}
stages:
  late: {{above: 1h, for: 5m}}
runbook: replica-behind
"""
EXAMPLE = Example(
    CONFLICTS,
    "signal:" + FILES[CONFLICTS].partition("\nsignal:")[2],
    _SIGNAL.format("replica-lag"),
    _SIGNAL.format("last-replay-age"),
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """One diagnostic for each invariant; what is retired watches nothing."""
    watching: dict[str, list[Invariant]] = {}
    for invariant in subject.catalog.compiled():
        if invariant.signal.used:
            watching.setdefault(invariant.signal.used, []).append(invariant)
    system = {used: packs.load(used.partition("/")[0]).system for used in watching}
    for used, invariants in watching.items():
        signal = packs.signal(used)
        companions = [c.signal for c in signal.companions]
        others = [i for name in companions for i in watching.get(name, ())]
        datasets = {i.dataset.name for i in others}
        known = {system[name] for name in companions if name in watching}
        for invariant in invariants if companions and system[used] not in known else ():
            if invariant.dataset.name not in datasets:
                message = f"no invariant watches {' or '.join(listed(companions))}: {_why(signal)}"
                path, file = ("signal", "use"), invariant.origin.file
                expected = f"an invariant that uses {companions[0]}"
                severity = Severity.WARNING
                yield found(CODE, message, file, path, expected=expected, severity=severity)


def _why(signal: PackSignal) -> str:
    """What the signal does not see, as the pack says it, without Markdown's marks."""
    whys = dict.fromkeys(packs.plain(c.why) for c in signal.companions)
    return " ".join(whys).rstrip(".")
