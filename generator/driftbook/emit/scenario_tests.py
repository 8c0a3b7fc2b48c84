"""Scenarios of the catalog as elements of a promtool test file."""

from collections.abc import Iterator
from typing import Any

from driftbook import names
from driftbook.conditions.scope import series
from driftbook.model import Catalog, Expectation, Invariant, Scenario
from driftbook.units import duration


def scenario_elements(catalog: Catalog, invariant: Invariant) -> Iterator[dict[str, Any]]:
    """One element for each scenario that names the invariant, with what it expects of it."""
    for scenario in catalog.scenarios_of.get(invariant.name, ()):
        yield _element(scenario, invariant)


def _element(scenario: Scenario, invariant: Invariant) -> dict[str, Any]:
    mine = [e for e in scenario.expect if e.invariant in ("", invariant.name)]
    silent = [e for e in mine if e.stage is None]
    element: dict[str, Any] = {
        "name": f"scenario {scenario.name}",
        "interval": duration(scenario.every),
        "input_series": [{"series": s, "values": v} for s, v in scenario.series.items()],
    }
    if silent:
        element["alert_rule_test"] = [
            {
                "eval_time": duration(e.at),
                "alertname": names.alert(invariant.name),
                "exp_alerts": [],
            }
            for e in silent
        ]
    asked = [_expectation(e, invariant) for e in mine if e.stage is not None]
    if asked:
        element["promql_expr_test"] = asked
    return element


def _expectation(expected: Expectation, invariant: Invariant) -> dict[str, Any]:
    """Whether any alert of the stage, with the labels given, fires at that time."""
    labels = {
        "alertname": names.alert(invariant.name),
        "alertstate": "firing",
        "stage": str(expected.stage),
        **({"condition": expected.condition} if expected.condition else {}),
        **expected.labels,
    }
    return {
        "expr": f"group({series('ALERTS', labels)})",
        "eval_time": duration(expected.at),
        "exp_samples": [{"labels": "{}", "value": 1}] if expected.firing else [],
    }
