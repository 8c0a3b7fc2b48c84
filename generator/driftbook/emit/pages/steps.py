"""Runbook steps and causes as blocks of a list item."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from driftbook.emit.pages.markdown import fence, inline, prose, text
from driftbook.model import Cause, StageName, Step
from driftbook.units import spoken

Fill = Callable[[str], str]
"""Fills a catalog template in for one invariant."""
_LEADS = {"check": "Check", "act": "Do", "escalate": "Escalate to"}
_INDENT = 4
_BLOCK = re.compile(r" *(?:```|[|>]|-   |1\.  |<!--)|.*\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ShownStep:
    """lead: the first line; blocks: what follows, indented to stand in its list item."""

    lead: Markup
    blocks: tuple[Markup, ...]


@dataclass(frozen=True, slots=True)
class ShownCause:
    """A cause and how it is confirmed."""

    name: Markup
    blocks: tuple[Markup, ...]


def steps(
    given: Iterable[Step], fill: Fill, stage: StageName, found: bool = True
) -> list[ShownStep]:
    """The steps of one stage; each has an anchor of its own, `late-backfill`.

    found: whether the search knows what is to be seen as well, besides what is to be done. It is
    not to know it twice: a runbook has a page, and stands on those of its invariants.
    """
    return [_step(step, fill, f"{stage}-{step.id}", found) for step in given]


def causes(given: Iterable[Cause], fill: Fill, found: bool = True) -> list[ShownCause]:
    """The causes, in the order of the runbook."""
    return [
        ShownCause(text(c.name), tuple(b if found else _unfound(b) for b in _confirm(c, fill)))
        for c in given
    ]


def _step(step: Step, fill: Fill, anchor: str, found: bool) -> ShownStep:
    lead, *blocks = _labelled(_lead(step), fill(step.text), f'{step.kind} db-step" id="{anchor}')
    details = (b if found else _unfound(b) for b in _details(step, fill))
    return ShownStep(Markup(lead.strip()), (*blocks, *details))


def _unfound(block: Markup) -> Markup:
    """A paragraph that the search leaves out; other blocks as they are."""
    line = block.strip()
    if not line.startswith("<strong") or "\n" in line:
        return block
    return Markup(f"{' ' * _INDENT}<span data-search-exclude>{line}</span>")


def _lead(step: Step) -> str:
    """`After 10 min, escalate to`."""
    lead = _LEADS[step.kind]
    if step.after is None:
        return lead
    return f"After {spoken(step.after, 'seconds')}, {lead[0].lower()}{lead[1:]}"


def _details(step: Step, fill: Fill) -> Iterator[Markup]:
    if step.query:
        yield fence(fill(step.query), "promql", _INDENT)
    if step.run:
        yield fence(fill(step.run), "sh", _INDENT)
    for label, words, kind in (
        ("Expect", step.expect, "expect"),
        ("If not", step.otherwise, "otherwise"),
        ("Verify", step.verify, "verify"),
        ("Cannot be undone", step.irreversible, "final"),
    ):
        if words:
            yield from _labelled(label, fill(words), kind)
    if step.rollback:
        yield _head("Undo", "undo")
        yield fence(fill(step.rollback), "sh", _INDENT)


def _head(label: str, kind: str) -> Markup:
    """`Verify:`, bold, with a class by which it is told apart."""
    return Markup(f'{" " * _INDENT}<strong class="db-{kind}">{label}:</strong>')


def _labelled(label: str, words: str, kind: str) -> Iterator[Markup]:
    """`Verify: …`; the words stand below where they are more than one paragraph."""
    head = _head(label, kind)
    body = prose(words, _INDENT)
    if _BLOCK.match(body):
        yield head
        yield body
    else:
        yield head + Markup(" ") + inline(words)


def _confirm(cause: Cause, fill: Fill) -> Iterator[Markup]:
    confirm = {key: fill(value) for key, value in cause.confirm.items()}
    if "look" in confirm:
        yield from _labelled("Look", confirm["look"], "look")
    if "query" in confirm:
        yield fence(confirm["query"], "promql", _INDENT)
    if "run" in confirm:
        yield fence(confirm["run"], "sh", _INDENT)
    if "expect" in confirm:
        yield from _labelled("Confirmed by", confirm["expect"], "expect")
