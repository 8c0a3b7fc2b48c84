"""The part of Go's templates that a description or a link may use, and what it renders to.

`{{ $labels.NAME }}`, `{{ $value }}` and `{{ $value | FUNCTION }}` with Prometheus's humanizing
functions; everything else is refused, so that every rendered annotation can be asserted in tests.
The functions follow `template/template.go` of Prometheus 2.42.
"""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_ALLOWED = re.compile(
    r"\s*(?:\$labels\.(?P<label>[A-Za-z_]\w*)|\$value(?:\s*\|\s*(?P<function>\w+))?)\s*"
)
ALLOWED = "{{ $labels.NAME }}, {{ $value }} or {{ $value | humanizeDuration }}"


class GoTemplateFault(ValueError):
    """A template that cannot be used; offset is where, in characters."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[tuple[str, str, int], ...]:
    """Parts as (kind, content, offset): kind is text, label or value (content: the function).

    Raises GoTemplateFault.
    """
    parts: list[tuple[str, str, int]] = []
    done = 0
    for action in _ACTION.finditer(text):
        parts.append(("text", text[done : action.start()], done))
        done = action.end()
        inner = _ALLOWED.fullmatch(action[1])
        if inner is None or (inner["function"] or "humanize") not in FUNCTIONS:
            raise GoTemplateFault(
                f'"{action[0]}" is not a template that can be used', action.start()
            )
        kind = ("label", inner["label"]) if inner["label"] else ("value", inner["function"] or "")
        parts.append((*kind, action.start()))
    parts.append(("text", text[done:], done))
    opened = text.find("{{", done)
    if opened >= 0:
        raise GoTemplateFault("a template action is not closed", opened)
    return tuple(part for part in parts if part[1] or part[0] == "value")


def labels(text: str) -> tuple[tuple[str, int], ...]:
    """The labels that it uses, with their offsets. Raises GoTemplateFault."""
    return tuple((name, offset) for kind, name, offset in parse(text) if kind == "label")


def render(text: str, labels: Mapping[str, str], value: float) -> str:
    """As Prometheus would: a missing label is empty. Raises GoTemplateFault."""
    made = []
    for kind, content, _ in parse(text):
        if kind == "text":
            made.append(content)
        elif kind == "label":
            made.append(labels.get(content, ""))
        else:
            made.append(FUNCTIONS[content](value) if content else plain(value))
    return "".join(made)


def plain(value: float) -> str:
    """A float as Go's `%v` prints it: shortest digits, an exponent below 1e-4 and from 1e6."""
    if math.isnan(value) or math.isinf(value):
        return "NaN" if math.isnan(value) else f"{'+' if value > 0 else '-'}Inf"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    digits = Decimal(repr(value)).normalize()
    exponent = digits.adjusted()
    if -5 < exponent < 6:
        return f"{digits:f}"
    return f"{digits.scaleb(-exponent):f}e{exponent:+03d}"


def _g4(value: float) -> str:
    if math.isnan(value) or math.isinf(value):
        return plain(value)
    return f"{value:.4g}"


def humanize(value: float) -> str:
    """SI prefixes."""
    if value == 0 or math.isnan(value) or math.isinf(value):
        return _g4(value)
    return _scaled(value, 1000.0, "kMGTPEZY") if abs(value) >= 1 else _milli(value)


def _scaled(value: float, base: float, prefixes: str, suffix: str = "") -> str:
    prefix = ""
    for candidate in prefixes:
        if abs(value) < base:
            break
        prefix = candidate + suffix
        value /= base
    return f"{_g4(value)}{prefix}"


def _milli(value: float) -> str:
    prefix = ""
    for candidate in "munpfazy":
        if abs(value) >= 1:
            break
        prefix = candidate
        value *= 1000
    return f"{_g4(value)}{prefix}"


def humanize1024(value: float) -> str:
    """Binary prefixes."""
    if abs(value) <= 1 or math.isnan(value) or math.isinf(value):
        return _g4(value)
    return _scaled(value, 1024.0, "kMGTPEZY", "i")


def humanize_duration(value: float) -> str:
    """Days to seconds; below a second with SI prefixes."""
    if value == 0 or math.isnan(value) or math.isinf(value):
        return _g4(value) if value else "0s"
    if abs(value) < 1:
        return f"{_milli(value)}s"
    sign, value = ("-", -value) if value < 0 else ("", value)
    minutes, secs = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{sign}{days}d {hours}h {minutes}m {secs}s"
    if hours:
        return f"{sign}{hours}h {minutes}m {secs}s"
    return f"{sign}{minutes}m {secs}s" if minutes else f"{sign}{_g4(value)}s"


def humanize_percentage(value: float) -> str:
    """0.25 -> `25%`."""
    return f"{_g4(value * 100)}%"


FUNCTIONS = {
    "humanize": humanize,
    "humanize1024": humanize1024,
    "humanizeDuration": humanize_duration,
    "humanizePercentage": humanize_percentage,
}


def literal(text: str) -> str:
    """Text in which `{{` stays what it is when Prometheus expands it."""
    return text.replace("{{", '{{ "{{" }}')
