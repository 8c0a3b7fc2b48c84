"""Values of queries over time, evaluated by promtool on sample series.

promtool only tells values that a unit test did not expect, so every look expects a sentinel that
no query returns, and the values are read out of the report of the failure.
"""

import math
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from driftbook.errors import FatalError
from driftbook.prove.engines import Engines
from driftbook.prove.workers import Workers
from driftbook.units import duration

Labels = frozenset[tuple[str, str]]
Samples = dict[Labels, float]
SENTINEL = "driftbook_sentinel"
_LOOK = re.compile(r'^\s*expr: (".*"), time: (\w+),\s*\n\s*exp: .*\n\s*got: (.*)$', re.MULTILINE)
_SAMPLE = re.compile(r'(\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\}) (\S+?)(?:, (?=\{)|$)')
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def evaluate(
    rules: str,
    inputs: Mapping[str, str],
    every: float,
    tick: float,
    queries: Mapping[str, str],
    times: Sequence[float],
    engines: Engines,
    workers: Workers,
) -> dict[str, list[Samples]]:
    """Name of a query -> its samples at each of the times.

    rules: text of a rule file. inputs: series in promtool's notation, a sample each `every`
    seconds. tick: evaluation interval in seconds. Raises FatalError where promtool reports no
    values, saying what it says.
    """
    case = {
        "interval": duration(every),
        "input_series": [{"series": s, "values": v} for s, v in inputs.items()],
        "promql_expr_test": [_look(q, t) for q in queries.values() for t in times],
    }
    body = {"rule_files": ["rules.yaml"], "evaluation_interval": duration(tick), "tests": [case]}
    said = _run(rules, body, engines, workers)
    looks = [_samples(match[3]) for match in _LOOK.finditer(said)]
    if len(looks) != len(queries) * len(times):
        raise FatalError(f"promtool cannot evaluate the series: {said.strip()[:800]}")
    return {
        name: looks[number * len(times) : (number + 1) * len(times)]
        for number, name in enumerate(queries)
    }


def _look(query: str, time: float) -> dict[str, Any]:
    sentinel = [{"labels": SENTINEL, "value": 1}]
    return {"expr": query, "eval_time": duration(time), "exp_samples": sentinel}


def _run(rules: str, body: Mapping[str, Any], engines: Engines, workers: Workers) -> str:
    with tempfile.TemporaryDirectory(prefix="driftbook-series-") as name:
        folder = Path(name)
        (folder / "rules.yaml").write_text(rules, encoding="utf-8")
        text = yaml.dump(body, Dumper=yaml.CSafeDumper, width=10**6)
        (folder / "test.yaml").write_text(text, encoding="utf-8")
        return workers.run([engines.promtool.path, "test", "rules", "test.yaml"], folder).text


def _samples(text: str) -> Samples:
    """`{__name__="x", a="1"} 2E+01, {…} NaN`, or `nil`; names of metrics are left out."""
    found = {}
    for labels, value in _SAMPLE.findall(text.strip()):
        pairs = {n: _unquoted(v) for n, v in _LABEL.findall(labels) if n != "__name__"}
        found[frozenset(pairs.items())] = _number(value)
    return found


def _unquoted(text: str) -> str:
    return str(yaml.load(f'"{text}"', Loader=yaml.CSafeLoader)) if "\\" in text else text


def _number(text: str) -> float:
    return math.nan if text == "NaN" else float(text.replace("+Inf", "inf").replace("Inf", "inf"))
