"""Who owns what, and what datasets promise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from driftbook.model.basics import Origin, StageName


@dataclass(frozen=True, slots=True)
class Team:
    name: str
    title: str
    contact: str
    receivers: Mapping[StageName, Mapping[str, Any]]
    location: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a contract: a value, or why the question does not apply; both empty: unknown."""

    value: str | float | bool | None = None
    not_applicable: str = ""

    @property
    def unknown(self) -> bool:
        """Whether nobody has answered yet."""
        return self.value is None and not self.not_applicable


@dataclass(frozen=True, slots=True)
class Dataset:
    """contract: question -> answer; `max_staleness` is in seconds."""

    name: str
    title: str
    service: str
    store: str
    owner: Team
    tier: int
    derived_from: tuple[str, ...]
    impact: str
    contract: Mapping[str, Answer]
    origin: Origin

    @property
    def tracing_key(self) -> str:
        """The business process id carried on spans and logs, or ""."""
        answer = self.contract.get("tracing_key")
        return str(answer.value) if answer and answer.value is not None else ""

    @property
    def max_staleness(self) -> float | None:
        """Seconds, or None when the contract does not say."""
        value = self.contract["max_staleness"].value if "max_staleness" in self.contract else None
        return float(value) if value is not None else None
