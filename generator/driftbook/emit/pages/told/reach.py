"""Which alerts reach which receiver, as the routes have it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from driftbook import names
from driftbook.model import STAGES, Catalog, Condition, Invariant, StageName, Team

_PLACES = {"slack": "channel", "email": "to", "discord": "", "telegram": "", "opsgenie": ""}
"""The field that says where a message goes and is no secret."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage of an invariant that a receiver is told of. conditions: any of them."""

    invariant: Invariant
    stage: StageName
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Receiver:
    """One of a team's. to: the stage that it is for. reached: () where the team owns nothing."""

    team: Team
    to: StageName
    reached: tuple[Reached, ...]

    @property
    def name(self) -> str:
        """In Alertmanager."""
        return names.receiver(self.team, self.to)

    @property
    def place(self) -> str:
        """Of its page."""
        return f"receivers/{self.name}"

    @property
    def blocks(self) -> Mapping[str, Any]:
        """The integrations, as the catalog has them."""
        return self.team.receivers.get(self.to, {})


def receivers(catalog: Catalog) -> Iterator[Receiver]:
    """All of them, by team and stage. A draft reaches its owner's early one with every stage."""
    owned: dict[str, list[Invariant]] = {name: [] for name in catalog.teams}
    for invariant in catalog.compiled():
        owned[invariant.owner.name].append(invariant)
    for name, team in sorted(catalog.teams.items()):
        for to in STAGES:
            yield Receiver(team, to, tuple(_reached(owned[name], to)))


def _reached(owned: list[Invariant], to: StageName) -> Iterator[Reached]:
    for invariant in owned:
        draft = invariant.lifecycle == "draft"
        every = invariant.every_condition()
        for stage in STAGES:
            if to == ("early" if draft else stage):
                mine = tuple([c for c in every if c.stage == stage])
                if mine:
                    yield Reached(invariant, stage, mine)


def ways(receiver: Mapping[str, Any]) -> str:
    """Kinds of integrations with where they go, where that is no secret: `slack #cart-drift`."""
    return " and ".join(
        _way(key.removesuffix("_configs"), block)
        for key, blocks in receiver.items()
        for block in (blocks if isinstance(blocks, list) else [blocks])
    )


def _way(kind: str, block: Any) -> str:
    field = _PLACES.get(kind, "")
    where = block.get(field, "") if field and isinstance(block, Mapping) else ""
    return f"{kind.replace('_', ' ')} {where}".strip()
