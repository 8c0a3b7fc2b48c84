"""A bound or a parameter that does not fit the signal.

Bounds are written in the unit of their signal: `10s` for seconds, `0.5%` for a ratio, `20MiB`
for bytes, `5/s` for events per second, a plain number for items and counts.
"""

from driftbook.checks.example import INVARIANT
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB501"
NAME = "bound-notation"
TITLE = "A bound does not fit the unit of the signal"
SEVERITY = Severity.ERROR
FOUND_BY = "resolve"
EXAMPLE = Example(
    INVARIANT, "{above: 30s, for: 5m, ", "{above: 30, for: 5m, ", "{above: 30s, for: 5m, "
)
