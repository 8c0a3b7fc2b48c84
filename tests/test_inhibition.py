"""What a breadth hides, where its places are not all places of the signal."""

from pathlib import Path

import pytest
import yaml

from driftbook import pipeline, write
from driftbook.checks import example
from driftbook.emit import inhibition, rules
from driftbook.model import STAGES, Catalog
from driftbook.prove import alertmanager, compiled, rule_alerts
from driftbook.prove.workers import Workers
from proving import real_engines
from sample import compiled as compiled_catalog
from sample import write_files

SHARDS = """\
kind: invariant
name: shard-lag
title: Shards keep up
dataset: orders
property: bounded-staleness
signal:
  expr: max by (region, shard) (shard_lag_seconds)
  unit: seconds
  worse: above
  identity: [region, shard]
  expected: shard_info
stages:
  early: {above: 5s}
  mid:
    - {persists: {above: 8s}}
    - {breadth: {above: 8s, by: [region]}}
  late: {breadth: {above: 10s}}
overrides:
  - match: {region: sa}
    stages: {late: {breadth: {above: 20s}}}
    reason: Far away.
  - match: {region: ap}
    stages: {late: {above: 60s}}
    reason: The submarine link.
  - match: {region: eu, shard: 's"7\\'}
    stages: {late: {above: 30s}}
    reason: The archive.
runbook: replica-behind
"""
EVERYWHERE = ["invariant", "cluster"]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    kept = (example.CATALOG, example.TEAM, example.DATASET, example.RUNBOOK)
    files = {name: example.FILES[name] for name in kept} | {example.INVARIANT: SHARDS}
    return compiled_catalog(write_files(tmp_path, files))


def test_its_targets_are_the_places_that_it_judges(catalog: Catalog) -> None:
    kinds = 'condition=~"above|breadth|persists"'
    made = [
        (rule["source_matchers"][3:], rule["target_matchers"][2:], rule["equal"])
        for rule in inhibition.rules(catalog)[2:]
    ]
    by_region = ["invariant", "region", "cluster"]
    assert made == [
        ([], ['condition=~"above"'], by_region),
        (['region=""'], [kinds, 'region!="ap"', 'region!="eu"', 'region!="sa"'], EVERYWHERE),
        (['region=""'], [kinds, 'region="eu"', r'shard!="s\"7\\"'], EVERYWHERE),
        (['region="sa"'], ['condition=~"above|persists"'], by_region),
    ]


def test_an_alertmanager_agrees(catalog: Catalog, tmp_path: Path) -> None:
    write.write(tmp_path, pipeline.compile_rules(catalog), pipeline.FOLDERS)
    made = compiled.read(tmp_path)
    subjects, unlike = rule_alerts.subjects(catalog, made)
    with Workers() as workers:
        found = alertmanager.prove(catalog, subjects, made, real_engines(), workers)
    assert [*unlike, *found] == []


def test_prometheus_tells_of_what_hides_before_what_it_hides(tmp_path: Path) -> None:
    catalog = compiled_catalog(write_files(tmp_path, dict(example.FILES)))
    for artifact in rules.emit(catalog):
        (group,) = yaml.safe_load(artifact.text)["groups"]
        stages = [rule["labels"].get("stage") for rule in group["rules"] if "alert" in rule]
        if stages != [None]:  # the watchdog
            assert stages == sorted(stages, key=STAGES.index, reverse=True)
            assert len(set(stages)) > 1
