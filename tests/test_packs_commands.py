"""`driftbook packs`: what it lists and shows, and what signals read at real servers."""

import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from catalogs import write
from driftbook import packs, pipeline
from driftbook.checks.example import CATALOG, DATASET, FILES
from driftbook.commands import packs_list, packs_show, packs_try
from driftbook.errors import Exit, FatalError
from driftbook.packs import fits, paste
from driftbook.prove.workers import Workers
from driftbook.report import text
from driftbook.trial import page
from driftbook.trial.reading import version_in
from driftbook.trial.server import Server, loaded
from proving import real_engines
from sample import ROOT

CAPTURES = ROOT / "tests" / "captures"
OWN = {"dataset": "orders", "runbook": "replica-behind"}


def sections(capture: str, folder: Path) -> dict[str, Path]:
    """The pages of a capture, one file each."""
    text = (CAPTURES / f"{capture}.prom").read_text(encoding="utf-8")
    _, *parts = re.split(r"^# ---- (.*)$", text, flags=re.MULTILINE)
    found = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        path = folder / f"{name.rpartition(' ')[2]}.prom"
        path.write_text(body, encoding="utf-8")
        found[name] = path
    return found


def tried(**options: Any) -> tuple[int, dict[str, dict[str, Any]]]:
    """Status and records by signal, as `--format json` has them."""
    out = StringIO()
    console = Console(file=out, soft_wrap=True, highlight=False)
    status = packs_try.run(ROOT, console, format_="json", **options)
    return status, {record["name"]: record for record in json.loads(out.getvalue())}


def reads(record: dict[str, Any]) -> dict[str, float]:
    return {",".join(one["labels"].values()): one["value"] for one in record["reads"]}


def driftbook(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "driftbook", "packs", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@contextmanager
def serving(body: bytes, status: int = 200, delay: float = 0.0) -> Iterator[str]:
    """An HTTP server that gives the same answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(delay)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_pages_are_evaluated_by_a_real_prometheus(tmp_path: Path) -> None:
    found = sections("etcd_B_follower_frozen", tmp_path)
    status, records = tried(metrics=[str(path) for path in found.values() if path.stat().st_size])
    assert status == Exit.OK
    assert {name.partition("/")[0] for name in records} == {"etcd"}
    leaders = reads(records["etcd/has-leader"])
    assert leaders
    assert set(leaders.values()) == {1.0}
    assert records["etcd/has-leader"]["fed"]
    assert records["etcd/leader-changes"]["over_time"]


def test_what_is_printed_can_be_pasted(tmp_path: Path) -> None:
    status, records = tried(metrics=[str(CAPTURES / "node_exporter_timex.prom")], **OWN)
    assert status == Exit.OK
    files = {
        **FILES,
        CATALOG: FILES[CATALOG].replace("[cluster]", "[site]"),
        DATASET: FILES[DATASET].replace("max_staleness: 10s", "max_staleness: 2h"),
    }
    fed = [record for record in records.values() if record["fed"]]
    assert fed
    for record in fed:
        own = paste.name(packs.signal(record["name"]))
        files[f"invariants/{own}.yaml"] = record["invariant"]
    checked = pipeline.check(write(tmp_path, files))
    assert checked.ok, text.render(checked.diagnostics, tmp_path)
    assert checked.catalog is not None
    assert len(checked.catalog.invariants) == len(fed) + 2


def test_a_server_is_asked_by_its_query_api(tmp_path: Path) -> None:
    """A partition: the lag of the replica reads 0, and its slot has no consumer."""
    series = [
        'pg_replication_lag_seconds{instance="replica"} 0',
        'pg_replication_is_replica{instance="replica"} 1',
        'pg_replication_is_replica{instance="primary"} 0',
        'pg_replication_slots_active{instance="primary",slot_name="a"} 0',
        'pg_replication_slots_pg_wal_lsn_diff{instance="primary",slot_name="a"} NaN',
    ]
    now = int(time.time())
    with (
        Workers() as workers,
        loaded([f"{s} {now - 30}" for s in series], now, real_engines(), workers) as server,
    ):
        words = ["postgres/replica-lag", "postgres/slot-active", "postgres/streaming-standbys"]
        status, records = tried(url=server.url + "/", words=words)
        assert status == Exit.OK
        assert list(records) == words
        assert reads(records["postgres/replica-lag"]) == {"replica": 0.0}
        assert reads(records["postgres/slot-active"]) == {"primary,a": 0.0}
        standbys = records["postgres/streaming-standbys"]
        assert standbys["lacks"] == ["pg_stat_replication_pg_wal_lsn_diff"]
        assert reads(standbys) == {"primary": 0.0}
        _, records = tried(url=server.url, words=["postgres/slot-retained-wal"])
        assert reads(records["postgres/slot-retained-wal"]) == {"primary,a": "NaN"}
        status, records = tried(url=server.url, words=["redis"])
        assert status == Exit.FINDINGS
        assert not records
        said = driftbook("try", "--url", server.url)
        assert said.returncode == Exit.OK
        assert "\n  slot-active: Whether a replication slot has a consumer\n" in said.stdout
        assert "\n    instance=primary, slot_name=a: 0\n" in said.stdout
        assert "\n# invariants/postgres-slot-active.yaml\nkind: invariant\n" in said.stdout
        with pytest.raises(FatalError, match=r"refuses: .*parse error"):
            server.query("sum(")


def test_a_page_may_be_served(tmp_path: Path) -> None:
    body = (CAPTURES / "node_exporter_timex.prom").read_bytes()
    with serving(body) as url:
        status, records = tried(metrics=[f"{url}/metrics"])
    assert status == Exit.OK
    assert any(url.removeprefix("http://") in where for r in records.values() for where in reads(r))


def test_counters_keep_the_names_that_the_page_has(tmp_path: Path) -> None:
    """The parser adds `_total` to names of counters; Prometheus does not."""
    body = '# TYPE a counter\na{x="1"} 1\n# TYPE b_total counter\nb_total 2\n'
    (tmp_path / "db1.prom").write_text(body + 'c{instance="own",x=""} 3\n')
    made = page.read("db1.prom", tmp_path, 1.0)
    assert made.metrics == {"a", "b_total", "c", "up"}
    target = (("instance", "db1"), ("job", "page"))
    assert made.samples["c", (("exported_instance", "own"), *target)] == 3.0
    (tmp_path / "db2.prom").write_text("# TYPE a counter\na_total 1 1\n# EOF\n")
    assert page.read("db2.prom", tmp_path, 1.0).metrics == {"a_total", "up"}


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("option", ["--url", "--metrics"])
def test_faults_of_the_network_are_of_the_environment(option: str) -> None:
    done = driftbook("try", option, f"http://127.0.0.1:{closed_port()}")
    assert done.returncode == Exit.ENVIRONMENT
    assert "Connection refused" in done.stderr
    with serving(b"<html>", 404) as url:
        done = driftbook("try", option, f"{url}/x")
        assert done.returncode == Exit.ENVIRONMENT
        assert "404 Not Found" in done.stderr
    with serving(b"", delay=2.0) as url:
        done = driftbook("try", option, url, "--timeout", "0.3")
        assert done.returncode == Exit.ENVIRONMENT
        assert "does not answer within 0.3 s" in done.stderr


def test_passwords_are_not_shown() -> None:
    for option in ("--url", "--metrics"):
        done = driftbook("try", option, f"http://me:secret@127.0.0.1:{closed_port()}/")
        assert done.returncode == Exit.ENVIRONMENT
        assert "secret" not in done.stdout + done.stderr


@pytest.mark.parametrize("body", [b'{"status": "success", "data": 3}', b"[]", b"{}"])
def test_other_servers_are_not_prometheus(body: bytes) -> None:
    with serving(body) as url, pytest.raises(FatalError, match="as Prometheus does"):
        Server(url, 5.0).metrics()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no metrics here", "is not a page of metrics"),
        (b"\xff\xfe", "not text"),
        (None, "No such"),
    ],
)
def test_unreadable_pages(content: bytes | None, said: str, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "x.prom").write_bytes(content)
    done = driftbook("try", "--metrics", str(tmp_path / "x.prom"))
    assert done.returncode == Exit.ENVIRONMENT
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage() -> None:
    assert driftbook("try").returncode == Exit.USAGE
    assert driftbook("try", "--url", "x", "--metrics", "y").returncode == Exit.USAGE
    done = driftbook("try", "--metrics", "README.md", "postgress")
    assert done.returncode == Exit.USAGE
    assert 'did you mean "postgres"?' in done.stdout
    done = driftbook("show", "postgres/replica-lagg")
    assert done.returncode == Exit.USAGE
    assert 'did you mean "replica-lag"?' in done.stdout


def printed(run: Any, **options: Any) -> tuple[int, str]:
    out = StringIO()
    console = Console(file=out, soft_wrap=True, highlight=False)
    return run(ROOT, console, **options), out.getvalue()


def test_list_finds_words() -> None:
    status, said = printed(packs_list.run, words=["postgresql", "slot", "pg_replication"])
    assert status == Exit.OK
    assert "slot-active: Whether a replication slot has a consumer" in said
    assert "replica-lag" not in said
    status, said = printed(packs_list.run, words=["postgresql"], format_="json")
    names = [record["name"] for record in json.loads(said)]
    assert "postgres" in names
    assert "redis" not in names
    status, _ = printed(packs_list.run, words=["nothing-has-this"])
    assert status == Exit.FINDINGS


def test_list_names_every_pack() -> None:
    _, said = printed(packs_list.run, format_="json")
    records = json.loads(said)
    assert [r["name"] for r in records] == [*packs.names()]
    assert set(records[0]) == {"name", "title", "system", "exporter", "versions", "signals"}


def test_show_tells_everything() -> None:
    for pack in (packs.load(name) for name in packs.names()):
        status, said = printed(packs_show.run, what=pack.name, format_="json")
        assert status == Exit.OK
        assert [s["name"] for s in json.loads(said)["signals"]] == [
            s.name for s in pack.signals.values()
        ]
        for signal in pack.signals.values():
            status, said = printed(packs_show.run, what=signal.name)
            assert status == Exit.OK
            assert "An invariant to start from:" in said
            assert signal.source in " ".join(said.split())


def test_a_version_is_found_for_every_spelling() -> None:
    for name in packs.names():
        for signal in packs.load(name).signals.values():
            for spelling in signal.spellings:
                version = version_in(signal, spelling.versions)
                assert version, f"{signal.name} {spelling.versions}"
                assert fits(version, spelling.versions)
