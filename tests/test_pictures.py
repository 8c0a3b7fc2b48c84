"""The pictures of the documentation are what promtool makes of their examples.

DRIFTBOOK_UPDATE=1 or tools/reference.py writes them anew.
"""

import os
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from driftbook import conditions
from driftbook.prove.workers import Workers
from driftbook.svg import scene
from driftbook.svg.scale import label, moments, rounded
from driftbook.timeline import Bound, Line, Moving, Panel, Timeline, Track, extent, terminal
from proving import ROOT, real_engines

sys.path.insert(0, str(ROOT / "tools"))
import condition_pages

FOLDER = ROOT / "docs" / "reference" / condition_pages.FOLDER
NAMES = (*conditions.CONDITIONS, *condition_pages.SIGNALS)
SPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as pool:
        yield pool


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_what_promtool_makes_of_the_example(name: str, workers: Workers) -> None:
    drawn = condition_pages.timeline(name, workers)
    assert [words for _, words, came in drawn.expected if not came] == []
    assert drawn.notes
    if name in conditions.CONDITIONS:  # it says both when it fires and when it does not
        kinds = {e.condition or name: e for e in condition_pages.scenario(name).expect if e.stage}
        assert name in kinds
        assert any(t.condition == name and "firing" in t.states for t in drawn.tracks)
    text = scene(drawn).file()
    ET.fromstring(text)
    if real_engines().promtool.version != condition_pages.PROMTOOL:
        return  # another version draws another sample at the edge of a window
    file = FOLDER / f"{name}.svg"
    if os.environ.get("DRIFTBOOK_UPDATE"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), "run: python tools/reference.py"


def test_there_is_a_picture_of_everything_and_of_nothing_else() -> None:
    assert {p.stem for p in FOLDER.glob("*.svg")} == set(NAMES)
    assert {p.stem for p in FOLDER.glob("*.md")} == set(NAMES)
    examples = Path(condition_pages.EXAMPLES, "tests", "scenarios")
    assert {p.stem.replace("-", "_") for p in examples.iterdir()} == set(NAMES)


def drawn(**more: object) -> Timeline:
    """A picture with everything in it."""
    whole: dict[str, object] = {
        "scenario": "a",
        "title": "A <title> that is so long that it does not fit between the margins of a phone",
        "invariant": "lag",
        "unit": "seconds",
        "times": (0.0, 30.0, 60.0, 90.0),
        "lines": (
            Line("place=x", (0.0, 20.0, None, 3.0)),
            Line("place=y", (1.0, 2.0, 4.0, 4.0)),
            Line("place=z", (1.0,) * 4, faint=True),
        ),
        "bounds": (Bound("late", "above", 10.0, ""),),
        "tracks": (Track("late", "above", "place=x", ("", "pending", "firing", "")),),
        "expected": (),
        "panels": (Panel("Number of places", "count", (Line("", (0.0, 1.0, 1.0, 0.0)),), (1,)),),
        "moving": (Moving("early", "unusual", (None, 5.0, 6.0, 7.0)),),
        "notes": ((30.0, "it begins"), (31.0, "and goes on")),
        "quiet": ("mid missing",),
    }
    return Timeline(**(whole | more))  # type: ignore[arg-type]


def test_a_picture_says_everything_in_words_as_well() -> None:
    tree = ET.fromstring(scene(drawn()).file())
    words = [e.text or "" for e in tree.iter(f"{SPACE}text")]
    for said in (
        "late above, place=x: fires 1m to the end",
        "late above 10 s",
        "early unusual: a bound that moves",
        "30s: it begins",
        "Never reached: mid missing",
        "Number of places",
        "1 more",
        "1: limit",
    ):
        assert said in words
    described = tree.findtext(f"{SPACE}desc") or ""
    assert "At 30s: it begins." in described
    assert "Never firing: mid missing." in described


def test_a_picture_fits_a_phone_and_follows_the_scheme() -> None:
    text = scene(drawn()).file()
    tree = ET.fromstring(text)
    wide = float(tree.get("viewBox", "").split()[2])
    for element in tree.iter(f"{SPACE}text"):
        room = wide - float(element.get("x", "0"))
        if element.get("text-anchor") is None:
            assert len(element.text or "") * 7.7 <= room, element.text
    assert "@media (prefers-color-scheme:dark)" in text
    assert "<script" not in text
    assert "A <title>" not in text


def test_lines_differ_by_pattern_and_sign() -> None:
    tree = ET.fromstring(scene(drawn()).file())
    thick = [e for e in tree.iter(f"{SPACE}path") if e.get("stroke-width") == "2"]
    dashes = {e.get("class"): e.get("stroke-dasharray") for e in thick}
    assert dashes["l0"] != dashes["l1"]
    signs = {e.get("class"): e.get("d") for e in tree.iter(f"{SPACE}path") if e.get("transform")}
    assert signs["sign l0"] != signs["sign l1"]


def test_terminal_shows_the_same() -> None:
    said = "\n".join(text.plain for text in terminal(drawn(), 60))
    for part in ("Number of places", "a bound that moves", "30s it begins", "· 1 more"):
        assert part in said
    assert "never reached: mid missing" in said


@pytest.mark.parametrize(
    ("low", "high", "unit", "marks"),
    [
        (0, 50, "seconds", ["0 s", "15 s", "30 s", "45 s", "1 min"]),
        (0, 1, "ratio", ["0 %", "50 %", "100 %"]),
        (0, 3, "count", ["0", "1", "2", "3"]),
        (0, 92_000, "items", ["0", "50 k", "100 k"]),
        (0, 3 * 2**20, "bytes", ["0 B", "1 MiB", "2 MiB", "3 MiB"]),
        (0, 0.02, "seconds", ["0 s", "5 ms", "10 ms", "15 ms", "20 ms"]),
    ],
)
def test_marks_are_round(low: float, high: float, unit: str, marks: list[str]) -> None:
    found = [[label(m, unit) for m in rounded(low, high, unit, most)[2]] for most in (2, 4)]
    assert marks in found


def test_times_are_round_however_long() -> None:
    for span in (30, 600, 4200, 86_400, 28 * 86_400, 400 * 86_400):
        found = moments(span)
        assert 3 <= len(found) <= 7
        assert found[-1] <= span


def test_a_chart_begins_at_zero_unless_all_is_far_from_it() -> None:
    far = (Line("", (100.0, 110.0)),)
    assert extent(far, ()) == (100.0, 110.0)
    assert extent(far, (10.0,)) == (0.0, 110.0)
    assert extent((Line("", (5.0, 5.0)),), ()) == (0.0, 5.0)
    assert extent((Line("", (None, float("inf"))),), ()) == (0.0, 1.0)
