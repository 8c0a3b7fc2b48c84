"""Pictures in the documentation: taken anew here, and each shows what it is meant to show.

Pixels are not compared, because fonts and their smoothing differ between machines. What is: the
texts within the window, that there are colours, and the size beside that of the committed file.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from PIL import Image
from playwright.sync_api import Browser

import screenshots
from browsing import served
from driftbook.emit.pages import guide
from sample import ROOT
from screenshots import SHOTS, Shot

KIB = 1024
FOLDER = ROOT / "docs" / "screenshots"
PAGES = (ROOT / "README.md", ROOT / "docs" / "tour.md")
SHOWN = re.compile(r'!\[([^\]]+)\]\(([^)]+)\)|<img src="([^"]+)" alt="([^"]+)"')
every_shot = pytest.mark.parametrize("shot", SHOTS, ids=[shot.name for shot in SHOTS])


@pytest.fixture(scope="module")
def address(reference: Path) -> Iterator[str]:
    with served(reference) as made:
        yield made


@every_shot
def test_a_picture_shows_its_page(
    browser: Browser, address: str, tmp_path: Path, shot: Shot
) -> None:
    assert screenshots.take(browser, address, shot, tmp_path) == []
    with Image.open(tmp_path / f"{shot.name}.png") as made:
        colours = made.getcolors()
        assert colours
        assert len(colours) > 20
        assert max(count for count, _ in colours) < 0.97 * made.width * made.height
        with Image.open(FOLDER / f"{shot.name}.png") as committed:
            assert committed.size == made.size, "run: make docs"


def test_the_folder_holds_these_and_is_light() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert set(sizes) == {f"{shot.name}.png" for shot in SHOTS}, "run: make docs"
    assert max(sizes.values()) < 120 * KIB
    assert sum(sizes.values()) < 1024 * KIB


def shown() -> dict[Path, str]:
    """Pictures that the pages show, and what stands in their place for who cannot see them."""
    found: dict[Path, str] = {}
    for page in PAGES:
        for words, target, source, alternative in SHOWN.findall(page.read_text(encoding="utf-8")):
            found[(page.parent / (target or source)).resolve()] = words or alternative
    return found


def test_every_picture_is_shown_and_put_into_words() -> None:
    pictures = shown()
    assert set(pictures) >= {FOLDER / f"{shot.name}.png" for shot in SHOTS}
    for path, words in pictures.items():
        assert path.is_file(), path
        assert len(words.split()) > 4, path


def test_a_site_and_the_wheel_carry_no_pictures_of_a_site() -> None:
    """The wheel names its parts of `docs/`; all that a site's guide is made of is among them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for source, target in parts.items():
        assert target == f"driftbook/{source}"
        assert not list((ROOT / source).rglob("*.png"))
    guides = [path for path, _ in guide.documentation()]
    assert "tour.md" not in guides
    drawn = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.svg")]
    for path in [*guides, *drawn]:
        whole = PurePosixPath("docs", path)
        assert any(str(p) in parts for p in (whole, *whole.parents)), path
