"""Our reading of Go templates, held to what the real promtool renders."""

import random
import subprocess
from pathlib import Path

import pytest
import yaml

from driftbook import gotemplate
from driftbook.prove import engines

ROOT = Path(__file__).parents[1]
EDGES = (0.0, 1.0, -1.0, 59.9, 60.0, 3599.0, 3600.0, 86400.0, 90061.0, 0.25, 0.001, 1e-7, 999.95)
EDGES += (
    1000.0,
    1024.0,
    1023.9,
    1e6,
    999999.0,
    1.5e9,
    2e15,
    12345.678,
    1e-5,
    123456789.0,
    0.1,
    100.0,
)


def _values() -> list[float]:
    random.seed(20)
    return [*EDGES, *(random.choice((-1, 1)) * 10 ** random.uniform(-8, 15) for _ in range(80))]


def test_promtool_renders_the_same(tmp_path: Path) -> None:
    text = " ".join(
        f"[{{{{ $value | {name} }}}}]" if name else "[{{ $value }}]"
        for name in ("", *gotemplate.FUNCTIONS)
    )
    text += " {{ $labels.n }} {{ $labels.nothing }}."
    values = _values()
    rule = {"alert": "A", "expr": "x != 1e99", "annotations": {"d": text}}
    expected = [
        {"exp_labels": {"n": str(n)}, "exp_annotations": {"d": _rendered(text, n, value)}}
        for n, value in enumerate(values)
    ]
    test = {
        "rule_files": ["r.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": f'x{{n="{n}"}}', "values": repr(value)}
                    for n, value in enumerate(values)
                ],
                "alert_rule_test": [{"eval_time": "0s", "alertname": "A", "exp_alerts": expected}],
            }
        ],
    }
    (tmp_path / "r.yaml").write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [rule]}]}))
    (tmp_path / "t.yaml").write_text(yaml.safe_dump(test))
    promtool = engines.require(ROOT).promtool.path
    run = subprocess.run(
        [promtool, "test", "rules", tmp_path / "t.yaml"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout


def _rendered(text: str, n: int, value: float) -> str:
    return gotemplate.render(text, {"n": str(n)}, value)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("is {{ $labels.a | toUpper }}", 3),
        ("{{ query `up` }}", 0),
        ("{{ $value | humanise }}", 0),
        ("a {{ $value", 2),
        ("{{ .Labels.a }}", 0),
    ],
)
def test_what_cannot_be_asserted_is_refused(text: str, offset: int) -> None:
    with pytest.raises(gotemplate.GoTemplateFault) as fault:
        gotemplate.parse(text)
    assert fault.value.offset == offset


def test_labels_that_a_text_uses() -> None:
    assert gotemplate.labels("{{ $labels.a }} and {{$labels.b}}") == (("a", 0), ("b", 20))
