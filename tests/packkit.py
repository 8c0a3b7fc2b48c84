"""Cases of signal packs as promtool tests: captured pages and sample series in, readings out."""

import importlib.util
import json
import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from driftbook import units
from driftbook.packs import Case, Pack, PackSignal, Reading, applied
from sample import ROOT

MAKER = ROOT / "tests" / "series" / "make_recordings.py"
TIMES = {"unix seconds": 1, "unix milliseconds": 1e3, "unix nanoseconds": 1e9}
BIG = 1e6


def _maker() -> Any:
    if "make_recordings" not in sys.modules:
        spec = importlib.util.spec_from_file_location("make_recordings", MAKER)
        assert spec is not None
        assert spec.loader is not None
        sys.modules["make_recordings"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules["make_recordings"]


def captured(pack: Pack, case: Case) -> dict[str, str]:
    """The samples of a captured page, constant; times keep their distance to the reading."""
    maker = _maker()
    text = (maker.CAPTURES / f"{case.capture}.prom").read_text(encoding="utf-8")
    sections = maker._sections(text)
    read = {m.name: m for signal in pack.signals.values() for m in signal.metrics}
    at = units.seconds(case.at)
    found: dict[str, str] = {}

    def add(metric: str, labels: Mapping[str, str], value: float) -> None:
        if metric not in read and metric != "up":
            return
        unit = read[metric].unit if metric in read else ""
        if unit in TIMES and value > 0:
            value = value - (maker._start(case.capture) - at) * TIMES[unit]
        found[selector(metric, labels)] = constant(value, samples(case))

    for section, instance in pack.captures["nodes"].items():
        target = {"instance": instance}
        if "job" in pack.captures:
            target["job"] = pack.captures["job"]
        families = list(text_string_to_metric_families(sections.get(section, "")))
        add("up", target, float(bool(families)))
        for family in families:
            for sample in family.samples:
                add(sample.name, {**sample.labels, **target}, float(sample.value))
    for port, metric, value in maker._SQL.findall(text):
        if port in pack.captures.get("queries", {}):
            target = {"instance": pack.captures["queries"][port]}
            if "job" in pack.captures:
                target["job"] = pack.captures["job"]
            add(metric, target, float(value))
    return found


def constant(value: float, steps: int) -> str:
    """A value that stays, in promtool's notation, in which words such as NaN do not repeat."""
    if math.isnan(value):
        return " ".join(["NaN"] * (steps + 1))
    return f"{units.number(value)}x{steps}"


def samples(case: Case) -> int:
    """Steps of a case, two more than the reading needs."""
    return int(units.seconds(case.at) / units.seconds(case.every)) + 2


def selector(metric: str, labels: Mapping[str, str]) -> str:
    """A series in promtool's notation."""
    inside = ",".join(f"{k}={json.dumps(v)}" for k, v in sorted(labels.items()) if v)
    return f"{metric}{{{inside}}}"


def expr_of(signal: PackSignal, case: Case, reading: Reading) -> str:
    """The expression that a catalog would get for the case."""
    return applied(signal, signal.expr(case.version), reading.given)


def promtool_test(pack: Pack, case: Case) -> dict[str, Any]:
    """The case as one test of promtool: what every signal reads, to six digits behind the point."""
    series = captured(pack, case) if case.capture else {}
    series |= {key: str(value) for key, value in case.series.items()}
    return {
        "name": case.name,
        "interval": case.every,
        "input_series": [{"series": k, "values": v} for k, v in series.items()],
        "promql_expr_test": [
            _expected(expr_of(pack.signals[name], case, reading), case, reading)
            for name, reading in case.signals.items()
        ],
    }


def _expected(expr: str, case: Case, reading: Reading) -> dict[str, Any]:
    step = 1.0 if any(abs(v) >= BIG for v in reading.reads.values()) else 1e-6
    return {
        "expr": f"round(({expr}), {units.number(step) if step == 1 else '0.000001'})",
        "eval_time": case.at,
        "exp_samples": [
            {"labels": labels, "value": round(value, 0 if step == 1 else 6)}
            for labels, value in reading.reads.items()
        ],
    }


def bounds(signal: PackSignal) -> Iterator[tuple[str, float]]:
    """Direction and bound of every suggested condition that judges a value."""
    for suggestion in signal.suggested.values():
        whens = suggestion.when if isinstance(suggestion.when, tuple) else (suggestion.when,)
        for when in whens:
            for inner in (when, *(v for v in when.values() if isinstance(v, dict))):
                for direction in ("above", "below"):
                    if direction in inner:
                        yield direction, units.bound(inner[direction], signal.unit)


def crossed(signal: PackSignal, reading: Reading) -> bool:
    """Whether any value is beyond any suggested bound."""
    return any(
        value > bound if direction == "above" else value < bound
        for direction, bound in bounds(signal)
        for value in reading.reads.values()
    )


def write(path: Path, data: Any) -> Path:
    """JSON, which promtool reads as YAML."""
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    return path
