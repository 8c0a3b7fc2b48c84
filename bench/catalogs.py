"""Synthetic catalogs for measuring: N invariants of three stages in documents of 60 lines."""

from pathlib import Path

CATALOG = """\
kind: catalog
title: Measured catalog
site_url: https://runbooks.cosmiccart.example/
repo_url: https://git.cosmiccart.example/sre/consistency
prometheus:
  version: "2.42"
  scrape_interval: 15s
  evaluation_interval: 30s
  external_labels: [cluster]
alertmanager:
  version: "0.25"
  watchdog: {webhook_configs: [{url: "http://deadman.internal/ping", send_resolved: false}]}
links:
  dashboard: https://grafana.cosmiccart.example/d/{{ invariant.name }}
"""
TEAM = """\
kind: team
name: team-{n}
title: Team {n}
contact: "#team-{n}"
receivers:
  early: {{slack_configs: [{{channel: "#drift-{n}", api_url_file: /etc/alertmanager/slack}}]}}
  mid: {{slack_configs: [{{channel: "#urgent-{n}", api_url_file: /etc/alertmanager/slack}}]}}
  late: {{pagerduty_configs: [{{routing_key_file: /etc/alertmanager/pd-{n}}}]}}
"""
DATASET = """\
kind: dataset
name: dataset-{n}
title: Dataset {n}
service: service-{n}
store: cassandra
owner: team-{team}
tier: 1
derived_from: []
impact: Shoppers see an empty or old cart and may abandon it.
contract:
  max_staleness: 10s
  read_your_writes: session-stickiness
  monotonic_reads: true
  conflict_resolution: last-write-wins
  idempotent_writes: true
  tracing_key: session_{n}
  reconciliation: background-job
"""
RUNBOOK = """\
kind: runbook
name: replica-behind
title: A replica region has fallen behind
meaning: |
  Writes reach {{ invariant.signal.identity | join(' and ') }} later than the contract allows.
causes:
  - {name: Network congestion, confirm: {query: 'max by (link) (wan_loss_ratio) > 0.01'}}
stages:
  early: [{id: look, check: Is one link or every link behind?}]
  mid:
    - id: route-reads
      act: Send reads for signed-in shoppers to the source region.
      run: cartctl reads --primary eu-west-2
      verify: The stale-read rate falls below 0.1 % in 5 minutes.
      rollback: cartctl reads --local eu-west-2
  late: [{id: page-dba, escalate: Database on call, after: 10m}]
"""
INVARIANT = """\
kind: invariant
name: lag-{n}
title: Replicas of dataset {d} stay within 10 s of the region that took the write ({n})
dataset: dataset-{d}
property: bounded-staleness
signal:
  expr: |
    max by (source_region, target_region) (
      replication_lag_seconds_p99{{service="service-{d}", shard="{n}"}}
    )
  unit: seconds
  worse: above
  identity: [source_region, target_region]
  expected: |
    count by (source_region, target_region) (
      region_pair_info{{service="service-{d}"}}
    )
  missing:
    for: 10m
    stage: mid
supporting:
  repairs_failed:
    expr: 'repair_failures_total{{service="service-{d}", shard="{n}"}}'
    type: counter
stages:
  early:
    growing:
      toward: 10s
      within: 30m
    for: 5m
  mid:
    persists:
      above: 10s
      during: 15m
  late:
    - above: 25s
      for: 5m
      keep_firing_for: 10m
    - repeated:
        signal: repairs_failed
        times: 3
        within: 30m
overrides:
  - match:
      target_region: ap-south-1
    stages:
      late:
        above: 40s
        for: 5m
    reason: The submarine link adds 12 s at peak; agreed with the team.
impact: A shopper who moves between regions sees an empty cart.
runbook: replica-behind
lifecycle: active
renamed_from: []
description: |
  {{{{ $labels.target_region }}}} is {{{{ $value | humanizeDuration }}}} late.
"""


def write(root: Path, invariants: int) -> Path:
    """A catalog below root; ten invariants to a dataset, ten datasets to a team."""
    datasets = max(1, invariants // 10)
    teams = max(1, datasets // 10)
    files = {"invariants/catalog.yaml": CATALOG, "runbooks/replica-behind.yaml": RUNBOOK}
    files |= {f"invariants/teams/{n}.yaml": TEAM.format(n=n) for n in range(teams)}
    files |= {
        f"invariants/datasets/{n}.yaml": DATASET.format(n=n, team=n % teams)
        for n in range(datasets)
    }
    files |= {
        f"invariants/service-{n % datasets}/lag-{n}.yaml": INVARIANT.format(n=n, d=n % datasets)
        for n in range(invariants)
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root
