"""A condition states no way of judging the signal, or two at once.

Each condition is a mapping with exactly one condition key; a list of conditions says that any of
them is enough.
"""

from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB209"
NAME = "condition-count"
TITLE = "Not exactly one condition"
SEVERITY = Severity.ERROR
FOUND_BY = "shape"
EXAMPLE = Example(
    INVARIANT,
    "mid: {persists: {above: 10s, during: 15m}}",
    "mid: {persists: {above: 10s, during: 15m}, above: 20s}",
    "mid: [{persists: {above: 10s, during: 15m}}, {above: 20s, for: 10m}]",
)
