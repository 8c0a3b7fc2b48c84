"""The alerts that `make bench` writes by hand to compare with are the alerts that are compiled."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from driftbook import memo, pipeline
from driftbook.prove.series import evaluate
from driftbook.prove.workers import Workers
from proving import real_engines

BENCH = Path(__file__).parent.parent / "bench"


def bench(name: str) -> ModuleType:
    """A module of the bench, which is no package; one of the tests has the same name."""
    spec = spec_from_file_location(f"bench_{name}", BENCH / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


catalogs, handwritten = bench("catalogs"), bench("handwritten")
sample_count = bench("sample_count")
INVARIANTS = 20
TICK = 30.0
TIMES = [60.0 * minute for minute in (9, 29, 33, 37, 42, 46, 50, 55, 60)]
"""Seconds: calm, then everything that can go wrong from the 31st minute on."""
LAG = {
    "calm": "2x120",
    "over mid": "2x60 12x60",
    "over late": "2x60 30x60",
    "over the override": "2x60 45x20 2x40",
    "climbs": "2+0.06x120",
    "flaps": "2x60 12x9 2 12x9 2 12x9 2 12x30",
    "vanishes": "2x60 stale",
    "has gaps": "2x60 12x4 _x4 12x4 _x12 12x36",
    "starts late": "_x70 1+0.1x50",
    "is no number": "2x60 NaN 30x20 NaN 30x38",
}


def series() -> dict[str, str]:
    """Two places of each invariant: one as its turn has it, one calm; failures of some repairs."""
    turns, made = list(LAG.values()), {}
    for n in range(INVARIANTS):
        first = "ap-south-1" if n >= len(turns) else "eu-west-2"
        for target, values in ((first, turns[n % len(turns)]), ("us-east-1", LAG["calm"])):
            where = f'source_region="a",target_region="{target}"'
            own = f'service="service-{n % 2}",shard="{n}"'
            made[f"replication_lag_seconds_p99{{{own},{where}}}"] = values
            made[f'region_pair_info{{service="service-{n % 2}",{where}}}'] = "1x120"
        failures = "0x60 0+1x5 5x55" if n % 3 == 0 else "0x120"
        made[f"repair_failures_total{{{own}}}"] = failures
    return made


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """All rules as compiled, and as written by hand."""
    root = catalogs.write(tmp_path_factory.mktemp("cost"), INVARIANTS)
    checked = pipeline.check(root, memo.load(root))
    assert checked.ok, checked.diagnostics
    pipeline.write_rules(checked, memo.load(root))
    paths = sorted((root / "rules/prometheus").rglob("lag-*.rules.yaml"))
    assert len(paths) == INVARIANTS
    compiled = [path.read_text() for path in paths]
    return {
        "compiled": together(compiled),
        "by hand": together([handwritten.by_hand(text) for text in compiled]),
    }


def together(files: list[str]) -> str:
    groups = [g for text in files for g in yaml.safe_load(text)["groups"]]
    return yaml.dump({"groups": groups}, Dumper=yaml.CSafeDumper)


def rules(text: str) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def test_by_hand_nothing_is_recorded_and_nothing_else_differs(texts: dict[str, str]) -> None:
    ours = [r for r in rules(texts["compiled"]) if "alert" in r]
    theirs = rules(texts["by hand"])
    assert not any("record" in r or "drift:" in r["expr"] for r in theirs)
    bare = [[{k: v for k, v in r.items() if k != "expr"} for r in of] for of in (ours, theirs)]
    assert bare[0] == bare[1]


def test_both_raise_the_same_alerts(texts: dict[str, str]) -> None:
    with Workers(2) as workers:
        got = {
            name: evaluate(
                text, series(), TICK, TICK, {"alerts": "ALERTS"}, TIMES, real_engines(), workers
            )["alerts"]
            for name, text in texts.items()
        }
    assert got["compiled"] == got["by hand"]
    raised = {(dict(la)["stage"], dict(la)["condition"]) for at in got["compiled"] for la in at}
    assert raised == {
        ("early", "growing"),
        ("mid", "persists"),
        ("mid", "missing"),
        ("late", "above"),
        ("late", "repeated"),
    }
    firing = [sum(dict(la)["alertstate"] == "firing" for la in at) for at in got["compiled"]]
    assert firing[0] == 0
    assert max(firing) > INVARIANTS


def test_what_cannot_be_written_out_is_refused() -> None:
    recorded = [{"record": "drift:signal", "expr": "up", "labels": {"invariant": "x"}}]
    out = handwritten.written_out('drift:signal{invariant="x"}[5m]', recorded, "30s")
    assert out == "(up)[5m:30s]"
    for faulty in ('drift:signal{invariant="y"}', 'drift:signal{invariant="x",job="a"}'):
        with pytest.raises(ValueError, match=r"record|selector"):
            handwritten.written_out(faulty, recorded, "30s")


def test_samples_are_counted_where_they_are_read() -> None:
    """A selector in a subquery is read at each of its steps, with all of its series."""
    expr = """
      avg_over_time((max by (a) (x{n="1"} offset 1m))[15m:30s] offset 5m) > -y
      unless on (a) rate(z[5m]) or max_over_time(rate(z[1m])[5m:1m])
    """
    assert list(sample_count.queries(expr)) == [
        'sum(sum_over_time(count(x{n="1"} offset 1m)[15m:30s] offset 5m))',
        "sum(count(y{}))",
        "sum(sum(count_over_time(z{}[5m])))",
        "sum(sum_over_time(sum(count_over_time(z{}[1m]))[5m:1m]))",
    ]
