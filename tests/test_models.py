"""For random signals and parameters, promtool fires where the plain models in `models/` do.

Every counterexample is kept below `cases/models/<condition>/` and run first. To look harder:
DRIFTBOOK_EXAMPLES=500 pytest tests/test_models.py -k persists. A failure prints the case; with
DRIFTBOOK_UPDATE=1 it is also written there as `found.yaml`, to be named and kept.
"""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from driftbook.conditions import CONDITIONS
from driftbook.prove import engines
from models import case, member_strategies, promtool, reduce, strategies

EXAMPLES = int(os.environ.get("DRIFTBOOK_EXAMPLES", "0"))
LIMITS = settings(
    max_examples=EXAMPLES or 25,
    derandomize=not EXAMPLES,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
CASES = strategies.CASES | member_strategies.CASES
TESTED = [name for name in CASES if name == "threshold" or name in CONDITIONS]
KEPT = sorted(
    str(p.relative_to(case.CASES)) for p in case.CASES.rglob("*.yaml") if p.parent.name in TESTED
)


def closed() -> bool:
    """Whether this Prometheus has windows that hold a sample at their start."""
    return int(engines.require(case.ROOT).promtool.version.split(".")[0]) < 3


def differences(one: case.Case) -> str:
    """See `promtool.differences`."""
    with tempfile.TemporaryDirectory() as folder:
        return promtool.differences(one, case.expected(one, closed()), Path(folder))


@pytest.mark.parametrize("name", KEPT)
def test_promtool_fires_where_the_model_does_in_a_case_of_before(name: str) -> None:
    one, timelines = case.read((case.CASES / name).read_text())
    modelled = case.expected(one, closed=True)
    assert {case.selector(dict(p)): case.drawn(t) for p, t in modelled.items()} == timelines
    assert differences(one) == ""


@pytest.mark.parametrize("condition", TESTED)
def test_promtool_fires_where_the_model_does(condition: str) -> None:
    @LIMITS
    @given(CASES[condition])
    def agrees(one: case.Case) -> None:
        if not differences(one):
            return
        one = reduce.reduced(one, lambda c: bool(differences(c)))
        if os.environ.get("DRIFTBOOK_UPDATE"):
            path = case.CASES / condition / "found.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(one.text(case.expected(one, closed())))
        pytest.fail(differences(one), pytrace=False)

    agrees()
