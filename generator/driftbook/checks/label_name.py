"""A label name that the declared Prometheus does not take.

Before Prometheus 3, names are letters, digits and underscores; the rules use only such names on
every version. Names that start with two underscores are Prometheus' own.
"""

import re
from collections.abc import Iterator

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Path, Severity

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
    """Identities and external labels."""
    version = ".".join(map(str, subject.catalog.prometheus.version))
    for document in subject.documents.values():
        path: Path = ()
        if document.kind == "catalog":
            path = ("prometheus", "external_labels")
            labels = document.data["prometheus"].get("external_labels", ())
        elif document.kind == "invariant":
            path = ("signal", "identity")
            labels = document.data["signal"]["identity"]
        else:
            continue
        for index, label in enumerate(labels):
            if not _NAME.fullmatch(label):
                message = f'"{label}" is not a label name for Prometheus {version}'
                expected = "letters, digits and single underscores at its start"
                yield found(CODE, message, document.file, (*path, index), expected=expected)
