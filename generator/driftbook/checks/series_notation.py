"""A series is not a metric with labels, or its samples are not in promtool's notation.

Values follow each other with blanks: `1`, `1x10` (eleven times), `1+2x10` (rising by 2), `_`,
`_x10` (gaps), `stale`, `NaN`, `Inf`.
"""

from collections.abc import Iterator

from driftbook.checks.example import SCENARIO
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.notation import LIMIT, bad_part, samples
from driftbook.diagnostics import Diagnostic, Severity
from driftbook.promql import PromqlError, facts

CODE = "DB804"
NAME = "series-notation"
TITLE = "Series that promtool would refuse"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(SCENARIO, "'1x20 60x40'", "'1x20, 60x40'", "'1x20 60+1x40'")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Selectors and values as written."""
    for document in subject.of_kind("scenario"):
        for selector, values in document.data.get("series", {}).items():
            path = ("series", selector)
            if fault := _bad_selector(selector):
                expected = 'a metric with labels, such as lag_seconds{region="eu"}'
                yield found(CODE, fault, document.file, path, expected=expected, on_key=True)
            if (part := bad_part(values)) is not None:
                message = f'"{part[0]}" is not in promtool\'s notation'
                expected = "values such as 1x10, 1+2x10, _x5, stale or NaN"
                at = part[1]
                yield found(CODE, message, document.file, path, expected=expected, offset=at)
            elif (samples(values) or 0) > LIMIT:
                message = f"more than {LIMIT:,} samples"
                yield found(CODE, message, document.file, path, expected="a longer `every`")


def _bad_selector(selector: str) -> str:
    try:
        said = facts(selector)
    except PromqlError as fault:
        return f"the series does not parse: {fault}"
    plain = said.selector and said.uses[0].metric and said.exact
    return "" if plain else "the series is not a metric with exact labels"
