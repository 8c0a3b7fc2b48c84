"""The stated version of an exporter has no such metrics, or no version is stated where one must be.

Names of metrics change between versions. A version stands at the signal as `exporter_version`, or
for the whole catalog as `exporter_versions`, by pack. Without one, all spellings are matched where
that is safe.
"""

from driftbook.checks.example import CONFLICTS, FILES
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB308"
NAME = "exporter-version"
TITLE = "A version that does not fit the pack"
SEVERITY = Severity.ERROR
FOUND_BY = "resolve"
_SIGNAL = """\
signal:
  use: postgres/slot-wal-lost
  exporter_version: "{}"
stages:
  late: {{above: 0, for: 1m}}
runbook: replica-behind
"""
EXAMPLE = Example(
    CONFLICTS,
    "signal:" + FILES[CONFLICTS].partition("\nsignal:")[2],
    _SIGNAL.format("0.19.1"),
    _SIGNAL.format("0.20.1"),
)
