"""Whatever is in a catalog, compiling it ends in diagnostics with places, never in a traceback."""

import copy
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogs import write
from driftbook import checks, pipeline, strictyaml
from driftbook.checks.example import CATALOG, FILES
from driftbook.report import github, json, text

BASE = "invariants/alertmanager.base.yaml"
ALL = {
    **FILES,
    CATALOG: FILES[CATALOG].replace('"0.25"', '"0.25"\n  base: alertmanager.base.yaml'),
    BASE: "route: {receiver: sre}\nreceivers: [{name: sre}]\ntime_intervals: []\nglobal: {}\n",
}
DATA = {file: strictyaml.read(content.encode()).data or {} for file, content in ALL.items()}
CODES = {check.CODE for check in checks.CHECKS}
STRINGS = st.sampled_from(
    [
        *("", " ", "x", "unknown", "none", "10s", "0s", "1y", "5", "0%", "200%", "1e400%"),
        *("region", "shard", "__name__", "le", "a.b", "early", "late", "above", "below"),
        *("sum(x", "sum by (a) (b)", "x > 1", "x[5m]", "1", '"s"', "rate(x_total[5m])", "{}"),
        *("{{ invariant.name }}", "{{ x }}", "{% for", "{{ $labels.x }}", "{{ $value | y }}"),
        *("../../etc/passwd", "/dev/zero", "series/x.om", "a/../..", "orders-lag", "shop"),
        *("monday:sunday", "25:00-26:00", "Europe/Nowhere", "../UTC", "<b>", "$(x)", "_x5"),
        *("1x99999999999", "1+", "stale", "javascript:x", "http://u:p@h/", "\u202e", "é" * 300),
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([0, -1, 1, 2, 10**17, 0.5, -0.0, 1e300])
    | STRINGS
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STRINGS, inner, max_size=3),
    max_leaves=5,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container below a value, with each of its keys."""
    if not isinstance(value, dict | list):
        return []
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, key) for key in keys] + [p for key in keys for p in places(value[key])]


@st.composite
def catalogs(draw: st.DrawFn) -> dict[str, str]:
    """The small catalog with a few of its values replaced, dropped or copied elsewhere."""
    data = copy.deepcopy(DATA)
    for _ in range(draw(st.integers(1, 4))):
        document = data[draw(st.sampled_from(sorted(data)))]
        spots = places(document)
        if not spots:
            continue
        part, key = draw(st.sampled_from(spots))
        action = draw(st.sampled_from(["replace", "replace", "drop", "copy", "add"]))
        if action == "replace":
            part[key] = draw(VALUES)
        elif action == "drop":
            del part[key]
        elif action == "copy" and isinstance(part, list):
            part.append(copy.deepcopy(part[key]))
        elif isinstance(part, dict):
            part[draw(STRINGS)] = copy.deepcopy(part[key])
    return {f: yaml.safe_dump(d, allow_unicode=True, sort_keys=False) for f, d in data.items()}


@st.composite
def texts(draw: st.DrawFn) -> dict[str, str]:
    """The small catalog with lines of one file dropped, doubled, or with something in them."""
    file = draw(st.sampled_from(sorted(ALL)))
    lines = ALL[file].split("\n")
    for _ in range(draw(st.integers(1, 3))):
        index = draw(st.integers(0, len(lines) - 1))
        line = lines[index]
        at = draw(st.integers(0, len(line)))
        insert = draw(STRINGS | st.sampled_from(list(":{}[]&*!|>-#'\"%@`,? \t")))
        lines[index] = draw(
            st.sampled_from(["", line[:at] + insert + line[at:], line[:at], f"{line}\n{line}"])
        )
    return {**ALL, file: "\n".join(lines)}


def compiled(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), files)
        checked = pipeline.check(root)
        for diagnostic in checked.diagnostics:
            assert diagnostic.code in CODES
            assert diagnostic.message
        text.render(checked.diagnostics, root)
        json.render(checked.diagnostics, root)
        github.render(checked.diagnostics, root)
        if checked.ok and checked.catalog is not None:
            for artifact in pipeline.compile_rules(checked.catalog):
                assert artifact.text


SLOW = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@given(catalogs())
@SLOW
def test_other_values(files: dict[str, str]) -> None:
    compiled(files)


@given(texts())
@SLOW
def test_other_lines(files: dict[str, str]) -> None:
    compiled(files)


@given(st.dictionaries(st.sampled_from(sorted(ALL)), st.binary(max_size=80), max_size=3))
@SLOW
def test_other_bytes(files: dict[str, bytes]) -> None:
    broken = {f: b.decode("utf-8", "surrogateescape") for f, b in files.items()}
    compiled({**ALL, **broken})
