"""The file of `samples` is missing, leads out of `tests/`, or does not parse.

Recordings are OpenMetrics text with timestamps (`.om`), or CSV with the columns time, metric, any
labels, value.
"""

from collections.abc import Iterator

from driftbook import recordings
from driftbook.checks.example import SCENARIO
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.files import MAX_RECORDING, UnreadableError, read_bytes
from driftbook.units import seconds

CODE = "DB803"
NAME = "recording"
TITLE = "A recording that cannot be used"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    SCENARIO,
    "every: 1m",
    "every: 1m\nsamples: series/gone.om",
    "every: 1m\nsamples: series/eu.csv",
    extra={
        "tests/series/eu.csv": (
            "time,metric,region,value\n0,orders_replication_lag_seconds,us,1\n"
            "60,orders_replication_lag_seconds,us,2\n"
        ),
    },
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Each scenario with a recording."""
    for document in subject.of_kind("scenario"):
        samples = document.data.get("samples")
        if samples and (fault := _fault(subject, samples, document.data["every"])):
            message = f"the recording cannot be used: {fault}"
            expected = "an .om or .csv file below tests/"
            yield found(CODE, message, document.file, ("samples",), expected=expected)


def _fault(subject: Subject, samples: str, every: str) -> str:
    tests = subject.root / "tests"
    try:
        raw = read_bytes(tests, samples, MAX_RECORDING)
        recordings.read(samples, raw.decode(), seconds(every))
    except UnicodeDecodeError:
        return "it is not UTF-8"
    except (UnreadableError, recordings.BadRecording) as fault:
        return str(fault)
    return ""
