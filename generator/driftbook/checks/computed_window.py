"""The window of a computed signal holds too few scrapes for a rate, or more than a year.

A rate needs two scrapes. With fewer it is empty: every backlog would look as if nobody worked it
off, and a histogram as if nobody wrote.
"""

from collections.abc import Iterator

from driftbook.checks.example import CONFLICTS
from driftbook.checks.histogram_selector import STALE, SUM
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.units import LONGEST, duration, seconds, spoken

CODE = "DB422"
NAME = "computed-window"
TITLE = "A window that holds no rate"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CONFLICTS,
    SUM,
    STALE.replace("10s}", "10s, window: 15s}"),
    STALE.replace("10s}", "10s, window: 1m}"),
)
COMPUTED = ("per_workload", "stale_probability")
WINDOW = "5m"
"""Where none is written."""


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Those that are written, and the default where scrapes are rare."""
    least = 2 * subject.catalog.prometheus.scrape_interval
    for document in subject.of_kind("invariant"):
        signal = document.data["signal"]
        for key in COMPUTED:
            if key not in signal:
                continue
            window = seconds(signal[key].get("window", WINDOW))
            if window < least:
                message = f"a window of {spoken(window, 'seconds')} holds fewer than two scrapes"
                expected = f"{duration(least)} or more"
            elif window > LONGEST:
                message, expected = "a window of more than a year", "a year or less, such as 5m"
            else:
                continue
            below = ("window",) if "window" in signal[key] else ()
            path = ("signal", key, *below)
            yield found(CODE, message, document.file, path, expected=expected, on_key=not below)
