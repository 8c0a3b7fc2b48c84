"""What a scenario watches: stores with their replicas and exporters, a clock, a canary, writers."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg
import yaml

import databases
from databases import Cluster, Server
from e2e import programs
from e2e.link import Link
from e2e.process import Process, port

GIVES_UP = 40
"""Seconds after which either side of a replication gives up a connection on which nothing comes;
60 unless stated, which is scaled down with the catalog's bounds."""
WAL = (
    *(f"wal_sender_timeout={GIVES_UP}s", f"wal_receiver_timeout={GIVES_UP}s"),
    "wal_receiver_status_interval=1s",
)
REDIS = ("--repl-timeout", str(GIVES_UP))
CANARY = {"every": "1s", "poll": "250ms", "timeout": "1s", "stale_after": "30s"}
Targets = Mapping[str, tuple[str, int]]
"""Job and port by instance: what Prometheus scrapes."""


@dataclass(frozen=True)
class Store:
    """A primary and its replica, the network between them, and an exporter of each."""

    cluster: Cluster
    link: Link
    exporters: Mapping[str, Process]
    targets: Targets

    @property
    def primary(self) -> Server:
        """The server that takes the writes."""
        assert self.cluster.primary is not None
        return self.cluster.primary

    @property
    def replica(self) -> Server:
        """The server that follows."""
        return self.cluster.replicas[0]


@contextmanager
def postgresql(folder: Path) -> Iterator[Store]:
    """Servers `orders-1` and `orders-2`, with exporters as Debian's documentation says."""

    def exporter(server: Server, at: int) -> tuple[list[object], dict[str, str]]:
        program = programs.exporter("prometheus-postgres-exporter")
        words = [
            f"--web.listen-address=127.0.0.1:{at}",
            f"--extend.query-path={programs.queries()}",
        ]
        return [program, *words], {"DATA_SOURCE_NAME": f"{server.admin}?sslmode=disable"}

    def cluster(between: databases.Between) -> databases.Opened:
        return databases.postgresql(1, between, slots=True, settings=WAL)

    with _store("orders", "postgres", folder, cluster, exporter) as store:
        yield store


@contextmanager
def redis(folder: Path) -> Iterator[Store]:
    """Servers `stock-1` and `stock-2`, with exporters."""

    def exporter(server: Server, at: int) -> tuple[list[object], dict[str, str]]:
        program = programs.exporter("prometheus-redis-exporter")
        words = [f"-web.listen-address=127.0.0.1:{at}", f"-redis.addr={server.url}"]
        return [program, *words, "-connection-timeout=1s"], {}

    def cluster(between: databases.Between) -> databases.Opened:
        return databases.redis_(1, between, settings=REDIS)

    with _store("stock", "redis", folder, cluster, exporter) as store:
        yield store


@contextmanager
def _store(
    name: str,
    job: str,
    folder: Path,
    cluster: Callable[[databases.Between], databases.Opened],
    exporter: Callable[[Server, int], tuple[list[object], dict[str, str]]],
) -> Iterator[Store]:
    with ExitStack() as stack:
        links: list[Link] = []

        def between(target: int) -> int:
            links.append(stack.enter_context(Link(target)))
            return links[-1].port

        servers = stack.enter_context(cluster(between))
        assert servers.primary is not None
        processes, targets = {}, {}
        for number, server in enumerate((servers.primary, *servers.replicas), start=1):
            instance, at = f"{name}-{number}", port()
            command, environment = exporter(server, at)
            process = Process(f"exporter-{instance}", command, folder, os.environ | environment)
            stack.callback(process.kill)
            processes[process.name], targets[instance] = process, (job, at)
        yield Store(servers, links[0], processes, targets)


class Clock:
    """The clock of a host, as an exporter of the host would tell it from a file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "timex.prom"
        self._steering: Callable[[float], float] = lambda passed: 0.0
        self._since = time.time()
        self._bound, self._synchronised = 0.01, 1
        self._ended = threading.Event()
        self._write()
        threading.Thread(target=self._run, daemon=True).start()

    def offset(self, steering: Callable[[float], float]) -> float:
        """Seconds that the clock is off, by the seconds since now. Returns the present time."""
        self._since = time.time()
        self._steering = steering
        self._write()
        return self._since

    def lost(self, bound: float, synchronised: int) -> float:
        """What the kernel says of its error. Returns the present time."""
        self._bound, self._synchronised = bound, synchronised
        self._write()
        return time.time()

    def close(self) -> None:
        """Nothing is written any more."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(0.5):
            with suppress(OSError):
                self._write()

    def _write(self) -> None:
        lines = [
            f"node_timex_offset_seconds {self._steering(time.time() - self._since):.6f}",
            f"node_timex_sync_status {self._synchronised}",
            f"node_timex_maxerror_seconds {self._bound}",
        ]
        new = self._file.with_suffix(f".{threading.get_ident()}")
        new.write_text("\n".join(lines) + "\n", encoding="utf-8")
        os.replace(new, self._file)


@contextmanager
def host(folder: Path) -> Iterator[tuple[Clock, Process, Targets]]:
    """A clock, and Debian's node_exporter that reads it from a file instead of from the kernel."""
    pages, at = folder / "textfile", port()
    pages.mkdir()
    clock = Clock(pages)
    process = Process(
        "exporter-host",
        [
            programs.exporter("prometheus-node-exporter"),
            *("--collector.disable-defaults", "--collector.textfile", "--collector.time"),
            f"--collector.textfile.directory={pages}",
            f"--web.listen-address=127.0.0.1:{at}",
        ],
        folder,
    )
    try:
        yield clock, process, {"host-1": ("node", at)}
    finally:
        process.kill()
        clock.close()


@contextmanager
def canary(probed: Mapping[str, Store], folder: Path) -> Iterator[tuple[Process, Targets]]:
    """`driftbook canary` for the stores, each a dataset of its name."""
    kinds = {"orders": "postgresql", "stock": "redis"}
    probes = [
        {
            "dataset": dataset,
            "store": kinds[dataset],
            "source": {"name": f"{dataset}-1", "url": store.primary.url},
            "targets": [{"name": f"{dataset}-2", "url": store.replica.url}],
            **CANARY,
        }
        for dataset, store in probed.items()
    ]
    (folder / "canary.yaml").write_text(yaml.safe_dump({"probes": probes}), encoding="utf-8")
    at = port()
    words = ["canary", "--config", folder / "canary.yaml", "--listen", f"127.0.0.1:{at}"]
    process = Process("canary", [sys.executable, "-m", "driftbook", *words], folder)
    try:
        yield process, {"canary-1": ("canary", at)}
    finally:
        process.kill()


class Writer:
    """Writes to a primary of PostgreSQL every second, as users do, until it is idle."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._idle = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def idle(self) -> float:
        """No write any more. Returns the present time."""
        self._idle.set()
        self._thread.join()
        return time.time()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.idle()

    def _run(self) -> None:
        with psycopg.connect(self._server.admin, autocommit=True) as connection:
            connection.execute("CREATE TABLE carts (id int PRIMARY KEY, changed timestamptz)")
            connection.execute("INSERT INTO carts VALUES (1, now())")
            while not self._idle.wait(1):
                connection.execute("UPDATE carts SET changed = now()")
