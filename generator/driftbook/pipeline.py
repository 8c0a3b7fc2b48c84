"""The compile, top to bottom: load, shape, resolve, check, emit.

`validate` is this with its output thrown away, so the two cannot disagree. Writing and proving
come after it, in `write` and `prove`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driftbook import checks, memo, names, recordings, schema, source, write
from driftbook.alerts import alerts
from driftbook.checks.kit import Subject
from driftbook.diagnostics import Diagnostic, has_errors, in_order
from driftbook.document import Document, base_file
from driftbook.emit import context_tests, routes, rule_tests, rules
from driftbook.emit.artifact import Artifact
from driftbook.memo import Memo
from driftbook.model import Catalog, Invariant
from driftbook.resolve import resolve
from driftbook.resolve.uses import expanded
from driftbook.units import seconds

FOLDERS = (names.RULES, names.RULE_TESTS, "rules/alertmanager")
"""Where compiled output lies; marked files there that are no longer made are pruned."""


STAND_IN = Document(
    "invariants/catalog.yaml",
    "catalog",
    {
        "title": "",
        "site_url": "",
        "prometheus": {"version": "3.0", "scrape_interval": "15s", "evaluation_interval": "30s"},
        "alertmanager": {"version": "0.28", "watchdog": {}},
    },
    "",
)
"""Takes the place of a broken catalog document, so that all other documents are checked too."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A catalog and everything that was found in it, in order.

    catalog is None without a sound catalog document; with errors it may lack what was faulty.
    """

    root: Path
    catalog: Catalog | None
    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether it can be compiled."""
        return self.catalog is not None and not has_errors(self.diagnostics)


def check(root: Path, remembered: Memo | None = None) -> Checked:
    """Load, shape, resolve and check the catalog below a folder."""
    root = root.resolve()
    documents, found = source.load(root, remembered.documents if remembered else {})
    known = {pair for d in found for pair in source.guess(root, d.place.file)}
    known |= {(d.kind, d.name) for d in documents}
    if not found and not any(d.kind == "catalog" for d in documents):
        found.append(checks.no_catalog.missing(root))
    before = remembered.documents if remembered else {}
    found += schema.check(d for d in documents if before.get(d.file) is not d)
    broken = {d.place.file for d in found if d.severity == "error"}
    nameless = {d.place.file for d in found if d.place.path == ("name",)}
    known |= {(d.kind, "") for d in documents if d.file in nameless}
    sound = [d for d in documents if d.file not in broken]
    base, faults = _base(root, sound)
    found += faults
    sound, faults = expanded(sound)
    found += faults
    heads = [] if any(d.kind == "catalog" for d in sound) else [STAND_IN]
    catalog, faults = resolve([*heads, *sound], known, base, _recordings(root, sound))
    found += faults
    found += checks.run(Subject(root, catalog, {d.file: d for d in sound}))
    real = None if heads else catalog
    return Checked(root, real, tuple(documents), tuple(in_order(found)))


def compile_rules(
    catalog: Catalog, invariants: Sequence[Invariant] | None = None
) -> Iterator[Artifact]:
    """Rules, unit tests and routes of a catalog without errors.

    invariants: those whose rules and tests are wanted; all by default.
    """
    yield from routes.emit(catalog)
    yield rules.watchdog(catalog)
    yield rule_tests.watchdog(catalog)
    yield from context_tests.emit(catalog)
    for invariant in catalog.compiled() if invariants is None else invariants:
        plan = alerts(catalog, invariant)
        yield rules.rule_file(catalog, invariant, plan)
        yield from rule_tests.test_files(catalog, invariant, plan)


def write_rules(checked: Checked, remembered: Memo) -> write.Difference:
    """Compile what changed since the remembered run, and bring `rules/` in line.

    Raises FatalError, with nothing changed.
    """
    if checked.catalog is None:
        raise ValueError("a catalog with errors has no output")
    catalog, root = checked.catalog, checked.root
    fresh = [i for i in catalog.compiled() if remembered.fresh(root, catalog, i)]
    kept = {file for invariant in fresh for file in memo.files(invariant)}
    names_of_fresh = {i.name for i in fresh}
    wanted = [i for i in catalog.compiled() if i.name not in names_of_fresh]
    difference = write.write(root, compile_rules(catalog, wanted), FOLDERS, kept)
    memo.save(root, checked.documents, catalog)
    return difference


def _base(root: Path, documents: Sequence[Document]) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    """The organisation's Alertmanager configuration, {} where the catalog names none."""
    for document in documents:
        if document.kind == "catalog" and base_file(document):
            data, found = source.load_base(root, document)
            return data or {}, found
    return {}, []


def _recordings(root: Path, documents: Sequence[Document]) -> dict[str, Mapping[str, str]]:
    """Scenario file -> series of its recording; a check reports what cannot be read."""
    found: dict[str, Mapping[str, str]] = {}
    for document in documents:
        samples = document.data.get("samples") if document.kind == "scenario" else None
        if samples:
            try:
                text = source.read_bytes(root, f"tests/{samples}").decode()
                found[document.file] = recordings.read(
                    samples, text, seconds(document.data["every"])
                )
            except (source.UnreadableError, UnicodeDecodeError, recordings.BadRecording):
                continue
    return found
