"""A label name that the declared Prometheus does not take.

Before Prometheus 3, names are letters, digits and underscores; the rules use only such names on
every version. Names that start with two underscores are Prometheus' own.
"""

import re
from collections.abc import Iterator

from driftbook.checks import exprs
from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Path, Severity
from driftbook.document import Document

CODE = "DB405"
NAME = "label-name"
TITLE = "A label name that is refused"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CATALOG,
    "external_labels: [cluster]",
    "external_labels: [k8s.cluster]",
    "external_labels: [k8s_cluster]",
)


_NAME = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Identities, external labels and the labels of changes."""
    version = ".".join(map(str, subject.catalog.prometheus.version))
    for document in subject.documents.values():
        for path, label in _labels(document):
            if not _NAME.fullmatch(label):
                message = f'"{label}" is not a label name for Prometheus {version}'
                expected = "letters, digits and single underscores at its start"
                yield found(CODE, message, document.file, path, expected=expected)


def _labels(document: Document) -> Iterator[tuple[Path, str]]:
    if document.kind == "invariant":
        for index, label in enumerate(document.data["signal"]["identity"]):
            yield exprs.identity(document, index), label
    elif document.kind == "catalog":
        external = document.data["prometheus"].get("external_labels", ())
        for index, label in enumerate(external):
            yield ("prometheus", "external_labels", index), label
        for index, change in enumerate(document.data.get("changes", ())):
            for key in ("service_label", "ref_label"):
                if key in change:
                    yield ("changes", index, key), change[key]
