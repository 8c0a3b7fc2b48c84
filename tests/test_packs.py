"""Signal packs: their shape, their expressions, and what they read in sample data, by promtool."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs
import promql_parser as pp
import pytest

import packkit
from driftbook import conditions, packs, schema, strictyaml
from driftbook.conditions.base import BadParameter
from driftbook.packs import Pack, PackSignal
from driftbook.packs.expression import Matchers, rendered
from driftbook.packs.load import made
from driftbook.packs.versions import bounds, fits
from driftbook.promql import facts, parse
from driftbook.schema import MODIFIERS
from proving import real_engines

SHAPE = jsonschema_rs.Draft202012Validator(schema.schema("pack"))
CONDITION = jsonschema_rs.Draft202012Validator(
    {"$ref": "#/$defs/condition", "$defs": schema.schema("invariant")["$defs"]}
)
NAMES = packs.names()


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(real_engines().promtool.path), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(params=NAMES)
def pack(request: pytest.FixtureRequest) -> Pack:
    """Every pack in turn; one whose shape is wrong fails its own test only."""
    data = _data(request.param)
    if not SHAPE.is_valid(data):
        pytest.fail(f"{request.param} does not have the shape of a pack")
    return made(data)


def _data(name: str) -> Any:
    return strictyaml.read(packs.path(name).read_bytes()).data


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_has_the_shape_of_one(name: str) -> None:
    read = strictyaml.read(packs.path(name).read_bytes())
    assert not read.faults
    assert not read.folded, "expressions stand in `|` or on one line"
    errors = [f"{e.instance_path}: {e.message}" for e in SHAPE.iter_errors(read.data)]
    assert not errors, "\n".join(errors)
    assert read.data is not None
    assert read.data["name"] == name


def test_expressions_keep_their_places(pack: Pack) -> None:
    """They parse, drop nothing by a comparison, and have the identity as their labels."""
    for signal in pack.signals.values():
        read: set[str] = set()
        for spelling in (*signal.spellings, *_joined(signal)):
            found = facts(packs.applied(signal, spelling.expr, {}))
            assert not found.comparisons, f"{signal.name}: {found.comparisons} drops series"
            assert found.labels.closed, f"{signal.name}: the result can have any label"
            assert found.labels.names == set(signal.identity), signal.name
            read |= {use.metric for use in found.uses}
            bounds(spelling.versions)
        if signal.expected:
            read |= {use.metric for use in facts(signal.expected).uses}
        for supporting in signal.supporting.values():
            read |= {use.metric for use in facts(supporting["expr"]).uses}
        assert read == {m.name for m in signal.metrics}, f"{signal.name}: metrics"


def _joined(signal: PackSignal) -> tuple[packs.Spelling, ...]:
    return (packs.Spelling("", signal.expr()),) if signal.together else ()


def test_matchers_reach_every_selector(pack: Pack) -> None:
    """What is put into the tokens is what the parser sees."""
    for signal in pack.signals.values():
        labels = {m.name: frozenset(m.labels) for m in signal.metrics}
        own = {label: f'{label}="own"' for names in labels.values() for label in names}
        for spelling in signal.spellings:
            plain = packs.applied(signal, spelling.expr, {})
            text = rendered(plain, Matchers(('drift="every"',), own), labels, {})
            before, after = _selectors(parse(plain)), _selectors(parse(text))
            assert [metric for metric, _ in before] == [metric for metric, _ in after], text
            for (metric, old), (_, new) in zip(before, after, strict=True):
                added = {("drift", "every"), *((n, "own") for n in labels.get(metric, ()))}
                assert new == old | added, text


def _selectors(tree: Any) -> list[tuple[str, set[tuple[str, str]]]]:
    if isinstance(tree, pp.VectorSelector):
        return [(tree.name or "", {(m.name, m.value) for m in tree.matchers.matchers})]
    children = (tree.lhs, tree.rhs) if isinstance(tree, pp.BinaryExpr) else ()
    if isinstance(tree, pp.Call):
        children = tuple(tree.args)
    inner = getattr(tree, "vector_selector", None) or getattr(tree, "expr", None)
    return [s for child in (*children, *([inner] if inner else [])) for s in _selectors(child)]


def test_promtool_takes_every_expression(tmp_path: Path) -> None:
    exprs = [
        (signal.name, packs.applied(signal, spelling.expr, {}))
        for name in NAMES
        for signal in packs.load(name).signals.values()
        for spelling in (*signal.spellings, *_joined(signal))
    ]
    rules = [
        {"record": "drift:signal", "expr": expr, "labels": {"use": name, "n": str(index)}}
        for index, (name, expr) in enumerate(exprs)
    ]
    file = packkit.write(tmp_path / "rules.json", {"groups": [{"name": "g", "rules": rules}]})
    done = promtool("check", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout + done.stderr


def test_suggested_stages_can_be_read(pack: Pack) -> None:
    for signal in pack.signals.values():
        for stage, suggestion in signal.suggested.items():
            whens = suggestion.when if isinstance(suggestion.when, tuple) else (suggestion.when,)
            for when in whens:
                where = f"{signal.name}, {stage}: {when}"
                errors = [e.message for e in CONDITION.iter_errors(dict(when))]
                assert not errors, f"{where}: {errors}"
                (kind,) = [key for key in when if key not in MODIFIERS]
                assert stage in conditions.CONDITIONS[kind].STAGES, where
                try:
                    conditions.CONDITIONS[kind].parse(kind, when[kind], signal.unit)
                except BadParameter as bad:
                    pytest.fail(f"{where}: {bad}; expected {bad.expected}")
        for direction, _ in packkit.bounds(signal):
            assert direction == signal.worse, f"{signal.name}: a bound in the wrong direction"


def test_references_exist(pack: Pack) -> None:
    for signal in pack.signals.values():
        for companion in signal.companions:
            other, _, name = companion.signal.partition("/")
            assert other in NAMES, f"{signal.name}: there is no pack {other}"
            signals = pack.signals if other == pack.name else packs.load(other).signals
            assert name in signals, f"{signal.name}: there is no signal {companion.signal}"
            assert companion.signal != signal.name
        for name in signal.parameters:
            assert any(f"${name}" in s.expr for s in signal.spellings), f"{signal.name}: ${name}"
    assert len({case.name for case in pack.cases}) == len(pack.cases)
    for case in pack.cases:
        assert case.capture or case.series, case.name
        assert not case.capture or pack.captures, f"{case.name}: `captures` is missing"
        assert set(case.signals) <= set(pack.signals), case.name


def test_verdicts_follow_from_the_readings(pack: Pack) -> None:
    """Suggested bounds are crossed where a case says so, and a companion speaks for the silent."""
    for case in pack.cases:
        for name, reading in case.signals.items():
            signal, where = pack.signals[name], f"{pack.name}, case {case.name}, {name}"
            crossed = packkit.crossed(signal, reading)
            assert crossed == (reading.verdict in ("broken", "noisy")), where
            if not reading.reads and reading.verdict in ("healthy", "silent"):
                assert not signal.absent.fault, f"{where}: gone, and its absence is a fault"
            if reading.verdict == "absent":
                assert not reading.reads, where
                assert signal.absent.fault, where
            if reading.verdict == "silent":
                speaking = {
                    f"{pack.name}/{other}"
                    for other, r in case.signals.items()
                    if r.verdict in ("broken", "absent")
                }
                companions = {c.signal for c in signal.companions}
                assert companions & speaking, f"{where}: no companion speaks"


def test_a_pack_is_complete(pack: Pack) -> None:
    for name, signal in pack.signals.items():
        assert signal.suggested, f"{signal.name}: no suggested stage"
        assert [*packkit.bounds(signal)], f"{signal.name}: no suggested stage with a bound"
        verdicts = {c.signals[name].verdict for c in pack.cases if name in c.signals}
        assert "healthy" in verdicts, f"{signal.name}: no case in which it is healthy"
        assert verdicts & {"broken", "absent"}, f"{signal.name}: no case in which it is broken"
        if signal.companions:
            assert "silent" in verdicts or any(
                not c.signal.startswith(f"{pack.name}/") for c in signal.companions
            ), f"{signal.name}: no case in which its companion speaks for it"


def test_cases_read_what_they_say(pack: Pack, tmp_path: Path) -> None:
    tests = [packkit.promtool_test(pack, case) for case in pack.cases]
    file = packkit.write(tmp_path / f"{pack.name}.json", {"rule_files": [], "tests": tests})
    done = promtool("test", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_loading_reads_one_file_once() -> None:
    assert packs.load("postgres") is packs.load("postgres")
    with pytest.raises(KeyError):
        packs.load("nonesuch")


@pytest.mark.parametrize(
    ("version", "versions", "fitting"),
    [
        ("0.19.1", "<0.20", True),
        ("v0.20", ">=0.20", True),
        ("0.20.0", "<0.20", False),
        ("0.11.1-3+b5", ">=0.11, <0.12", True),
        ("1", "", True),
        ("0.9", ">=0.13.2", False),
    ],
)
def test_ranges_of_versions(version: str, versions: str, fitting: bool) -> None:
    assert fits(version, versions) is fitting


def test_schema_is_described() -> None:
    published = schema.schema("pack")
    invariant = schema.schema("invariant")
    assert published["$id"].endswith("/pack.schema.json")
    assert json.dumps(invariant["properties"]["property"]["enum"]) in json.dumps(published)
