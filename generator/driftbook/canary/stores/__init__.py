"""How to write and read a version at a server, one module for each kind of store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

RETENTION_DAYS = 7
"""What a prober wrote that has been gone for so long is removed."""


class StoreError(Exception):
    """A write or a read failed. reason: `error`, or `timeout` when nothing was answered in time.

    Whether a write that failed has happened is not known.
    """

    def __init__(self, cause: object, reason: str = "error") -> None:
        super().__init__(str(cause).strip().partition("\n")[0] or type(cause).__name__)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Key:
    """Which row or key is ours. There is one for each, and writing replaces it."""

    dataset: str
    session: str


class Store(Protocol):
    """One server, as one thread sees it. Connects when it must, and again after a failure.

    `url()` gives the connection URI at every connection; no call lasts longer than it takes to
    connect and `timeout` seconds. Every call but `close` raises StoreError.
    """

    def __init__(self, url: Callable[[], str], key: Key, timeout: float) -> None: ...

    def write(self, version: int) -> None:
        """Replace the version; returns when the server has acknowledged it."""

    def read(self) -> int:
        """The version that this server shows, 0 where there is none."""

    def close(self) -> None:
        """Let go of the connection."""


def stores() -> Mapping[str, type[Store]]:
    """The adapters by name. Raises ImportError where the extra is not installed."""
    from driftbook.canary.stores.postgresql import Postgresql
    from driftbook.canary.stores.redis import Redis

    return {"postgresql": Postgresql, "redis": Redis}
