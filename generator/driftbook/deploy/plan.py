"""What a deployment would do, as values; `commands/deploy_text.py` writes them for people."""

from dataclasses import dataclass, field
from typing import Any, Literal

How = Literal["added", "changed", "removed"]
Fate = Literal["restarts", "ends"]
State = Literal["pending", "firing"]
HOWS: tuple[How, ...] = ("added", "changed", "removed")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it should be at the target.

    what: what it is, such as `group`, `alert` or `file`. name: how people know it. detail: what
    of it differs, or "".
    """

    how: How
    what: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Disturbed:
    """An alert that is pending or firing at the target and does not live on.

    fate: it `restarts` with its waiting time anew, or `ends` because nothing raises it any more.
    """

    alert: str
    labels: tuple[tuple[str, str], ...]
    state: State
    fate: Fate
    why: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What a group costs a ruler at each evaluation.

    samples: that it reads for each place, or for each series of a selector; a model, good for
    comparing groups. measured: seconds of its last evaluation at the target, or None.
    """

    group: str
    rules: int
    samples: float
    measured: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """stays: what the catalog no longer has and is left without `--prune`. work: of `apply` only.

    cautions: what a person should know before saying yes. start: how the server is started where
    there is none yet; what it runs is not read back then.
    """

    changes: tuple[Change, ...]
    stays: tuple[str, ...] = ()
    disturbed: tuple[Disturbed, ...] = ()
    cautions: tuple[str, ...] = ()
    costs: tuple[Cost, ...] = ()
    start: str = ""
    work: Any = field(default=None, compare=False, repr=False)
