"""Pages of runbooks and remediations."""

from collections.abc import Iterator

from driftbook import templates
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages import changes, lookup, steps, words
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.markdown import prose
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import Relations
from driftbook.emit.pages.sources import edit, source
from driftbook.model import STAGES, Catalog, Invariant, Remediation, Runbook

_APART = ("dry run", "rollback", "to be recorded")
"""Rules of a remediation that have a block of their own on its page."""


def emit(catalog: Catalog, evidence: Evidence) -> Iterator[Artifact]:
    """A page each, and their indexes."""
    relations = Relations(catalog)
    for name, book in sorted(catalog.runbooks.items()):
        yield _runbook(catalog, book, relations.by_runbook[name], evidence)
    for name, policy in sorted(catalog.remediations.items()):
        yield _remediation(catalog, policy, relations.by_remediation[name], evidence)
    yield from _indexes(catalog, relations)


def fill_for(users: list[Invariant]) -> steps.Fill:
    """Fills templates in for the first invariant that follows a procedure; leaves them without."""
    if not users:
        return lambda value: value
    return lambda value: templates.procedure(value, users[0])


def _runbook(
    catalog: Catalog, book: Runbook, users: list[Invariant], evidence: Evidence
) -> Artifact:
    place = f"runbooks/{book.name}"
    ref = references(place)
    fill = fill_for(users)
    return page(
        place,
        "runbook.md.j2",
        book.origin.file,
        fill(book.title),
        found_by=(book.name,),
        runbook=book,
        user=users[0] if users else None,
        external=catalog.prometheus.external_labels,
        users=[ref(i.title, f"invariants/{i.name}") for i in users],
        meaning=prose(fill(book.meaning)),
        symptoms=prose(fill(book.symptoms)) if book.symptoms else "",
        stages=[
            {
                "name": stage,
                "title": words.stage_title(stage),
                "steps": steps.steps(book.stages.get(stage, ()), fill, stage),
            }
            for stage in STAGES
        ],
        causes=steps.causes(book.causes, fill),
        history=changes.of(catalog, evidence.history, "runbook", book),
        format=lookup.kind(place)("runbook"),
        source=source(catalog, book.origin.file),
        edit=edit(catalog, book.origin.file),
    )


def _remediation(
    catalog: Catalog, policy: Remediation, users: list[Invariant], evidence: Evidence
) -> Artifact:
    place = f"remediations/{policy.name}"
    ref = references(place)
    fill = fill_for(users)
    return page(
        place,
        "remediation.md.j2",
        policy.origin.file,
        fill(policy.title),
        found_by=(policy.name,),
        remediation=policy,
        strategy=words.STRATEGIES.get(policy.strategy, policy.strategy),
        rules=[row for row in words.policy(policy, fill) if row[0] not in _APART],
        dry_run=fill(policy.dry_run),
        rollback=fill(policy.rollback),
        records="\n".join(f"{fill(record)}: …" for record in policy.records),
        users=[ref(i.title, f"invariants/{i.name}") for i in users],
        history=changes.of(catalog, evidence.history, "remediation", policy),
        format=lookup.kind(place)("remediation"),
        source=source(catalog, policy.origin.file),
        edit=edit(catalog, policy.origin.file),
    )


def _indexes(catalog: Catalog, relations: Relations) -> Iterator[Artifact]:
    ref = references("runbooks")
    yield page(
        "runbooks",
        "links.md.j2",
        "runbooks/",
        "Runbooks",
        intro="Steps that a person follows. One runbook may serve many invariants.",
        columns=("runbook", "invariants"),
        rows=[
            (
                ref(fill_for(relations.by_runbook[name])(book.title), f"runbooks/{name}"),
                len(relations.by_runbook[name]),
            )
            for name, book in sorted(catalog.runbooks.items())
        ],
    )
    ref = references("remediations")
    yield page(
        "remediations",
        "links.md.j2",
        "runbooks/",
        "Remediations",
        intro="How a repair may be done: its limits, who approves, how it is undone.",
        columns=("remediation", "strategy"),
        rows=[
            (
                ref(fill_for(relations.by_remediation[name])(policy.title), f"remediations/{name}"),
                words.STRATEGIES.get(policy.strategy, policy.strategy),
            )
            for name, policy in sorted(catalog.remediations.items())
        ],
    )
