"""Real servers for the tests of the canary: a primary and replicas of PostgreSQL and of Redis."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

import stores

TABLE = (Path(__file__).resolve().parent.parent / "docs/how-to/run-a-canary.md").read_text("utf-8")
TABLE = TABLE.split("```sql\n")[1].split("```")[0]
"""As the documentation says to make it."""
QUICK = (
    *("fsync=off", "shared_buffers=16MB", "max_wal_size=64MB", "min_wal_size=2MB"),
    *("wal_level=replica", "hot_standby=on", "timezone=UTC"),
)


def until(holds: Callable[[], object], seconds: float = 20, what: str = "") -> None:
    """Waits for something, and fails when it does not come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, what or "it did not happen"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A process of a server that can be frozen, and its connection URI."""

    process: subprocess.Popen[bytes]
    url: str

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def ask(self, query: str) -> None:
        """Runs a query as the owner of the database."""
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(query)

    @property
    def port(self) -> int:
        """Where it listens, on the loopback."""
        return urlsplit(self.url).port or 0

    @property
    def admin(self) -> str:
        return self.url.replace("canary@", "postgres@")

    def _signal(self, number: int) -> None:
        """To every process of the server: PostgreSQL has one for each connection."""
        if self.process.poll() is None:
            for process in (*_children(self.process.pid), self.process.pid):
                with suppress(ProcessLookupError):
                    os.kill(process, number)


def _children(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(word) for word in path.read_text().split()]


@dataclass
class Cluster:
    """folder: what the servers write. user: whom they run as, because initdb refuses root."""

    folder: Path
    primary: Server | None = None
    replicas: list[Server] = field(default_factory=list)

    def close(self) -> None:
        for server in (*self.replicas, self.primary):
            if server is not None:
                server.thaw()
                server.kill()


def _user() -> dict[str, object]:
    if os.geteuid():
        return {}
    return {"user": "nobody", "group": os.stat("/").st_gid, "extra_groups": []}


@contextmanager
def _folder() -> Iterator[Path]:
    """Short, since it holds sockets, and one that the servers' user can enter and write."""
    path = Path(tempfile.mkdtemp(prefix="canary-"))
    try:
        if _user():
            shutil.chown(path, "nobody")
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


Between = Callable[[int], int]
"""From the port of a primary to the port at which a replica reaches it."""
Opened = AbstractContextManager[Cluster]


@contextmanager
def postgresql(
    replicas: int, between: Between = int, slots: bool = False, settings: Sequence[str] = ()
) -> Iterator[Cluster]:
    """A primary and streaming replicas, with the table and the role of the documentation.

    slots: replicas have one each, of the name of their folder with `_`. settings: `name=value`.
    """
    initdb = stores.need("initdb")
    with _folder() as folder:
        cluster = Cluster(folder)
        try:
            data = folder / "primary"
            own = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--wal-segsize=1")
            _tool(initdb, "-D", data, *own, "--no-sync")
            cluster.primary = _postgres(initdb, data, settings)
            cluster.primary.ask(TABLE)
            port = cluster.primary.port
            for number in range(replicas):
                copy = folder / f"replica-{number}"
                name = f"replica_{number}"
                source = cluster.primary.admin.replace(f":{port}/", f":{between(port)}/")
                way = ("-d", f"{source}?application_name={name}", *(("-C", "-S", name) * slots))
                base = stores.need("pg_basebackup")
                _tool(base, "-D", copy, *way, "-R", "-c", "fast", "--no-sync")
                cluster.replicas.append(_postgres(initdb, copy, settings))
            yield cluster
        finally:
            cluster.close()


def _tool(program: Path, *words: object) -> None:
    done = subprocess.run(
        [str(word) for word in (program, *words)],
        env=stores.environment(program),
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **_user(),
    )
    assert done.returncode == 0, done.stderr


def _postgres(initdb: Path, data: Path, settings: Sequence[str] = ()) -> Server:
    port = free_port()
    own = (*QUICK, f"port={port}", f"unix_socket_directories={data}", *settings)
    words = [f"--{setting}" for setting in own]
    url = f"postgresql://canary@127.0.0.1:{port}/postgres"
    server = Server(_start(initdb.with_name("postgres"), "-D", data, *words, log=data), url)

    def answers() -> bool:
        assert server.process.poll() is None, (data / "server.log").read_text()
        with suppress(psycopg.OperationalError):
            psycopg.connect(server.admin, connect_timeout=2).close()
            return True
        return False

    until(answers, what="PostgreSQL does not answer")
    return server


@contextmanager
def redis_(
    replicas: int, between: Between = int, settings: Sequence[str] = ()
) -> Iterator[Cluster]:
    """A primary and replicas that are in step with it. settings: words of the command line."""
    program = stores.need("redis-server")
    with _folder() as folder:
        cluster = Cluster(folder)
        try:
            cluster.primary = _redis(program, folder / "primary", *settings)
            for number in range(replicas):
                port = str(between(cluster.primary.port))
                follow = ("--replicaof", "127.0.0.1", port, *settings)
                cluster.replicas.append(_redis(program, folder / f"replica-{number}", *follow))
            for replica in cluster.replicas:
                until(lambda url=replica.url: _info(url).get("master_link_status") == "up")
            yield cluster
        finally:
            cluster.close()


def _redis(program: Path, folder: Path, *more: str) -> Server:
    folder.mkdir()
    if _user():
        shutil.chown(folder, "nobody")
    port = free_port()
    settings = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
    quick = ("--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1")
    url = f"redis://127.0.0.1:{port}"
    server = Server(_start(program, *settings, *quick, *more, log=folder), url)
    until(lambda: _info(url), what="Redis does not answer")
    return server


def _info(url: str) -> dict[str, object]:
    client = redis.Redis.from_url(url, socket_timeout=2)
    try:
        with suppress(redis.RedisError):
            return dict(client.info("replication"))
        return {}
    finally:
        client.close()


def _start(program: Path, *words: object, log: Path) -> subprocess.Popen[bytes]:
    with open(log / "server.log", "wb") as said:
        return subprocess.Popen(
            [str(word) for word in (program, *words)],
            env=stores.environment(program),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **_user(),
        )
