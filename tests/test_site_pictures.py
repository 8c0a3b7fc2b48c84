"""Pictures, scenarios, history and the proof on the site's pages."""

import base64
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from browsing import built
from driftbook import conditions, names, site
from driftbook.alerts import alerts
from driftbook.checks.example import FILES, INVARIANT, SCENARIO
from driftbook.emit import pages
from driftbook.emit.pages import changes
from driftbook.emit.pages.evidence import Evidence
from driftbook.emit.pages.pictures import figure
from driftbook.history import Change, History
from driftbook.model import Catalog
from driftbook.prove import pictures, timelines
from driftbook.svg import ladder, reached, scene, strips
from driftbook.svg.style import _DARK, _LIGHT
from driftbook.timeline import Bound, Line, Moving, Panel, Timeline, Track
from proving import real_engines
from sample import ROOT, compiled, example, write_files

WILD = "</text></svg><script>alert(1)</script> ]]> & \" ' `x|y` *b* {{ 7 }}\n\n# h \x00 \u202e"
CSS = ROOT / "generator" / "driftbook" / "site" / "assets" / "pictures.css"
DRAWN = Timeline(
    "eu-falls-behind",
    "The region eu falls behind",
    "orders-lag",
    "seconds",
    (0.0, 600.0, 1200.0, 1800.0),
    (Line("region=eu", (1.0, 60.0, None, 60.0)),),
    (Bound("late", "above", 30.0, ""),),
    (
        Track("mid", "persists", "region=eu", ("", "", "firing", "firing")),
        Track("late", "above", "region=eu", ("", "pending", "firing", "firing")),
    ),
    ((600.0, "nothing fires", True), (2400.0, "late above where region=eu fires", True)),
    (Panel("Share", "ratio", (Line("region=eu", (0.0, 0.5, 1.0, 1.0)),), (0.9,)),),
    (Moving("early", "unusual", (None, 5.0, 6.0, 7.0)),),
    ((600.0, "a link breaks"),),
    ("late repeated",),
)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return example(tmp_path_factory.mktemp("example"))


def page(catalog: Catalog, place: str, evidence: Evidence | None = None) -> str:
    made = {a.path: a.text for a in pages.emit(catalog, evidence or Evidence())}
    return made[f"{names.PAGES}/{place}/index.md"]


def told(wild: str = "") -> Evidence:
    """A proof of other rules, a history and a picture, with a text in everything that is free."""
    commit = Change(0, "a" * 40, "2026-03-02", f"Ada{wild}", f"Fewer calls{wild}", (f"late{wild}",))
    drawn = replace(
        DRAWN,
        title=DRAWN.title + wild,
        lines=(replace(DRAWN.lines[0], place=f"region=eu{wild}"),),
        notes=((600.0, f"a link breaks{wild}"),),
        panels=(replace(DRAWN.panels[0], title=f"Share{wild}"),),
        tracks=tuple(replace(track, place=f"region=eu{wild}") for track in DRAWN.tracks),
    )
    return Evidence(
        history=History({("invariant", "orders-lag"): (commit,)}),
        pictures={("eu-falls-behind", "orders-lag"): drawn},
    )


# --- the ladder of an invariant ------------------------------------------------------------------


def shown(text: str) -> tuple[list[str], list[str]]:
    """Texts and labels of stages of a picture, in the order of the shapes."""
    tree = ET.fromstring(text)
    every = [(e.text or "", e.get("class", "")) for e in tree.iter("text")]
    return [words for words, _ in every], [words for words, c in every if c == "badge-text"]


def test_a_ladder_has_every_bound_and_wait_of_the_plan(catalog: Catalog) -> None:
    invariant = catalog.invariants["orders-lag"]
    picture = ladder(invariant, alerts(catalog, invariant))
    assert picture is not None
    words, stages = shown(picture.within())
    assert stages == ["late", "mid"]  # the worst on top
    for said in ("30 s", "10 s", "at once", "5 min", "10 min", "13.5 min", "no alert"):
        assert said in words, said
    whole = " ".join(words)
    assert "late above, where region ap-south-1: a region is over 40 s for 5 min" in whole
    assert "early growing: the trend of a region reaches 10 s within 30 min" in whole
    described = ET.fromstring(picture.within()).findtext("desc") or ""
    for alert in alerts(catalog, invariant):
        sentence = conditions.of(alert.condition).sentence(alert.condition, invariant)
        assert sentence in described


def test_where_lower_is_worse_the_worst_is_below(tmp_path: Path) -> None:
    catalog = example(
        tmp_path,
        **{
            "worse: above\n  identity: [region]": "worse: below\n  identity: [region]",
            "early: {growing: {toward: 10s, within: 30m}}": "early: {below: 60s, for: 1h}",
            "mid: {persists: {above: 10s": "mid: {persists: {below: 30s",
            "above: 30s, for: 5m": "below: 10s, for: 5m",
            "above: 40s, for: 5m": "below: 5s, for: 5m",
            "property: bounded-staleness": "property: heartbeat",
            "stage: late, condition: above": "stage: late, firing: false",
        },
    )
    invariant = catalog.invariants["orders-lag"]
    picture = ladder(invariant, alerts(catalog, invariant))
    assert picture is not None
    words, stages = shown(picture.within())
    assert stages == ["early", "mid", "late"]
    assert words.index("1 min") < words.index("30 s") < words.index("10 s")
    assert "Downwards: how bad" in page(catalog, "invariants/orders-lag")


def test_every_invariant_of_the_reference_catalog_has_a_ladder() -> None:
    catalog = compiled(ROOT)
    for invariant in catalog.compiled():
        plan = alerts(catalog, invariant)
        picture = ladder(invariant, plan)
        assert picture is not None, invariant.name
        text = picture.within()
        assert text == ladder(invariant, plan).within()
        ET.fromstring(text)
        for element in ET.fromstring(text).iter("text"):
            if element.get("text-anchor") is None:
                room = 480 - float(element.get("x", "0"))
                assert len(element.text or "") * 7.7 <= room, (invariant.name, element.text)


@pytest.mark.parametrize("kind", conditions.CONDITIONS)
def test_what_a_condition_waits_is_what_its_tests_wait(kind: str) -> None:
    """Alerts never fire sooner: no test of a condition expects one before its wait has passed."""
    catalog = compiled(ROOT / "docs" / "examples" / "conditions")
    for invariant in catalog.compiled():
        for alert in alerts(catalog, invariant):
            module = conditions.of(alert.condition)
            wait = module.waits(alert.condition)
            if alert.condition.kind != kind or wait is None:
                continue
            assert wait >= alert.condition.hold
            reach = module.reach(alert.condition)
            assert reach is None or reach[1] == wait


# --- pictures within pages -----------------------------------------------------------------------


def every_picture(wild: str = "") -> Iterator[str]:
    drawn = next(iter(told(wild).pictures.values()))
    assert isinstance(drawn, Timeline)
    yield figure(scene(drawn), f"Below{wild}")
    yield figure(strips(f"Scenarios{wild}", [drawn]))


def test_a_picture_is_one_line_that_stands_by_itself() -> None:
    for text in every_picture():
        assert "\n" not in text
        assert not re.search(r"\b(id|href|style|on\w+)=|<(style|script|use|image|a)\b|url\(", text)
        tree = ET.fromstring(text)
        svg = tree.find("svg")
        assert svg is not None
        assert svg.get("role") == "img"
        assert svg.findtext("title")
        assert "late" in (svg.findtext("desc") or "")
        assert (svg.get("width"), svg.get("viewBox", "")[:8]) == ("640", "0 0 480 ")


def test_hostile_text_stays_text_in_pictures_and_tables(catalog: Catalog) -> None:
    for text in every_picture(WILD):
        assert "\n" not in text
        assert "<script" not in text
        ET.fromstring(text)
    for place in ("invariants/orders-lag", "scenarios/eu-falls-behind"):
        wild = page(catalog, place, told(WILD))
        assert "<script" not in wild
        assert "\x00" not in wild
        lines, calm = wild.split("\n"), page(catalog, place, told()).split("\n")
        assert [line[:3] for line in lines] == [line[:3] for line in calm]


def test_colours_are_those_of_the_files_that_simulate_writes() -> None:
    css = CSS.read_text(encoding="utf-8")
    blocks = re.findall(r"\.db-picture \{\s*((?:\s*--p-[^;]+;)+)", css)
    for block, scheme in zip(blocks, (_LIGHT, _DARK), strict=True):
        found = dict(re.findall(r"--p-([a-z0-9]+): (#[0-9a-f]+);", block))
        lines = scheme["lines"]
        assert isinstance(lines, tuple)
        flat = {k: v for k, v in scheme.items() if k != "lines"}
        assert found == flat | {f"l{n}": color for n, color in enumerate(lines)}


def test_small_pictures_say_when_each_stage_fires() -> None:
    assert reached(DRAWN) == "mid from 20m, late from 20m"
    assert reached(replace(DRAWN, tracks=())) == "nothing fires"
    words, _ = shown(strips("All", [DRAWN, replace(DRAWN, tracks=(), title="Calm")]).within())
    assert words == [
        *("The region eu falls behind", "mid", "late", "0 s", "30 min"),
        *("Calm", "nothing fires", "0 s", "30 min"),
    ]


# --- real evaluations, remembered ----------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_files(tmp_path, FILES)


def evaluated(root: Path) -> pictures.Pictures:
    return pictures.evaluated(root, compiled(root), real_engines(), lambda what, done, of: None)


def test_scenarios_are_evaluated_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = timelines.answered

    def counted(*args: object) -> Timeline:
        asked.append("x")
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(timelines, "answered", counted)
    first = evaluated(root)
    drawn = first["eu-falls-behind", "orders-lag"]
    assert isinstance(drawn, Timeline)
    assert [came for _, _, came in drawn.expected] == [True, True]
    assert repr(evaluated(root)) == repr(first)  # NaN is not equal to itself
    assert len(asked) == 1
    file = root / INVARIANT
    file.write_text(file.read_text() + "# a comment\n")
    assert repr(evaluated(root)) == repr(first)  # other bytes, the same rules
    assert len(asked) == 1
    file.write_text(file.read_text().replace("impact: A shopper", "impact: Somebody"))
    assert repr(evaluated(root)) == repr(first)  # other annotations
    assert len(asked) == 1
    file.write_text(file.read_text().replace("above: 30s", "above: 35s"))
    assert repr(evaluated(root)) != repr(first)
    assert len(asked) == 2
    (kept,) = (root / pictures.FOLDER).iterdir()
    for broken in ("{", "[]", '{"cheap": "", "exact": "", "timeline": {"lines": []}}'):
        kept.write_text(broken)
        evaluated(root)
    assert len(asked) == 5
    (root / SCENARIO).unlink()
    assert evaluated(root) == {}
    assert list((root / pictures.FOLDER).iterdir()) == []


def test_what_is_remembered_is_what_was_drawn(root: Path) -> None:
    first = evaluated(root)["eu-falls-behind", "orders-lag"]
    again = evaluated(root)["eu-falls-behind", "orders-lag"]
    assert isinstance(first, Timeline)
    assert isinstance(again, Timeline)
    assert repr(again) == repr(first)
    assert scene(again).file() == scene(first).file()


def test_without_time_or_engines_a_page_says_how_to_get_a_picture(root: Path) -> None:
    catalog = compiled(root)
    assert pictures.evaluated(root, catalog, None, None) == {}
    bare = page(catalog, "scenarios/eu-falls-behind")
    assert "driftbook engines" in bare
    assert "Verdict: **not evaluated**" in bare
    assert "driftbook engines" in page(catalog, "invariants/orders-lag")
    later = pictures.evaluated(root, catalog, real_engines(), None)
    assert later == {("eu-falls-behind", "orders-lag"): pictures.LATER}
    said = page(catalog, "scenarios/eu-falls-behind", Evidence(pictures=later))
    assert "There is no picture. It has not been evaluated yet" in said


def test_a_scenario_that_cannot_be_evaluated_stops_nothing(root: Path) -> None:
    catalog = compiled(root)
    good = catalog.scenarios["eu-falls-behind"]
    bad = replace(good, name="bad", series={'orders_replication_lag_seconds{region="x"': "1x5"})
    both = replace(catalog, scenarios={"bad": bad, good.name: good})
    found = pictures.evaluated(root, both, real_engines(), lambda what, done, of: None)
    assert isinstance(found[good.name, "orders-lag"], Timeline)
    assert str(found["bad", "orders-lag"]).startswith("promtool could not evaluate it")
    text = page(both, "scenarios/bad", Evidence(pictures=found))
    assert "promtool could not evaluate it" in text
    assert "| bad" not in text


# --- scenario pages ------------------------------------------------------------------------------


def test_a_scenario_tells_whether_each_expectation_came_true(catalog: Catalog) -> None:
    text = page(catalog, "scenarios/eu-falls-behind", told())
    assert "Verdict: **as expected**" in text
    assert "1.  After 10 min: a link breaks" not in text  # notes of the catalog, which has none
    rows = [line for line in text.split("## What is expected")[1].split("\n") if "0 min |" in line]
    assert [row.split("|")[-2].strip() for row in rows] == ["yes", "yes"]
    wrong = replace(DRAWN, expected=(DRAWN.expected[0], (2400.0, "late", False)))
    failed = Evidence(pictures={("eu-falls-behind", "orders-lag"): wrong})
    text = page(catalog, "scenarios/eu-falls-behind", failed)
    assert "Verdict: **NOT as expected**" in text
    assert text.count("<strong>NO</strong>") == 1
    assert "NOT as expected" in page(catalog, "scenarios", failed)
    assert "NOT as expected: mid from 20m" in page(catalog, "invariants/orders-lag", failed)
    assert "as expected" in page(catalog, "scenarios", told())


def test_the_reference_scenarios_all_have_a_part_for_each_invariant() -> None:
    catalog = compiled(ROOT)
    for scenario in catalog.scenarios.values():
        text = page(catalog, f"scenarios/{scenario.name}")
        assert [name for name in scenario.invariants if f"{{ #in-{name} }}" not in text] == []
        assert len(re.findall(r"^\| .* not evaluated \|$", text, re.M)) == len(scenario.expect)


# --- history on pages ----------------------------------------------------------------------------


def history(count: int, **more: str) -> History:
    found = tuple(
        Change(
            n,
            f"{n:040x}",
            f"2026-03-{28 - n:02d}",
            "Ada",
            f"Why {n}",
            (f"late: {n} s → {n + 1} s",),
        )
        for n in range(count)
    )
    return History({("invariant", "orders-lag"): found}, **more)


def test_history_says_what_by_whom_and_why_and_links_to_the_commit(catalog: Catalog) -> None:
    catalog = replace(catalog, repo_url="https://git.cosmiccart.example/sre/consistency")
    text = page(catalog, "invariants/orders-lag", Evidence(history=history(2)))
    link = f"https://git.cosmiccart.example/sre/consistency/commit/{1:040x}"
    assert f"| [2026-03-27]({link}) | late: 1 s → 2 s | Ada: Why 1 |" in text
    assert "| last changed | 2026-03-28 by Ada |" in text


def test_a_long_history_is_cut_with_a_link_to_all(catalog: Catalog) -> None:
    catalog = replace(catalog, repo_url="https://git.cosmiccart.example/sre/consistency")
    text = page(catalog, "invariants/orders-lag", Evidence(history=history(changes.SHOWN + 3)))
    assert text.count("Ada: Why") == changes.SHOWN
    assert "3 earlier changes, back to" in text
    assert f"/commits/HEAD/{INVARIANT}" in text


def test_a_page_says_why_there_is_no_history(catalog: Catalog) -> None:
    none = Evidence(history=History(lacking="git is not installed"))
    assert "Nothing is known of it: git is not installed." in page(
        catalog, "invariants/orders-lag", none
    )
    shallow = Evidence(history=history(1, begins="2026-03-01"))
    said = page(catalog, "runbooks/replica-behind", shallow)
    assert "History begins on" in said
    assert "this copy of the repository has no older commits" in said


# --- the proof page ------------------------------------------------------------------------------


def proof(verdict: str = "proved", sha: str = "x") -> dict[str, object]:
    entry = {
        "verdict": verdict,
        "rules": {"file": "rules/prometheus/shop/orders-lag.rules.yaml", "sha256": sha},
        "tests": {"file": "rules/tests/shop/orders-lag.test.yaml", "sha256": "y", "cases": 7},
        "stages": {"early": {"fires": 2, "silent": 3}, "late": {"fires": 4, "silent": 5}},
    }
    check = {"says": "promtool accepts every rule file", "verdict": "holds"}
    links = {"says": "every link to a runbook leads to a page and an anchor", "verdict": "holds"}
    return {
        "verdict": verdict,
        "engines": {"promtool": "2.42.0"},
        "checks": {"rules-syntax": check, "links": links},
        "invariants": {"orders-lag": entry},
    }


def test_the_proof_page_says_what_is_proved_and_what_is_not(catalog: Catalog) -> None:
    file = "rules/prometheus/shop/orders-lag.rules.yaml"
    fresh = page(catalog, "proof", Evidence({file: "x"}, proof()))
    assert "### rules-syntax: holds" in fresh
    assert "### links: made after this page is built" in fresh
    assert "`promtool` | 2.42.0" in fresh
    assert "early: 2 fire, 3 silent<br>late: 4 fire, 5 silent" in fresh
    assert "Some invariants were never proved" in fresh  # orders-conflicts
    assert "have changed since" not in fresh.split("## Invariants")[0]
    assert "## What it does not say" in fresh
    stale = page(catalog, "proof", Evidence({file: "z"}, proof()))
    assert "Some rules have changed since they were proved" in stale
    assert "Verdict: **proved, but stale**" in stale
    assert "<strong>out of date</strong>" in stale
    assert "<strong>failed</strong>" in page(catalog, "proof", Evidence({}, proof("failed")))


def test_every_check_of_the_proof_is_explained() -> None:
    real = json.loads((ROOT / names.PROOF).read_bytes())
    text = page(compiled(ROOT), "proof", Evidence({}, real))
    for name, check in real["checks"].items():
        part = text.split(f"{{ #check-{name} }}", 1)[1].split("###", 1)[0]
        assert check["says"] in part
        assert len(part) > len(check["says"]) + 60, name


def test_without_a_proof_the_page_says_how_to_make_it(catalog: Catalog) -> None:
    text = page(catalog, "proof")
    assert "There is no proof yet" in text
    assert "## What it does not say" in text


# --- in a browser --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with pictures of everything, built."""
    root = write_files(tmp_path_factory.mktemp("drawn"), FILES)
    catalog = compiled(root)
    found = evaluated(root)
    site.write_pages(root, catalog, pictures=found)
    assert site.build(root) == ()
    return root / names.SITE


COLOR = "getComputedStyle(document.querySelector('.db-picture .late-firing')).fill"
PAPER = "getComputedStyle(document.querySelector('.db-picture')).backgroundColor"


@pytest.mark.parametrize("place", ["invariants/orders-lag", "scenarios/eu-falls-behind"])
def test_pictures_follow_the_switch_of_the_page(
    drawn_site: Path, browser: Browser, place: str
) -> None:
    opened = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="light")
    opened.goto((drawn_site / place / "index.html").as_uri())
    assert opened.evaluate(COLOR) == "rgb(179, 38, 30)"
    for _ in range(2):  # from the system's scheme to light, then to dark
        opened.locator("label.md-header__button:visible[for^=__palette]").click()
    assert opened.evaluate("document.body.dataset.mdColorScheme") == "slate"
    assert opened.evaluate(COLOR) == "rgb(255, 138, 128)"
    assert opened.evaluate(PAPER) == "rgb(20, 25, 31)"
    opened.emulate_media(media="print")
    assert opened.evaluate(COLOR) == "rgb(179, 38, 30)"
    assert opened.evaluate(PAPER) == "rgb(255, 255, 255)"
    opened.close()


PIXEL = """async shot => {
  const image = new Image();
  image.src = "data:image/png;base64," + shot;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const drawn = canvas.getContext("2d");
  drawn.drawImage(image, 0, 0);
  return [...drawn.getImageData(image.width / 2, 4, 1, 1).data.slice(0, 3)];
}"""
LIGHT_PAPER, DARK_PAPER = [255, 255, 255], [20, 25, 31]


@pytest.mark.parametrize(("system", "clicks"), [("dark", 1), ("light", 2)])
def test_pictures_of_the_guide_follow_the_switch_too(
    drawn_site: Path, browser: Browser, system: Literal["dark", "light"], clicks: int
) -> None:
    """Its images are files, which know nothing of the page but what the browser tells them."""
    opened = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=system)
    opened.goto((drawn_site / "guide/reference/conditions/growing.html").as_uri())
    picture = opened.locator("article img[src$='.svg']").first

    def paper() -> object:
        return opened.evaluate(PIXEL, base64.b64encode(picture.screenshot()).decode())

    as_system, other = (DARK_PAPER, LIGHT_PAPER) if system == "dark" else (LIGHT_PAPER, DARK_PAPER)
    assert paper() == as_system
    for _ in range(clicks):  # from the system's scheme to light, then to dark
        opened.locator("label.md-header__button:visible[for^=__palette]").click()
    assert paper() == other
    opened.emulate_media(media="print", color_scheme="light")
    assert paper() == LIGHT_PAPER
    opened.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_pictures_have_their_room_before_they_are_drawn(
    drawn_site: Path, browser: Browser, width: int
) -> None:
    opened = browser.new_page(viewport={"width": width, "height": 844})
    opened.goto((drawn_site / "scenarios/eu-falls-behind/index.html").as_uri())
    box = opened.locator(".db-picture svg").first.bounding_box()
    assert box is not None
    assert 300 < box["width"] <= min(width, 640)
    assert box["height"] / box["width"] > 0.5
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert opened.evaluate(over) <= 0
    size = "parseFloat(getComputedStyle(document.querySelector('.db-picture text.dim')).fontSize)"
    scale = box["width"] / 480
    assert 8.5 <= opened.evaluate(size) * scale <= 15
    opened.close()


def test_the_search_does_not_find_what_pictures_say(drawn_site: Path) -> None:
    index = json.loads((drawn_site / "search" / "search_index.json").read_text())
    texts = " ".join(entry["text"] for entry in index["docs"])
    assert "how long it lasts" not in texts
    assert "Neither is to scale" not in texts
    assert "viewBox" not in texts
    assert "1 series, in promtool" not in texts


def test_pages_with_pictures_stay_light(drawn_site: Path) -> None:
    for place in ("invariants/orders-lag", "scenarios/eu-falls-behind"):
        page_text = (drawn_site / place / "index.html").read_text()
        pictured = re.findall(r"<figure.*?</figure>", page_text)
        assert pictured
        assert sum(map(len, pictured)) < 60_000


def test_a_site_without_git_or_engines_is_built_all_the_same(tmp_path: Path) -> None:
    root = write_files(tmp_path, FILES)
    html = built(root, compiled(root))
    assert "not in a git repository" in (html / "invariants/orders-lag/index.html").read_text()
