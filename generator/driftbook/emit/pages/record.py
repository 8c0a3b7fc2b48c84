"""What stands behind the page: exact expressions, proof, digests, and the source itself."""

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from driftbook import names
from driftbook.alerts import Alert
from driftbook.emit.pages import lookup, words
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.markdown import code, folded
from driftbook.emit.pages.sources import edit, source
from driftbook.model import Catalog, Invariant
from driftbook.promql import facts


def record(
    catalog: Catalog, invariant: Invariant, plan: tuple[Alert, ...], evidence: Evidence
) -> dict[str, Any]:
    """What the section on evidence says."""
    file = invariant.origin.file
    written = evidence.sources.get(file, "")
    return {
        "reads": [code(metric) for metric in _metrics(invariant)],
        "labels": [code(label) for label in invariant.signal.identity],
        "expressions": _expressions(invariant, plan),
        "rules": {
            "file": names.rule_file(invariant),
            "tests": names.test_file(invariant),
            "digest": evidence.digests.get(names.rule_file(invariant), "not compiled yet"),
        },
        "proof": evidence.state(invariant),
        "cases": evidence.tests(invariant),
        "format": lookup.kind(f"invariants/{invariant.name}")("invariant"),
        "source": source(catalog, file, _line(written, invariant)),
        "edit": edit(catalog, file),
        "yaml": folded(file, written, "yaml") if written else "",
    }


def _metrics(invariant: Invariant) -> list[str]:
    """The metrics that it is measured by, each once."""
    signal = invariant.signal
    given = [signal.expr, signal.expected or "", *(s.expr for s in invariant.supporting.values())]
    found = (use.metric for expr in given if expr.strip() for use in facts(expr).uses)
    return list(dict.fromkeys(metric for metric in found if metric))


def _expressions(invariant: Invariant, plan: tuple[Alert, ...]) -> Markup:
    """Every expression in one block, which a reader can paste as it is."""
    parts = [f"# the signal\n{invariant.signal.expr.strip()}"]
    if invariant.signal.expected:
        parts.append(f"# the places that must report\n{invariant.signal.expected.strip()}")
    parts += [f"# {_name(alert)}\n{alert.expr.strip()}" for alert in plan]
    return folded("The exact expressions", "\n\n".join(parts), "promql")


def _name(alert: Alert) -> str:
    match = words.places(alert.scope.match)
    label = f"{alert.condition.stage}: {alert.condition.kind}"
    return f"{label} for {match}" if match else label


def _line(written: str, invariant: Invariant) -> int:
    """Where the invariant is named in its file, 0 where that is not known."""
    lines: Iterator[tuple[int, str]] = enumerate(written.splitlines(), start=1)
    return next((n for n, line in lines if line.startswith(f"name: {invariant.name}")), 0)
