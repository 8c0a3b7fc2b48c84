"""What promtool says about failed unit tests, as findings that name the case."""

import re
from collections.abc import Iterator, Sequence

from driftbook.prove.finding import Finding
from driftbook.prove.syntax import invariant_of

_ALERTS = re.compile(r"^\s*alertname: ?(?P<what>\S+), time: (?P<time>\w+),", re.MULTILINE)
_EXPR = re.compile(r'^\s*expr: (?P<what>".*"), time: (?P<time>\w+),(?P<rest>.*)$', re.MULTILINE)
_HEAD = re.compile(r"^(Unit Testing:.*|\s*FAILED:)\n", re.MULTILINE)
_LABELS = re.compile(r"^\s*Labels:(\{.*\})$", re.MULTILINE)
_SENTENCE = 300


def findings(file: str, failed: Sequence[tuple[str, str]]) -> list[Finding]:
    """A finding per failed case of a test file.

    failed: name of the case and promtool's words for it.
    """
    invariant = invariant_of(file)
    return [
        Finding("rule-tests", f'test "{name}" fails {_sentence(said)}', file, invariant, said)
        for name, said in ((n, _HEAD.sub("", t).strip("\n")) for n, t in failed)
    ]


def _sentence(said: str) -> str:
    """The first thing that differs, short."""
    first = min(_faults(said), default=(0, said.strip().partition("\n")[0]))[1]
    return first if len(first) <= _SENTENCE else first[: _SENTENCE - 1] + "…"


def _faults(said: str) -> Iterator[tuple[int, str]]:
    for match in _ALERTS.finditer(said):
        block = said[match.end() :]
        expected, _, got = block.partition("got:")
        got = got.partition("alertname:")[0]
        yield (
            match.start(),
            f"at {match['time']}: {_difference(expected, got, match['what'])}",
        )
    for match in _EXPR.finditer(said):
        lines = [line.strip() for line in said[match.end() :].splitlines()[1:3]]
        rest = match["rest"].strip() or ", ".join(lines)
        yield match.start(), f"at {match['time']}: {match['what']}: {rest}"


def _difference(expected: str, got: str, alert: str) -> str:
    want, have = _LABELS.findall(expected), _LABELS.findall(got)
    if sorted(want) == sorted(have):
        return f"the annotations of {alert} differ"
    missing = [w for w in want if w not in have]
    extra = [h for h in have if h not in want]
    parts = [f"{alert}{m} does not fire" for m in missing[:1]]
    parts += [f"{alert}{e} fires" for e in extra[:1]]
    return ", ".join(parts)
