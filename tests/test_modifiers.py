"""Signals that are computed from others, held by promtool to a slow formula in Python."""

import math
import random
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftbook.prove import engines
from driftbook.resolve import modifiers

ROOT = Path(__file__).parents[1]
MINUTES = 30
AT = "25m"
NAN = " ".join(["NaN"] * MINUTES)
Sample = tuple[str, float]


def _judge(folder: Path, expr: str, series: dict[str, str], expected: Iterable[Sample]) -> None:
    """promtool evaluates the expression, to nine decimals, and finds exactly these samples."""
    test = {
        "name": "formula",
        "interval": "1m",
        "input_series": [{"series": s, "values": v} for s, v in series.items()],
        "promql_expr_test": [
            {
                "expr": f"round(({expr}\n) * 1e6)",
                "eval_time": AT,
                "exp_samples": [
                    {"labels": labels, "value": math.floor(value * 1e6 + 0.5)}
                    for labels, value in expected
                ],
            }
        ],
    }
    body = {"rule_files": [], "evaluation_interval": "1m", "tests": [test]}
    (folder / "t.yaml").write_text(yaml.safe_dump(body))
    promtool = engines.require(ROOT).promtool.path
    run = subprocess.run([promtool, "test", "rules", folder / "t.yaml"], capture_output=True)
    assert run.returncode == 0, (run.stdout + run.stderr).decode()[-3000:]


def _rising(per_minute: float) -> str:
    return f"0+{per_minute!r}x{MINUTES}"


def _odd(rng: random.Random, count: int = 40) -> Iterable[tuple[str, Callable[[float], float]]]:
    """Places, each with a way to draw numbers; off the halves at which rounding could go apart."""
    for number in range(count):
        yield f'{{place="{number}"}}', lambda most: rng.choice((0, 1, rng.randrange(int(most) + 1)))


def test_a_backlog_lasts_as_long_as_it_takes_to_work_it_off(tmp_path: Path) -> None:
    rng = random.Random(7)
    series, expected = {}, []
    for place, draw in _odd(rng):
        backlog, other, per_minute = draw(5000), draw(300), draw(6000)
        series |= {
            f'backlog{place[:-1]},part="a"}}': f"{backlog}x{MINUTES}",
            f'backlog{place[:-1]},part="b"}}': f"{other}x{MINUTES}",
        }
        if rng.random() < 0.8:
            series[f"done_total{place}"] = _rising(per_minute)
        else:
            per_minute = 0
        lasts = (backlog + other) / max(per_minute / 60, 0.5)
        expected.append((place, lasts if backlog + other > 100 else 0.0))
        series[f'{rng.choice(("backlog", "done_total"))}{place[:-1]},part="c"}}'] = NAN
    series['backlog{place="unknown"}'] = NAN
    written: dict[str, Any] = {"rate": "done", "least": "0.5/s", "items": 100}
    expr = modifiers.per_workload("backlog", ("place",), "done_total", written)
    _judge(tmp_path, expr, series, expected)


def _others(rng: random.Random) -> dict[str, str]:
    """Buckets of an instance of which the one of `within` tells nothing, by their bounds.

    It has none, or has it for a part of the window only.
    """
    late, gone = f"_x21 0+60x{MINUTES}", "0+60x22 stale"
    ways: tuple[dict[str, str], ...] = (
        {"5": _rising(60), "20": _rising(60)},
        {"10": late},
        {"10.0": gone},
    )
    return {**rng.choice(ways), "+Inf": _rising(60)}


@pytest.mark.parametrize("replicas", [1, 3])
def test_a_read_is_stale_when_every_replica_asked_is(replicas: int, tmp_path: Path) -> None:
    rng = random.Random(replicas)
    series, expected = {}, []
    for number, (place, draw) in enumerate(_odd(rng)):
        every = draw(10000)
        early = rng.randrange(int(every) + 1)
        for le, per_minute in ((("10", "10.0")[number % 2], early), ("1", 0), ("+Inf", every)):
            series[f'seen_seconds_bucket{place[:-1]},le="{le}"}}'] = _rising(per_minute)
        series[f'seen_seconds_bucket{place[:-1]},le="1000"}}'] = _rising(every)
        for le, values in _others(rng).items():
            series[f'seen_seconds_bucket{place[:-1]},pod="other",le="{le}"}}'] = values
        if every:
            expected.append((place, (1 - early / every) ** replicas))
    written = {"histogram": "seen_seconds_bucket", "within": "10s", "replicas": replicas}
    expr = modifiers.stale_probability(("place",), written)
    _judge(tmp_path, expr, series, expected)


@pytest.mark.parametrize(
    ("within", "les"),
    [
        ("10s", ("10", "10.0")),
        ("500ms", ("0.5",)),
        ("1h", ("3600", "3600.0")),
        ("2w", ("1.2096e+06",)),
        ("1ms", ("0.001",)),
    ],
)
def test_every_notation_of_a_bucket_is_found(
    within: str, les: tuple[str, ...], tmp_path: Path
) -> None:
    written = {"histogram": "seen_seconds_bucket", "within": within}
    expr = modifiers.stale_probability(("le_was",), written)
    series = {}
    for le in les:
        series[f'seen_seconds_bucket{{le_was="{le}",le="{le}"}}'] = _rising(30)
        series[f'seen_seconds_bucket{{le_was="{le}",le="+Inf"}}'] = _rising(40)
    _judge(tmp_path, expr, series, [(f'{{le_was="{le}"}}', 0.25) for le in les])


def test_a_sample_proves_no_more_than_it_can(tmp_path: Path) -> None:
    rng = random.Random(13)
    series, expected = {}, []
    for place, draw in _odd(rng):
        checked = draw(50000)
        wrong: float = min(draw(300), checked)
        series[f"checked{place}"] = f"{checked}x{MINUTES}"
        if rng.random() < 0.8:
            series[f"wrong{place}"] = f"{wrong}x{MINUTES}"
        else:
            wrong = 0
        series[f'{rng.choice(("checked", "wrong"))}{place[:-1]},part="b"}}'] = NAN
        if checked:
            expected.append((place, max(math.sqrt(wrong) - 2.576 / 2, 0) ** 2 / checked))
    written = {"mismatches": "wrong", "checked": "checked"}
    _judge(tmp_path, modifiers.drift_sample(("place",), written), series, expected)


def test_one_mismatch_proves_nothing_and_many_prove_most(tmp_path: Path) -> None:
    """Figures of the exact Poisson limit: 0.005 is the chance of 9 or more at a mean of 3.13."""
    series = {"wrong": "9x30", "checked": "1000x30"}
    expr = modifiers.drift_sample((), {"mismatches": "wrong", "checked": "checked"})
    low = (3 - 1.288) ** 2 / 1000
    chance = 1 - sum(
        math.exp(-low * 1000) * (low * 1000) ** k / math.factorial(k) for k in range(9)
    )
    assert 0.002 < chance < 0.008
    _judge(tmp_path, expr, series, [("{}", low)])
