"""A key is a number, a truth value, nothing, a list or a mapping.

A text that starts with `{{` or `[` needs quotes: without them YAML reads a mapping or a list.
"""

from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB107"
NAME = "key-type"
TITLE = "A key that is not text"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = "a text as the key; quotes around a value that starts with {{ or ["
EXAMPLE = Example(
    INVARIANT,
    "description: '{{ $labels.region }} is {{ $value | humanizeDuration }} behind.'",
    "description: {{ $labels.region }}",
    "description: '{{ $labels.region }} is behind.'",
)
