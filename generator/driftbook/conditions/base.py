"""What a module has to offer to be a stage condition."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from driftbook import names
from driftbook.conditions.cases import PlaceCase, TestCase
from driftbook.conditions.scope import Scope, series
from driftbook.model import Condition, Invariant, StageName, SupportingType
from driftbook.units import UNITS, bound, number, seconds

Path = tuple[str | int, ...]
Fault = tuple[Path, str, str]
"""Path below the condition's value, what was found, what was expected."""

BOUND_SCHEMA: dict[str, Any] = {
    "type": ["string", "number"],
    "description": "A bound in the unit of the signal: 10s, 0.5%, 20MiB, 5/s, or a plain number.",
    "examples": ["10s", "0.5%", 3],
}


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording rule; labels are added to its result."""

    record: str
    expr: str
    labels: Mapping[str, str]


def violated(invariant: Invariant, bound: float) -> Recording:
    """The 0/1 violation of a bound; NaN is no violation."""
    beyond = ">" if invariant.signal.worse == "above" else "<"
    source = series(names.SIGNAL, {"invariant": invariant.name})
    own = {"invariant": invariant.name, "bound": number(bound)}
    return Recording(names.VIOLATION, f"{source} {beyond} bool {number(bound)}", own)


def finite(invariant: Invariant) -> Recording:
    """The signal where it is a number: one NaN in a range makes its average NaN."""
    own = {"invariant": invariant.name}
    return Recording(names.FINITE, f"{series(names.SIGNAL, own)} < Inf > -Inf", own)


@dataclass(frozen=True, slots=True)
class Curve:
    """What a condition compares, to be drawn with the signal.

    title: words. unit: as of a signal. lines: name -> PromQL, "" for the only one. limit: where the
    condition holds, where that is a number. beside: it is a bound that moves, drawn in the chart of
    the signal; else it has a chart of its own.
    """

    title: str
    unit: str
    lines: Mapping[str, str]
    limit: float | None = None
    beside: bool = False


def duration_schema(description: str, example: str) -> dict[str, Any]:
    """JSON Schema of a duration parameter."""
    return {
        "$ref": "#/$defs/duration",
        "description": description,
        "examples": [example],
    }


class BadParameter(ValueError):
    """A parameter that cannot be read: its path below the condition's value, and what would fit."""

    def __init__(self, path: Path, message: str, expected: str) -> None:
        super().__init__(message)
        self.path, self.expected = path, expected


def read_bound(value: object, unit: str, *path: str | int) -> float:
    """A bound in the base unit. Raises BadParameter."""
    try:
        return bound(value, unit)
    except ValueError as fault:
        message = f'"{value}" is not a bound for a signal in {unit.replace("_", " ")}'
        raise BadParameter(path, message, str(fault)) from None


def read_direction(value: Mapping[str, Any], unit: str) -> tuple[Literal["above", "below"], float]:
    """The one of `above` and `below` that a condition with both keys states."""
    stated: list[Literal["above", "below"]] = [k for k in ("above", "below") if k in value]
    if len(stated) != 1:
        found = "both bounds" if stated else "no bound"
        raise BadParameter((), f"the condition states {found}", "one of above and below")
    return stated[0], read_bound(value[stated[0]], unit, stated[0])


def read_share(value: object, *path: str | int) -> float:
    """A share such as `25%` or 0.25, above 0 and at most 1. Raises BadParameter."""
    try:
        share = float(value) if isinstance(value, int | float) else bound(value, "ratio")
    except ValueError:
        raise BadParameter(path, f'"{value}" is not a share', UNITS["ratio"]) from None
    if not 0 < share <= 1:
        raise BadParameter(path, f'"{value}" is not a share', "more than 0 % and at most 100 %")
    return share


def read_seconds(value: Mapping[str, Any], key: str, default: float) -> float:
    """A duration parameter in seconds; its notation was checked by the schema."""
    return seconds(value[key]) if key in value else default


class ConditionModule(Protocol):
    """A module of this package.

    SCHEMA: JSON Schema of what stands behind the condition's name. STAGES: where it is allowed.
    HOLD: default `for` in seconds. PER_PLACE: whether its alerts carry the whole identity and the
    signal's own value. EXPLAINS: whether an alert of it stands for alerts at single places, and so
    hides milder ones that have more labels than it has (see `conditions.explains`). SUPPORTING:
    parameters that name a supporting signal, with the type that it must have.
    """

    @property
    def SCHEMA(self) -> dict[str, Any]: ...
    @property
    def STAGES(self) -> tuple[StageName, ...]: ...
    @property
    def HOLD(self) -> float: ...
    @property
    def PER_PLACE(self) -> bool: ...
    @property
    def EXPLAINS(self) -> bool: ...
    @property
    def SUPPORTING(self) -> Mapping[str, SupportingType]: ...

    def parse(self, kind: str, value: Any, unit: str) -> Any:
        """The parameters as a frozen dataclass with defaults. Raises BadParameter."""

    def reach(self, condition: Condition) -> tuple[float, float] | None:
        """Bound and delay in seconds, to compare stages; None where they cannot be compared."""

    def faults(self, condition: Condition, scope: Scope) -> Iterator[Fault]:
        """Parameters with which the condition can never fire, or always does."""

    def violations(self, condition: Condition) -> tuple[float, ...]:
        """Bounds whose 0/1 violation has to be recorded."""

    def recordings(self, condition: Condition, scope: Scope) -> Sequence[Recording]:
        """Further series that its PromQL looks back on; rules with equal record and labels are one.

        They stand behind the signal and the violations, in the order given.
        """

    def expr(self, condition: Condition, scope: Scope) -> str:
        """PromQL of the alert."""

    def curves(self, condition: Condition, scope: Scope) -> Sequence[Curve]:
        """What it compares, where that is not the signal itself; for pictures only."""

    def labels(self, condition: Condition, scope: Scope) -> tuple[str, ...]:
        """The identity labels that its alerts carry."""

    def sentence(self, condition: Condition, invariant: Invariant) -> str:
        """When it fires, to stand behind `late when …`."""

    def description(self, condition: Condition, scope: Scope) -> str:
        """Go template for alerts that do not carry the signal's value, else ""."""

    def held(self, condition: Condition, scope: Scope, value: float) -> bool:
        """Whether it fires in the end at one place where the signal was calm and stays at value."""

    def settles(self, condition: Condition) -> float:
        """Seconds after a step of the signal until `held` is the whole truth."""

    def waits(self, condition: Condition) -> float | None:
        """Seconds that a fault has to last until it fires, None where that is no fixed time."""

    def place_cases(self, condition: Condition, scope: Scope) -> Sequence[PlaceCase]:
        """Tests at single places."""

    def test_cases(self, condition: Condition, scope: Scope) -> Sequence[TestCase]:
        """Tests that need the whole signal, or other series, to themselves."""
