"""A title, an impact or another plain text holds HTML, a link, backticks or a command.

These texts go into notifications, tables and headings as they are; some receivers would render
them. Runbooks are the place for Markdown.
"""

import re
from collections.abc import Iterator

from driftbook.checks.example import DATASET
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.rendered import texts
from driftbook.diagnostics import Diagnostic, Path, Severity
from driftbook.document import Document

CODE = "DB705"
NAME = "markup"
TITLE = "Markup in plain text"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    DATASET,
    "impact: Shoppers do not see what they have ordered.",
    "impact: Shoppers <b>do not</b> see what they have ordered.",
    "impact: Fewer than 5 % of shoppers do not see what they have ordered.",
)


_MARKUP = re.compile(r"<[A-Za-z!/?]|\]\(|`|\$\(|javascript:", re.IGNORECASE)
_NO_TEXT = frozenset(("stages", "supporting", "series", "expect"))
_ONE_LINE = frozenset(("title", "name", "contact"))
_PLAIN: dict[str, frozenset[str]] = {
    "catalog": frozenset(("title",)),
    "team": frozenset(("title", "contact")),
    "dataset": frozenset(("title", "impact", "not_applicable")),
    "invariant": frozenset(("title", "impact", "description", "reason", "not_applicable")),
    "runbook": frozenset(("title", "name")),
    "remediation": frozenset(("title", "scope", "rate_limit", "idempotency_key", "records")),
    "scenario": frozenset(("title",)),
}


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The first markup of each text."""
    for document in subject.documents.values():
        for path, text in _plain(document):
            key = next(step for step in reversed(path) if isinstance(step, str))
            markup = _MARKUP.search(text)
            if markup:
                message = f'"{markup[0]}" is markup, and `{key}` is plain text'
                at = markup.start()
                expected = "words, figures and signs"
                yield found(CODE, message, document.file, path, expected=expected, offset=at)
            elif key in _ONE_LINE and "\n" in text.strip():
                message = f"`{key}` goes over several lines"
                yield found(CODE, message, document.file, path, expected="one line")


def _plain(document: Document) -> Iterator[tuple[Path, str]]:
    wanted = _PLAIN[document.kind]
    data = {key: value for key, value in document.data.items() if key not in _NO_TEXT}
    for path, text in texts((), data):
        if wanted.intersection(step for step in path[-2:] if isinstance(step, str)):
            yield path, text
    for index, cause in enumerate(document.data.get("causes", ())):
        yield ("causes", index, "name"), cause["name"]
