"""What stands under `with`: labels that become matchers, and parameters of the expression."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from driftbook.packs.expression import Matchers, rendered
from driftbook.packs.shapes import PackSignal, Parameter
from driftbook.packs.targets import TARGET_LABELS
from driftbook.promql import PromqlError, facts
from driftbook.promql.text import escaped, tokens
from driftbook.units import SPAN_PATTERN

MATCHERS = "matchers"
"""The key under which matchers stand as PromQL has them, for every selector."""
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


class BadValue(ValueError):
    """A value of `with` that cannot be used: its key, what would fit, where in it the fault is."""

    def __init__(self, key: str, message: str, expected: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.key, self.expected, self.offset = key, expected, offset


def keys(signal: PackSignal) -> tuple[str, ...]:
    """Every key that `with` takes for a signal."""
    own = (label for metric in signal.metrics for label in metric.labels)
    return tuple(dict.fromkeys((*signal.parameters, *own, *TARGET_LABELS, MATCHERS)))


def applied(signal: PackSignal, expr: str, given: Mapping[str, Any]) -> str:
    """An expression of a signal as a catalog uses it. Raises BadValue."""
    labels = {metric.name: frozenset(metric.labels) for metric in signal.metrics}
    values = {
        name: _value(parameter, given.get(name, parameter.default))
        for name, parameter in signal.parameters.items()
    }
    return rendered(expr, _matchers(signal, given, labels.values()), labels, values)


def _matchers(
    signal: PackSignal, given: Mapping[str, Any], labels: Iterable[frozenset[str]]
) -> Matchers:
    every = [text for text in (_written(given.get(MATCHERS, "")),) if text]
    labelled = {}
    for key, value in given.items():
        if key == MATCHERS or key in signal.parameters:
            continue
        if any(key in own for own in labels):
            labelled[key] = _matcher(key, value)
        elif key in TARGET_LABELS:
            every.append(_matcher(key, value))
        else:
            raise BadValue(key, f'unknown key "{key}"', "")
    return Matchers(tuple(every), labelled)


def _written(value: Any) -> str:
    """Matchers as PromQL has them. Raises BadValue."""
    example = 'matchers such as datacenter="eu-west-2", env!="test"'
    if not isinstance(value, str):
        raise BadValue(MATCHERS, "these are no matchers", example)
    try:
        if facts(f"x{{{value}}}").selector:
            return "".join(token.text for token in tokens(value)).strip(",")
    except PromqlError as fault:
        at = None if fault.offset is None else min(max(fault.offset - 2, 0), len(value))
        raise BadValue(MATCHERS, f"the matchers do not parse: {fault}", example, at) from None
    raise BadValue(MATCHERS, "these are no matchers", example)


def _matcher(label: str, value: Any) -> str:
    """`label="value"`; a list of values is matched by `=~`."""
    if isinstance(value, list):
        return f'{label}=~"{"|".join(escaped(_SPECIAL.sub(_escaped, str(v))) for v in value)}"'
    return f'{label}="{escaped(_text(value))}"'


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match[1]}"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_FORMS = {
    "number": (re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"), "a number"),
    "duration": (re.compile(SPAN_PATTERN), "a duration above 0, such as 90s, 15m or 1h30m"),
}


def _value(parameter: Parameter, value: Any) -> str:
    """The value as it stands in PromQL. Raises BadValue."""
    text = _text(value)
    if isinstance(value, list):
        raise BadValue(parameter.name, f"`{parameter.name}` takes one value", "no list")
    if parameter.type == "label":
        return escaped(text)
    if parameter.type == "promql":
        try:
            facts(text)
        except PromqlError as fault:
            message = f"the expression does not parse: {fault}"
            raise BadValue(parameter.name, message, fault.expected, fault.offset) from None
        return f"({text}\n)" if "#" in text else f"({text})"
    form, expected = _FORMS[parameter.type]
    if not form.fullmatch(text):
        message = f'"{text}" is not {expected.partition(",")[0]}'
        raise BadValue(parameter.name, message, expected)
    return text
