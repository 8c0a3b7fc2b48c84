"""The small catalog that every check's example edits. It is clean: no finding, not even a note."""

CATALOG = "invariants/catalog.yaml"
TEAM = "invariants/teams/shop.yaml"
DATASET = "invariants/shop/orders.yaml"
INVARIANT = "invariants/shop/orders-lag.yaml"
CONFLICTS = "invariants/shop/orders-conflicts.yaml"
RUNBOOK = "runbooks/replica-behind.yaml"
REMEDIATION = "runbooks/remediations/backfill.yaml"
SCENARIO = "tests/scenarios/eu-falls-behind.yaml"

FILES = {
    CATALOG: """\
kind: catalog
title: Example catalog
site_url: https://runbooks.example.org/
repo_url: https://git.example.org/consistency
prometheus:
  version: "2.42"
  scrape_interval: 15s
  evaluation_interval: 30s
  external_labels: [cluster]
alertmanager:
  version: "0.25"
  watchdog: {webhook_configs: [{url: "http://deadman.internal/ping", send_resolved: false}]}
stages:
  early: {severity: info, notify: business-hours, repeat: 24h}
  mid: {severity: warning, notify: always, repeat: 8h}
  late: {severity: critical, notify: always, repeat: 1h}
time_intervals:
  business-hours: {days: ["monday:friday"], times: ["09:00-18:00"], location: Europe/Berlin}
links:
  dashboard: https://grafana.example.org/d/{{ invariant.name }}
""",
    TEAM: """\
kind: team
name: shop
title: Shop team
contact: "#shop"
receivers:
  early: {slack_configs: [{channel: "#shop-drift", api_url_file: /etc/alertmanager/slack}]}
  mid: {slack_configs: [{channel: "#shop-urgent", api_url_file: /etc/alertmanager/slack}]}
  late: {pagerduty_configs: [{routing_key_file: /etc/alertmanager/shop-pd}]}
""",
    DATASET: """\
kind: dataset
name: orders
title: Orders
service: shop
store: postgresql
owner: shop
tier: 1
derived_from: []
impact: Shoppers do not see what they have ordered.
contract:
  max_staleness: 10s
  read_your_writes: session-stickiness
  monotonic_reads: true
  conflict_resolution: single-writer
  idempotent_writes: true
  tracing_key: order_id
  reconciliation: background-job
""",
    INVARIANT: """\
kind: invariant
name: orders-lag
title: Order replicas stay within 10 s of the primary
dataset: orders
property: bounded-staleness
signal:
  expr: |
    max by (region) (
      orders_replication_lag_seconds
    )
  unit: seconds
  worse: above
  identity: [region]
  missing: {for: 10m, stage: mid}
supporting:
  repairs_failed: {expr: 'orders_repair_failures_total{job="repair"}', type: counter}
stages:
  early: {growing: {toward: 10s, within: 30m}}
  mid: {persists: {above: 10s, during: 15m}}
  late:
    - {above: 30s, for: 5m, keep_firing_for: 10m}
    - {repeated: {signal: repairs_failed, times: 3, within: 30m}}
overrides:
  - match: {region: ap-south-1}
    stages: {late: {above: 40s, for: 5m}}
    reason: The submarine link adds 10 s at peak.
impact: A shopper who moves between regions sees old orders.
runbook: replica-behind
remediation: backfill
description: '{{ $labels.region }} is {{ $value | humanizeDuration }} behind.'
""",
    CONFLICTS: """\
kind: invariant
name: orders-conflicts
title: Conflicting writes of one order are rare
dataset: orders
property: conflict-rate
signal:
  expr: |
    sum by (shard) (
      rate(orders_conflicts_total[5m])
    )
  unit: events_per_second
  worse: above
  identity: [shard]
stages:
  early: {above: 1/m, for: 10m}
  late: {breadth: {above: 2/m, members: 3, share: 25%}}
runbook: replica-behind
""",
    RUNBOOK: """\
kind: runbook
name: replica-behind
title: A replica region has fallen behind
meaning: |
  Writes of {{ invariant.dataset.title }} arrive late.
causes:
  - {name: Network congestion, confirm: {query: 'max by (link) (wan_loss_ratio) > 0.01'}}
stages:
  early: [{id: look, check: Is one link or every link behind?}]
  mid:
    - id: route-reads
      act: Send reads to the primary.
      run: shopctl reads --primary
      verify: Stale reads fall below 0.1 % in 5 minutes.
      rollback: shopctl reads --local
  late: [{id: page-dba, escalate: Database on call, after: 10m}]
""",
    REMEDIATION: """\
kind: remediation
name: backfill
title: Backfill one range at a time
strategy: staged-backfill
scope: one partition range at a time
dry_run: shopctl backfill --dry-run
rate_limit: 500 rows/s per node
approval: owner
idempotency_key: backfill_run_id
rollback: shopctl backfill --undo RUN
records: [range, rows_changed, operator, reason]
""",
    SCENARIO: """\
kind: scenario
name: eu-falls-behind
title: The region eu falls behind
invariants: [orders-lag]
every: 1m
series:
  'orders_replication_lag_seconds{region="eu"}': '1x20 60x40'
expect:
  - {at: 10m, none: true}
  - {at: 40m, invariant: orders-lag, stage: late, condition: above, labels: {region: eu}}
""",
}
