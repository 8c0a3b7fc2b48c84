"""A small catalog whose tests are quick, with everything that a proof has to see.

Two owners, a draft, an override, an aggregated alert, an old name, an organisation's own routes.
"""

from functools import cache
from pathlib import Path

from driftbook import pipeline, write
from driftbook.checks import example
from driftbook.model import Catalog
from driftbook.prove import engines
from driftbook.prove.engines import Engines
from sample import ROOT, compiled, write_files

BASE = """\
route:
  receiver: triage
  group_by: [alertname]
  routes:
    - {receiver: network, matchers: ['team="network"', 'severity=~"warning|critical"']}
receivers:
  - {name: triage, webhook_configs: [{url: "http://triage.internal/"}]}
  - {name: network, webhook_configs: [{url: "http://network.internal/"}]}
inhibit_rules:
  - source_matchers: ['alertname="NodeDown"']
    target_matchers: ['alertname="Disk"']
    equal: [instance]
"""
DEPOT = example.FILES[example.TEAM].replace("name: shop", "name: depot").replace("shop-", "depot-")
LAG = """\
kind: invariant
name: orders-lag
title: Order replicas stay within 10 s of the primary
dataset: orders
property: bounded-staleness
signal:
  expr: 'max by (source, target) (orders_lag_seconds)'
  unit: seconds
  worse: above
  identity: [source, target]
  missing: {for: 2m, stage: mid}
stages:
  early: {above: 5s, for: 1m}
  mid: {persists: {above: 10s, during: 5m}}
  late:
    - {above: 30s, for: 2m, keep_firing_for: 3m}
    - {breadth: {above: 10s, members: 2, share: 25%}, for: 2m}
overrides:
  - match: {target: ap}
    stages: {late: {above: 60s, for: 2m}}
    reason: The submarine link.
renamed_from: [order-delay]
runbook: replica-behind
description: '{{ $labels.target }} is {{ $value | humanizeDuration }} behind {{ $labels.source }}.'
"""
STOCK = """\
kind: invariant
name: stock-drift
title: Stock agrees with the warehouse
dataset: orders
owner: depot
property: replica-agreement
signal:
  expr: 'max by (source, target) (stock_difference)'
  unit: items
  worse: above
  identity: [source, target]
  missing: {for: 2m, stage: mid, memory: 1h}
stages:
  early: {above: 5, for: 1m}
  mid: {above: 10, for: 1m}
  late:
    - {above: 20, for: 1m}
    - {breadth: {above: 10, members: 2}, for: 1m}
runbook: replica-behind
"""
DRAFT = """\
kind: invariant
name: stock-age
title: Stock is counted every hour
dataset: orders
owner: depot
lifecycle: draft
property: heartbeat
signal:
  expr: 'max(stock_age_seconds)'
  unit: seconds
  worse: above
  identity: []
  missing: {not_applicable: the counter restarts at night}
stages:
  late: {above: 1h, for: 1m}
runbook: replica-behind
"""
SCENARIO = """\
kind: scenario
name: eu-falls-behind
title: The way to eu falls behind
invariants: [orders-lag]
every: 30s
series:
  'orders_lag_seconds{source="us",target="eu"}': '1x20 60x20 1x20'
  'orders_lag_seconds{source="us",target="ap"}': '1x60'
expect:
  - {at: 8m, none: true}
  - {at: 18m, invariant: orders-lag, stage: late, condition: above, labels: {target: eu}}
  - {at: 18m, invariant: orders-lag, stage: late, labels: {target: ap}, firing: false}
"""
LAG_RULES = "rules/prometheus/shop/orders-lag.rules.yaml"
LAG_TESTS = "rules/tests/shop/orders-lag.test.yaml"
STOCK_RULES = "rules/prometheus/shop/stock-drift.rules.yaml"


def files() -> dict[str, str]:
    """The catalog's documents."""
    catalog = example.FILES[example.CATALOG].replace(
        'version: "0.25"', 'version: "0.25"\n  base: alertmanager.base.yaml'
    )
    kept = (example.TEAM, example.DATASET, example.RUNBOOK)
    return {name: example.FILES[name] for name in kept} | {
        example.CATALOG: catalog,
        "invariants/alertmanager.base.yaml": BASE,
        "invariants/teams/depot.yaml": DEPOT,
        "invariants/shop/orders-lag.yaml": LAG,
        "invariants/shop/stock-drift.yaml": STOCK,
        "invariants/shop/stock-age.yaml": DRAFT,
        "tests/scenarios/eu-falls-behind.yaml": SCENARIO,
    }


def project(root: Path) -> Catalog:
    """The catalog with its compiled output below a folder."""
    catalog = compiled(write_files(root, files()))
    write.write(root, pipeline.compile_rules(catalog), pipeline.FOLDERS)
    return catalog


@cache
def real_engines() -> Engines:
    """The engines of this checkout; `make engines` fetches them."""
    return engines.require(ROOT)
