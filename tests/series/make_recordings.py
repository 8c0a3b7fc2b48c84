"""Make the recordings of the reference catalog's scenarios from captured `/metrics` pages.

A capture in `tests/captures/` holds what the exporters of a small cluster showed at one moment, one
section per exporter. A recording plays captures one after the other, "healthy for 15 minutes,
then partitioned for 30, then reconnected for 20", as a Prometheus would have scraped them: with the
labels `instance` and `job`, with `up`, and with one sample a minute. It keeps only the families
that its scenario needs.

    python tests/series/make_recordings.py            write tests/series/*.om
    python tests/series/make_recordings.py --check    write nothing, fail if a file differs

The output depends on the captures and on this file only. A recording starts when its first capture
was taken.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

HERE = Path(__file__).resolve().parent
CAPTURES = HERE.parent / "captures"
STEP = 60
"""Seconds between two samples."""

_CAPTURED = re.compile(r"^# captured (\S+)")
_SECTION = re.compile(r"^# ---- (?:node/exporter: |node )?(.*)$")
_SQL = re.compile(r"^# SQL node (\d+): (\w+) (\S+)$", re.MULTILINE)

Labels = tuple[tuple[str, str], ...]
Samples = Mapping[tuple[str, Labels], float]
"""(metric, labels sorted by name) -> value."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What to play.

    phases: (capture without `.prom`, minutes). nodes: section of the captures -> instance; a
    capture without sections is section "". queries: port in the lines `# SQL node PORT: METRIC
    VALUE`, which hold what a newer exporter's query returned at the same moment -> instance.
    """

    name: str
    job: str
    phases: tuple[tuple[str, int], ...]
    nodes: Mapping[str, str]
    families: frozenset[str]
    queries: Mapping[str, str] = field(default_factory=dict)


_LEDGER_NODES = {
    "primary default-flags 29181": "ledger-primary:9187",
    "replica default-flags 29183": "ledger-replica:9187",
}
_LEDGER_QUERIES = {"25432": "ledger-primary:9187", "25433": "ledger-replica:9187"}
_LEDGER = frozenset(
    {
        "pg_replication_lag_seconds",
        "pg_replication_is_replica",
        "pg_replication_last_replay_seconds",
        "pg_replication_slots_active",
        "pg_stat_replication_pg_wal_lsn_diff",
    }
)
_STOCK_NODES = {"primary": "stock-primary:9104", "replica": "stock-replica-1:9104"}
_DELAYED_NODES = {**_STOCK_NODES, "replica": "stock-replica-delayed:9104"}
_STOCK = frozenset(
    {
        "mysql_heartbeat_now_timestamp_seconds",
        "mysql_heartbeat_stored_timestamp_seconds",
        "mysql_slave_status_seconds_behind_master",
        "mysql_slave_status_slave_io_running",
        "mysql_slave_status_slave_sql_running",
        "mysql_slave_status_sql_delay",
    }
)
_CACHE_NODES = {"primary": "stock-cache-primary:9121", "replica": "stock-cache-replica-1:9121"}
_CACHE = frozenset(
    {
        "redis_connected_slave_lag_seconds",
        "redis_connected_slave_offset_bytes",
        "redis_master_last_io_seconds_ago",
        "redis_master_link_up",
        "redis_master_repl_offset",
    }
)


def _ledger(name: str, *phases: tuple[str, int]) -> Recording:
    return Recording(name, "postgres-ledger", phases, _LEDGER_NODES, _LEDGER, _LEDGER_QUERIES)


def _stock(
    name: str, *phases: tuple[str, int], nodes: Mapping[str, str] = _STOCK_NODES
) -> Recording:
    return Recording(name, "mariadb-stock", phases, nodes, _STOCK)


def _cache(name: str, *phases: tuple[str, int]) -> Recording:
    return Recording(name, "redis-stock", phases, _CACHE_NODES, _CACHE)


RECORDINGS = (
    _ledger(
        "ledger-replay-paused",
        ("postgres_A_healthy_just_written", 15),
        ("postgres_C_wal_replay_paused", 30),
        ("postgres_D_resumed", 20),
    ),
    _ledger(
        "ledger-partition",
        ("postgres_A_healthy_just_written", 15),
        ("postgres_E_partition_walreceiver_down", 30),
        ("postgres_F_reconnected", 20),
    ),
    _ledger(
        "ledger-quiet-night",
        ("postgres_A_healthy_just_written", 10),
        ("postgres_B_idle_primary_45s", 45),
        ("postgres_D_resumed", 5),
    ),
    _stock(
        "stock-primary-frozen",
        ("mariadb_A_healthy", 15),
        ("mariadb_C_primary_frozen", 30),
        ("mariadb_A_healthy", 20),
    ),
    _stock(
        "stock-thread-stopped",
        ("mariadb_A_healthy", 15),
        ("mariadb_B_sql_thread_stopped", 30),
        ("mariadb_A_healthy", 20),
    ),
    _stock(
        "stock-delayed-replica",
        ("mariadb_A_healthy", 10),
        ("mariadb_D_intentional_delay_20s", 45),
        ("mariadb_A_healthy", 5),
        nodes=_DELAYED_NODES,
    ),
    _cache(
        "stock-cache-frozen",
        ("redis_A_healthy", 15),
        ("redis_B_replica_frozen", 30),
        ("redis_C_recovered", 20),
    ),
    _cache(
        "stock-cache-link-down",
        ("redis_A_healthy", 15),
        ("redis_D_master_link_down", 30),
        ("redis_C_recovered", 20),
    ),
    Recording(
        "shard-map-quorum-lost",
        "etcd-shard-map",
        (
            ("etcd_A_healthy", 15),
            ("etcd_B_follower_frozen", 20),
            ("etcd_D_quorum_lost", 15),
            ("etcd_E_quorum_back", 1),
            ("etcd_C_follower_back", 20),
        ),
        {"n1": "etcd-1:2379", "n2": "etcd-2:2379", "n3": "etcd-3:2379"},
        frozenset(
            {
                "etcd_network_active_peers",
                "etcd_server_has_leader",
                "etcd_server_proposals_applied_total",
                "etcd_server_proposals_committed_total",
            }
        ),
    ),
    Recording(
        "clock-unsynchronised",
        "node-database",
        (("node_exporter_timex", 45),),
        {"db-1": "cart-c07:9100"},
        frozenset(
            {
                "node_timex_offset_seconds",
                "node_timex_sync_status",
                "node_timex_maxerror_seconds",
            }
        ),
    ),
)


def _sections(text: str) -> dict[str, str]:
    """Section of a capture -> its exposition text."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in text.splitlines():
        if match := _SECTION.match(line):
            section = match[1]
        found.setdefault(section, []).append(line)
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


def _scrape(recording: Recording, capture: str) -> tuple[Samples, dict[str, str]]:
    """What Prometheus stores of one capture, and family -> type."""
    text = (CAPTURES / f"{capture}.prom").read_text(encoding="utf-8")
    sections = _sections(text)
    samples: dict[tuple[str, Labels], float] = {}
    types = {"up": "gauge"}
    for section, instance in recording.nodes.items():
        target = {"instance": instance, "job": recording.job}
        families = list(text_string_to_metric_families(sections.get(section, "")))
        samples["up", _labels(target)] = float(bool(families))
        for family in families:
            for sample in family.samples:
                if sample.name in recording.families:
                    types[sample.name] = family.type
                    at = _labels({**sample.labels, **target})
                    samples[sample.name, at] = float(sample.value)
    for port, metric, value in _SQL.findall(text) if recording.queries else ():
        if metric in recording.families and port in recording.queries:
            types[metric] = "gauge"
            target = {"instance": recording.queries[port], "job": recording.job}
            samples[metric, _labels(target)] = float(value)
    return samples, types


def _labels(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted((name, value) for name, value in labels.items() if value))


def _start(capture: str) -> int:
    """Unix time at which a capture was taken."""
    text = (CAPTURES / f"{capture}.prom").read_text(encoding="utf-8")
    match = _CAPTURED.match(text)
    if match is None:
        raise SystemExit(f"{capture}.prom does not say when it was captured")
    return int(datetime.fromisoformat(match[1].replace("Z", "+00:00")).timestamp())


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _line(metric: str, labels: Labels, value: float, time: int) -> str:
    quoted = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
    return f"{metric}{{{quoted}}} {_number(value)} {time}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _family(metric: str, kind: str) -> tuple[str, str]:
    """The family's name and type in OpenMetrics: a counter there is named without `_total`."""
    if kind == "counter" and metric.endswith("_total"):
        return metric.removesuffix("_total"), "counter"
    return metric, "gauge" if kind == "gauge" else "unknown"


def render(recording: Recording) -> str:
    """The recording as OpenMetrics text: families and series in order, then time."""
    time = _start(recording.phases[0][0])
    series: dict[tuple[str, Labels], list[tuple[int, float]]] = {}
    types: dict[str, str] = {}
    for capture, minutes in recording.phases:
        samples, found = _scrape(recording, capture)
        types |= found
        for _ in range(minutes * 60 // STEP):
            for key, value in samples.items():
                series.setdefault(key, []).append((time, value))
            time += STEP
    if lacking := recording.families - types.keys():
        raise SystemExit(f"{recording.name}: no capture has {', '.join(sorted(lacking))}")
    return "".join(_text(series, types))


def _text(
    series: Mapping[tuple[str, Labels], list[tuple[int, float]]], types: Mapping[str, str]
) -> Iterator[str]:
    last = ""
    for metric, labels in sorted(series):
        if metric != last:
            yield "# TYPE {} {}\n".format(*_family(metric, types[metric]))
            last = metric
        for time, value in series[metric, labels]:
            yield _line(metric, labels, value, time)
    yield "# EOF\n"


def main(arguments: list[str] | None = None) -> int:
    """Write or check every recording; 1 when --check finds one that differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail if one differs")
    check = parser.parse_args(arguments).check
    differing = []
    for recording in RECORDINGS:
        path, text = HERE / f"{recording.name}.om", render(recording)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        differing.append(path.name)
        if not check:
            path.write_text(text, encoding="utf-8")
    if differing:
        print(f"{'differs' if check else 'written'}: {', '.join(differing)}", file=sys.stderr)
    return 1 if check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
