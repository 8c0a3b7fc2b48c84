"""Durations are those of Prometheus: `90s`, `15m`, `1h30m`.

Units descend, each at most once, whole numbers only: `300`, `1.5h` and `30m1h` are refused by
Prometheus too.
"""

from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB205"
NAME = "bad-duration"
TITLE = "Not a duration"
SEVERITY = Severity.ERROR
FOUND_BY = "shape"
EXAMPLE = Example(
    INVARIANT, "{above: 30s, for: 5m, ", "{above: 30s, for: 5 min, ", "{above: 30s, for: 5m, "
)
