"""PostgreSQL: one row of the table `driftbook_canary`, which the database's owner has made."""

import math
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from driftbook.canary.stores import RETENTION_DAYS, Key, StoreError
from driftbook.files import UnreadableError

WRITE = """
INSERT INTO driftbook_canary (dataset, session, version) VALUES (%s, %s, %s)
ON CONFLICT (dataset, session) DO UPDATE SET version = excluded.version, written_at = now()
"""
READ = "SELECT version FROM driftbook_canary WHERE dataset = %s AND session = %s"
CLEAN = "DELETE FROM driftbook_canary WHERE written_at < now() - make_interval(days => %s)"
_SLOW = (psycopg.errors.ConnectionTimeout, psycopg.errors.QueryCanceled)


class Postgresql:
    """A primary or a standby. TLS, target_session_attrs and the like belong in the URI."""

    def __init__(self, url: Callable[[], str], key: Key, timeout: float) -> None:
        self._url = url
        self._key = key
        self._timeout = timeout
        self._connection: psycopg.Connection | None = None
        self._clean = False

    def write(self, version: int) -> None:
        """Upserts the row, and once per connection removes rows that nobody writes any more."""
        with self._answering() as connection:
            connection.execute(WRITE, (self._key.dataset, self._key.session, version))
            if not self._clean:
                connection.execute(CLEAN, (RETENTION_DAYS,))
                self._clean = True

    def read(self) -> int:
        """The row's version."""
        with self._answering() as connection:
            row = connection.execute(READ, (self._key.dataset, self._key.session)).fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    @contextmanager
    def _answering(self) -> Iterator[psycopg.Connection]:
        """The connection, which is cut when the timeout is over.

        libpq waits for an answer for ever, and the kernel of a server that hangs keeps the
        connection alive. Only the socket, held by a descriptor of our own, is touched from
        another thread.
        """
        cut = threading.Event()
        try:
            connection = self._connected()
            with socket.socket(fileno=os.dup(connection.fileno())) as wire:

                def end() -> None:
                    cut.set()
                    with suppress(OSError):
                        wire.shutdown(socket.SHUT_RDWR)

                timer = threading.Timer(self._timeout, end)
                timer.daemon = True
                timer.start()
                try:
                    yield connection
                finally:
                    timer.cancel()
        except (psycopg.Error, OSError, ValueError, UnreadableError) as error:
            self.close()
            if cut.is_set():
                raise StoreError(f"no answer within {self._timeout:g} s", "timeout") from error
            slow = isinstance(error, _SLOW)
            raise StoreError(error, "timeout" if slow else "error") from error

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._clean = False
            url = self._url()
            # The server gives up too, so that abandoned writes do not queue for the row's lock.
            defaults = {
                "connect_timeout": math.ceil(self._timeout),
                "options": f"-c statement_timeout={math.ceil(self._timeout * 1000)}",
                "application_name": "driftbook-canary",
            }
            stated = conninfo_to_dict(url)
            given: dict[str, Any] = {
                key: value for key, value in defaults.items() if key not in stated
            }
            self._connection = psycopg.connect(
                url, autocommit=True, prepare_threshold=None, **given
            )
        return self._connection
