"""Redis: one key, which expires when nobody writes it any more."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from driftbook.canary.stores import RETENTION_DAYS, Key, StoreError
from driftbook.files import UnreadableError


class Redis:
    """A primary or a replica; no cluster and no sentinel. TLS belongs in the URI (`rediss://`)."""

    def __init__(self, url: Callable[[], str], key: Key, timeout: float) -> None:
        self._url = url
        self._name = f"driftbook:canary:{key.dataset}:{key.session}"
        self._timeout = timeout
        self._client: redis.Redis | None = None

    def write(self, version: int) -> None:
        """Sets the key."""
        self._answer(lambda it: it.set(self._name, version, ex=timedelta(days=RETENTION_DAYS)))

    def read(self) -> int:
        """The key's version."""
        return int(self._answer(lambda it: int(it.get(self._name) or 0)))

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._client is not None:
            with suppress(redis.RedisError):
                self._client.close()
        self._client = None

    def _answer(self, ask: Callable[[redis.Redis], Any]) -> Any:
        try:
            return ask(self._connected())
        except (redis.RedisError, OSError, ValueError, UnreadableError) as error:
            self.close()
            slow = isinstance(error, redis.TimeoutError | TimeoutError)
            raise StoreError(error, "timeout" if slow else "error") from error

    def _connected(self) -> redis.Redis:
        if self._client is None:
            client = redis.Redis.from_url(
                self._url(),
                socket_timeout=self._timeout,
                socket_connect_timeout=self._timeout,
                # A second try would hide a failure, and double the time that it takes.
                retry=Retry(NoBackoff(), 0),
            )
            _judge(client)
            self._client = client
        return self._client


def _judge(client: redis.Redis) -> None:
    """Raises ValueError where the URI has options that there are not."""
    pool = client.connection_pool
    try:
        pool.connection_class(**pool.connection_kwargs)
    except TypeError as error:
        option = str(error).rpartition("argument ")[2]
        raise ValueError(f"the connection URI has an option that is unknown: {option}") from None
