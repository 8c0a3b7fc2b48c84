"""What is known about the compiled rules when pages are made; read from disk by the caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from driftbook.model import Invariant


@dataclass(frozen=True, slots=True)
class Evidence:
    """digests: path of a rule file -> SHA-256 of its bytes. proof: `rules/proof.json`, or None."""

    digests: Mapping[str, str] = field(default_factory=dict)
    proof: Mapping[str, Any] | None = None

    def state(self, invariant: Invariant) -> str:
        """What the proof says about an invariant; "" when it does not."""
        entry = (self.proof or {}).get("invariants", {}).get(invariant.name)
        return str(entry) if isinstance(entry, str) else ""
