"""The identity uses a label that driftbook or Prometheus sets on every alert.

Labels such as `service`, `owner` or `stage` say whose alert it is, and external labels of the
catalog are put on when alerts are sent: an identity label of the same name would be overwritten.
Rename it with `label_replace`, or aggregate by another label.
"""

from collections.abc import Iterator

from driftbook import names
from driftbook.checks import exprs
from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB404"
NAME = "reserved-label"
TITLE = "A reserved label in the identity"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CATALOG,
    "external_labels: [cluster]",
    "external_labels: [cluster, region]",
    "external_labels: [cluster, zone]",
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each label by itself."""
    external = subject.catalog.prometheus.external_labels
    for index, label in enumerate(external):
        if label in names.RESERVED_LABELS or label in external[:index]:
            whose = "set by driftbook" if label in names.RESERVED_LABELS else "named twice"
            message = f'the external label "{label}" is {whose}'
            path = ("prometheus", "external_labels", index)
            file = subject.catalog.origin.file
            yield found(CODE, message, file, path, expected="a label of another name")
    for document in subject.of_kind("invariant"):
        for index, label in enumerate(document.data["signal"]["identity"]):
            if label in names.RESERVED_LABELS or label in external:
                whose = (
                    "an external label of the catalog" if label in external else "set by driftbook"
                )
                message = f'the identity label "{label}" is {whose}'
                at = exprs.identity(document, index)
                yield found(CODE, message, document.file, at, expected="a label of another name")
