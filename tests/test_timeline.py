"""Scenarios over time: what promtool computes, drawn in the terminal and as a picture."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from rich.console import Console

from driftbook import timeline
from driftbook.commands import simulate
from driftbook.commands import test as test_command
from driftbook.errors import Exit
from driftbook.prove import engines
from driftbook.prove.timelines import _length, timelines
from driftbook.prove.workers import Workers
from driftbook.svg import scene
from driftbook.timeline import Bound, Line, Timeline, Track
from proving import LAG_RULES, project, real_engines

DRAWN = Timeline(
    scenario="a",
    title="Lag <b> & more",
    invariant="lag",
    unit="seconds",
    times=(0.0, 30.0, 60.0, 90.0),
    lines=(Line("place=x", (0.0, 20.0, None, float("nan"))), Line("place=y", (1.0,) * 4)),
    bounds=(Bound("late", "above", 10.0, ""), Bound("early", "growing", 10.0, "place=z")),
    tracks=(
        Track("late", "above", "place=x", ("", "pending", "firing", "firing")),
        Track("early", "above", "place=y", ("", "", "", "")),
    ),
    expected=((30.0, "nothing fires", True), (60.0, "late fires", False)),
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compiled project that finds the engines of this checkout."""
    root = tmp_path_factory.mktemp("project")
    project(root)
    engines.folder(root).parent.mkdir()
    engines.folder(root).symlink_to(real_engines().promtool.path.parent)
    return root


def lines(drawn: Timeline, width: int = 60) -> list[str]:
    """The drawing as plain text."""
    return [text.plain for text in timeline.terminal(drawn, width)]


def test_terminal_shows_signal_bounds_and_stages() -> None:
    said = "\n".join(lines(DRAWN))
    assert "late above     ·░██" not in said
    assert " late above   ·····░░░░░██████████ ●" in said
    assert "early above" not in said.replace("early growing", "")
    assert "● place=x" in said
    assert "▲ place=y" in said
    assert "┈ early growing 10 s where place=z" in said
    assert "     30s nothing fires: as expected" in said
    assert "      1m late fires: NOT AS EXPECTED" in said


@pytest.mark.parametrize("width", [50, 60, 100, 200])
def test_terminal_keeps_to_its_width(width: int) -> None:
    long = Timeline(
        **{f: getattr(DRAWN, f) for f in ("scenario", "title", "invariant", "unit", "bounds")},
        times=tuple(30.0 * n for n in range(1000)),
        lines=(Line("", tuple(float(n) for n in range(1000))),),
        tracks=(Track("mid", "persists", "", ("firing",) * 1000),),
        expected=(),
    )
    for line in lines(long, width):
        assert len(line) <= width


def test_a_picture_is_xml_that_says_what_it_shows() -> None:
    drawn = scene(DRAWN).file()
    tree = ET.fromstring(drawn)
    space = "{http://www.w3.org/2000/svg}"
    assert tree.findtext(f"{space}title") == "a: Lag <b> & more"
    described = tree.findtext(f"{space}desc") or ""
    assert "late above at place=x fires first at 1m, last at 1m30s." in described
    words = [e.text for e in tree.iter(f"{space}text")]
    assert "late above 10 s" in words
    assert "early growing 10 s (place=z)" in words
    assert drawn == scene(DRAWN).file()
    assert "nan" not in drawn.lower()


def test_labels_of_bounds_do_not_lie_on_each_other() -> None:
    tree = ET.fromstring(scene(DRAWN).file())
    places = [
        float(e.get("y", "0"))
        for e in tree.iter("{http://www.w3.org/2000/svg}text")
        if (e.text or "").startswith(("late above 10", "early growing 10"))
    ]
    assert abs(places[0] - places[1]) >= 14


@pytest.mark.parametrize(
    ("notation", "samples"),
    [("1", 1), ("1 2 3", 3), ("1x3", 4), ("1+2x10 _x3 stale", 15), ("_ 1 _", 3), ("-1-2x4", 5)],
)
def test_length_of_a_notation(notation: str, samples: int) -> None:
    assert _length(notation) == samples


def test_timeline_of_a_scenario(tmp_path: Path) -> None:
    catalog = project(tmp_path)
    with Workers() as workers:
        (drawn,) = timelines(catalog, catalog.scenarios["eu-falls-behind"], real_engines(), workers)
    eu = next(line for line in drawn.lines if line.place == "source=us, target=eu")
    assert eu.values[:22] == (1.0,) * 21 + (60.0,)
    assert [came for _, _, came in drawn.expected] == [True] * 3
    late = next(t for t in drawn.tracks if (t.stage, t.condition) == ("late", "above"))
    assert late.place == "source=us, target=eu"
    # 30 s a tick: violated from tick 21, `for` is 2 min, back at 42, kept for 3 min.
    assert late.states.index("pending") == 21
    assert late.states.index("firing") == 25
    assert {b.value for b in drawn.bounds} == {5.0, 10.0, 30.0, 60.0}


def test_simulate_draws_and_writes(root: Path, tmp_path: Path) -> None:
    console = Console(record=True, width=100)
    picture = tmp_path / "x.svg"
    assert simulate.run(root, console, scenario="eu-falls-behind", svg=picture) == Exit.OK
    said = console.export_text()
    assert "eu-falls-behind: The way to eu falls behind" in said
    assert "late above where target=eu fires: as expected" in said
    ET.fromstring(picture.read_text(encoding="utf-8"))


def test_simulate_of_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate.run(root, Console(), scenario="eu-fals-behind") == Exit.USAGE
    assert 'did you mean "eu-falls-behind"?' in capsys.readouterr().err


def test_test_says_how_each_invariant_fares(root: Path) -> None:
    console = Console(record=True, width=160)
    assert test_command.run(root, console) == Exit.OK
    said = console.export_text()
    for name in ("orders-lag", "stock-age", "stock-drift"):
        assert name in said
    assert said.count("passed") == 3


def test_test_of_one_by_the_name_of_its_alert_with_timelines(root: Path) -> None:
    console = Console(record=True, width=100)
    assert test_command.run(root, console, names=["OrdersLag"], verbose=True) == Exit.OK
    said = console.export_text()
    assert "stock-drift" not in said
    assert "eu-falls-behind, orders-lag" in said
    assert "█" in said


def test_test_fails_with_what_promtool_says(root: Path) -> None:
    rules = root / LAG_RULES
    before = rules.read_text()
    rules.write_text(before.replace("keep_firing_for: 3m", "keep_firing_for: 1m"))
    try:
        console = Console(record=True, width=200)
        assert test_command.run(root, console, names=["orders-lag"]) == Exit.FINDINGS
    finally:
        rules.write_text(before)
    said = console.export_text()
    assert "failed" in said
    assert "[rule-tests]" in said
    assert "[drift]" in said


def test_test_of_an_unknown_name(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert test_command.run(root, Console(), names=["order-lag"]) == Exit.USAGE
    assert 'did you mean "orders-lag"?' in capsys.readouterr().err
