"""What every kind of target is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from driftbook.deploy.plan import Plan
from driftbook.model import Catalog
from driftbook.prove.compiled import Compiled

Say = Callable[[str], None]
"""Called with what is being done."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be deployed, and where to.

    name: of the target. settings: the dataclass of its kind, of `model.targets`. disk: the
    compiled output, which is what the catalog compiles to. prune: whether what the catalog no
    longer has is removed from the target.
    """

    name: str
    settings: Any
    root: Path
    catalog: Catalog
    disk: Compiled
    prune: bool = False

    def path(self, written: str) -> Path:
        """A file or folder as the catalog names it: absolute, or below the project's root."""
        return self.root / written


class Deployer(Protocol):
    """A module of this folder, for one kind of target."""

    def plan(self, job: Job) -> Plan:
        """What differs at the target; changes nothing. Raises FatalError where it cannot know."""

    def apply(self, job: Job, plan: Plan, say: Say) -> None:
        """Brings the target in line, and waits until it is.

        Raises FatalError after it has restored what was there, and says so in its message; a
        KeyboardInterrupt restores too. Doing it again does nothing more.
        """
