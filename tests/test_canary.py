"""The canary against real servers: what it counts when they are well, late, frozen and gone."""

import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import databases
from databases import Cluster, Server, free_port, until
from driftbook.canary.config import load
from driftbook.canary.loop import Prober
from driftbook.errors import Exit
from driftbook.prove import engines
from sample import ROOT

FRESH, LATE = "fresh", "late"
QUICK = {"every": "50ms", "poll": "20ms", "timeout": "500ms"}
BOUNDS = {"stale_after": "2s", "think_time": "1s"}
VIOLATIONS = (
    "canary_stale_reads_total",
    "canary_read_your_writes_violations_total",
    "canary_monotonic_read_violations_total",
)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Cluster]:
    with databases.postgresql(replicas=2) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def redis() -> Iterator[Cluster]:
    with databases.redis_(replicas=2) as cluster:
        yield cluster


def written(folder: Path, store: str, cluster: Cluster, session: str = "test") -> Path:
    """A configuration that probes the cluster's replicas."""
    replicas = zip((FRESH, LATE), cluster.replicas, strict=True)
    probe = {
        "dataset": "orders",
        "store": store,
        "source": {"name": "home", "url": cluster.primary.url},
        "targets": [{"name": name, "url": replica.url} for name, replica in replicas],
        **QUICK,
        **BOUNDS,
    }
    path = folder / "canary.yaml"
    path.write_text(yaml.safe_dump({"session": session, "probes": [probe]}))
    return path


class Seen:
    """What a prober in this process has counted so far."""

    def __init__(self, store: str) -> None:
        self.registry = CollectorRegistry()
        self.labels = {"dataset": "orders", "store": store, "source": "home"}

    def get(self, name: str, target: str = "", **labels: str) -> float:
        where = {**self.labels, **({"target": target} if target else {}), **labels}
        value = self.registry.get_sample_value(name, where)
        assert value is not None, f"{name}{where} does not exist"
        return value

    def pending(self, target: str) -> float:
        return self.get("canary_propagation_pending_seconds", target)

    def violations(self, target: str) -> list[float]:
        return [self.get(name, target) for name in VIOLATIONS]

    def shown(self, target: str) -> float:
        return self.get("canary_propagation_seconds_count", target)

    def grows(self, name: str, target: str = "", **labels: str) -> None:
        before = self.get(name, target, **labels)
        until(lambda: self.get(name, target, **labels) > before, what=f"{name} does not grow")


@contextmanager
def probing(folder: Path, store: str, cluster: Cluster, session: str) -> Iterator[Seen]:
    probes, wrong = load(written(folder, store, cluster, session))
    assert not wrong
    seen = Seen(store)
    prober = Prober(probes, seen.registry)
    prober.start()
    try:
        yield seen
    finally:
        prober.stop()


def clusters() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("store", ["postgresql", "redis"])


@clusters()
def test_healthy_replicas_violate_nothing(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with probing(tmp_path, store, request.getfixturevalue(store), "healthy") as seen:
        assert seen.get("canary_write_failures_total", reason="timeout") == 0
        for target in (FRESH, LATE):
            until(lambda target=target: seen.shown(target) > 20)
            assert seen.violations(target) == [0, 0, 0]
            assert seen.get("canary_read_failures_total", target, reason="timeout") == 0
            assert seen.get("canary_read_failures_total", target, reason="error") == 0
            assert seen.pending(target) < 1
            assert seen.get("canary_propagation_seconds_bucket", target, le="1.0") > 0
            assert seen.get("canary_last_read_success_timestamp_seconds", target) > 1e9


def test_paused_replay_shows_while_it_lasts(postgresql: Cluster, tmp_path: Path) -> None:
    late = postgresql.replicas[1]
    with probing(tmp_path, "postgresql", postgresql, "paused") as seen:
        until(lambda: seen.shown(LATE) > 3)
        late.ask("SELECT pg_wal_replay_pause()")
        try:
            until(lambda: seen.pending(LATE) > 2.5)
            before = seen.shown(LATE)
            for name in VIOLATIONS:
                seen.grows(name, LATE)
            assert seen.shown(LATE) == before, "the histogram alone would have shown nothing"
            assert seen.violations(FRESH) == [0, 0, 0]
            assert seen.pending(FRESH) < 1
        finally:
            late.ask("SELECT pg_wal_replay_resume()")
        until(lambda: seen.pending(LATE) < 0.5)
        assert seen.shown(LATE) > before
        slow = seen.shown(LATE) - seen.get("canary_propagation_seconds_bucket", LATE, le="2.0")
        assert slow > 5
        after = seen.violations(LATE)
        reads = seen.get("canary_reads_total", LATE)
        until(lambda: seen.get("canary_reads_total", LATE) > reads + 20)
        assert seen.violations(LATE) == after


@clusters()
def test_a_frozen_replica_delays_nobody(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    cluster = request.getfixturevalue(store)
    late: Server = cluster.replicas[1]
    with probing(tmp_path, store, cluster, "frozen") as seen:
        until(lambda: seen.shown(LATE) > 3)
        late.freeze()
        try:
            seen.grows("canary_read_failures_total", LATE, reason="timeout")
            reads, shown = seen.get("canary_reads_total", LATE), seen.shown(FRESH)
            until(lambda: seen.pending(LATE) > 2.2)
            assert seen.get("canary_reads_total", LATE) == reads
            assert seen.shown(FRESH) > shown + 10
            assert seen.violations(FRESH) == [0, 0, 0]
            assert seen.get("canary_read_failures_total", FRESH, reason="timeout") == 0
        finally:
            late.thaw()
        until(lambda: seen.pending(LATE) < 0.5)


def run(config: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "driftbook", "canary", "--config", str(config), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def scrape(port: int, accept: str = "application/openmetrics-text; version=1.0.0") -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics", headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def test_the_command_serves_exemplars_and_ends_cleanly(redis: Cluster, tmp_path: Path) -> None:
    port = free_port()
    config = written(tmp_path, "redis", redis, "served")
    process = run(config, "--listen", f"127.0.0.1:{port}")
    try:
        until(lambda: "trace_id" in scrape(port))
        text = scrape(port)
        plain = scrape(port, "text/plain")
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert process.returncode == Exit.OK, said
    assert "Traceback" not in said
    families = {family.name: family for family in text_string_to_metric_families(text)}
    exemplars = [s.exemplar for s in families["canary_propagation_seconds"].samples if s.exemplar]
    assert exemplars
    assert all(len(exemplar.labels["trace_id"]) == 32 for exemplar in exemplars)
    assert not [name for name in families if name.endswith("_created")]
    found = engines.require(ROOT)
    checked = subprocess.run(
        [found.promtool.path, "check", "metrics"], input=plain, text=True, capture_output=True
    )
    assert checked.returncode == 0, checked.stderr + checked.stdout


def test_what_is_exported_is_what_the_reference_says(tmp_path: Path, redis: Cluster) -> None:
    text = (ROOT / "docs/reference/canary.md").read_text("utf-8")
    probes, _ = load(written(tmp_path, "redis", redis))
    registry = CollectorRegistry()
    Prober(probes, registry)
    for family in registry.collect():
        name = family.name + "_total" * (family.type == "counter")
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}`"))
        cells = [cell.strip() for cell in row.split("|")[1:-1]]
        labels = set().union(*(sample.labels for sample in family.samples)) - {"le"}
        assert cells[1] == family.type
        assert {word.strip(" `") for word in cells[2].split(",")} == labels
        if family.type == "counter":
            assert {sample.value for sample in family.samples} == {0}
    assert text.count("| `canary_") == len(list(registry.collect()))


def test_the_pack_reads_what_is_exported(tmp_path: Path, redis: Cluster) -> None:
    text = (Path(load.__code__.co_filename).parent.parent / "packs/canary.yaml").read_text("utf-8")
    probes, _ = load(written(tmp_path, "redis", redis))
    registry = CollectorRegistry()
    Prober(probes, registry)
    exported = {s.name: set(s.labels) for family in registry.collect() for s in family.samples}
    used = [m for signal in yaml.safe_load(text)["signals"].values() for m in signal["metrics"]]
    assert {m["name"]: set(m["labels"]) for m in used}.items() <= exported.items()
    unused = {name for name in exported if not name.endswith("_sum")} - {m["name"] for m in used}
    assert not unused


def test_storage_is_one_row_for_each_session(postgresql: Cluster, tmp_path: Path) -> None:
    import psycopg

    postgresql.primary.ask(
        "INSERT INTO driftbook_canary VALUES ('gone', 'gone', 1, now() - interval '8 days')"
    )
    with probing(tmp_path, "postgresql", postgresql, "rows") as seen:
        until(lambda: seen.get("canary_writes_total") > 5)
    with psycopg.connect(postgresql.primary.admin) as connection:
        rows = connection.execute("SELECT session FROM driftbook_canary").fetchall()
    assert rows.count(("rows",)) == 1
    assert ("gone",) not in rows


def test_once_tells_what_came_and_what_did_not(postgresql: Cluster, tmp_path: Path) -> None:
    config = written(tmp_path, "postgresql", postgresql, "once")
    done = run(config, "--once")
    said, _ = done.communicate(timeout=30)
    assert done.returncode == Exit.OK
    assert f"orders: home -> {FRESH}: seen after 0." in said
    data = yaml.safe_load(config.read_text())
    data["probes"][0]["targets"][1]["url"] = f"postgresql://canary@127.0.0.1:{free_port()}/nowhere"
    data["probes"][0]["stale_after"] = "100ms"
    config.write_text(yaml.safe_dump(data))
    done = run(config, "--once")
    said, _ = done.communicate(timeout=30)
    assert done.returncode == Exit.FINDINGS
    assert f"{LATE}: not seen; read failed: " in said


def test_a_killed_primary_fails_writes_and_no_reads(tmp_path: Path) -> None:
    with (
        databases.redis_(replicas=2) as cluster,
        probing(tmp_path, "redis", cluster, "killed") as seen,
    ):
        until(lambda: seen.shown(LATE) > 3)
        cluster.primary.kill()
        seen.grows("canary_write_failures_total", reason="error")
        last = seen.get("canary_last_write_success_timestamp_seconds")
        seen.grows("canary_write_failures_total", reason="error")
        assert seen.get("canary_last_write_success_timestamp_seconds") == last
        # Violations are possible: the last acknowledged write may have died with the primary.
        seen.grows("canary_reads_total", FRESH)
        assert seen.get("canary_read_failures_total", FRESH, reason="error") == 0


def test_a_primary_that_hangs_is_a_timeout(tmp_path: Path, postgresql: Cluster) -> None:
    with probing(tmp_path, "postgresql", postgresql, "hangs") as seen:
        until(lambda: seen.shown(LATE) > 3)
        postgresql.primary.freeze()
        try:
            seen.grows("canary_write_failures_total", reason="timeout")
        finally:
            postgresql.primary.thaw()
        seen.grows("canary_writes_total")
