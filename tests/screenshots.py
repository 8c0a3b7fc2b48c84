"""Pictures of the main kinds of pages, for the documentation.

`make docs` runs this file as a script, which writes all of them into a folder; the tests take the
same ones. They need no network: the site is built from the reference catalog, and served here.
"""

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import browsing
import chromium

SCALE = 1.5
"""Pixels of a phone's picture for each of the page: it is shown small, and stays readable."""
LABELS = "source_region=us-east-1&target_region=eu-west-2&cluster=shop-1"
LAG = "invariants/cart-replication-lag/"
MESSAGE = """\
CartReplicationLag   2026-03-02 02:14:00 UTC  eu-west-2 is 31s behind us-east-1.  active
CartHintBacklog      2026-03-02 02:16:30 UTC  Hints wait on 3 nodes.              active
"""


def paste_two(page: Page) -> None:
    """Two alerts into the box of the front page, which offers both."""
    browsing.paste(page, MESSAGE)
    page.locator("#db-paged-list li").nth(1).wait_for()


def nothing(page: Page) -> None:
    """Most pages are shown as they open."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture. address: below the site, with query and anchor. shows: texts that must be in it.

    width and height: of the window. first: what is done before the picture is taken.
    """

    name: str
    address: str
    shows: tuple[str, ...]
    width: int = 1280
    height: int = 800
    scheme: str = "light"
    first: Callable[[Page], None] = nothing

    @property
    def scale(self) -> float:
        """Pixels of the picture for each of the window."""
        return SCALE if self.width < 600 else 1


SHOTS = (
    Shot(
        "landing",
        "",
        ("I was paged", "CartReplicationLag", "CartHintBacklog"),
        height=560,
        first=paste_two,
    ),
    Shot(
        "late-on-a-phone",
        f"{LAG}?{LABELS}#late",
        ("Cart replicas stay within 10 s", "Filled in from the alert", "What is wrong."),
        *(390, 844),
    ),
    Shot(
        "mid-on-a-desk",
        f"{LAG}?{LABELS}#mid",
        ("Cart replicas stay within 10 s", "Filled in from the alert", "What to do now."),
        height=960,
        scheme="dark",
    ),
    Shot("stages", f"{LAG}#thresholds", ("Stages", "fires when", "who is told"), height=900),
    Shot(
        "scenario",
        "scenarios/eu-west-2-falls-behind/",
        ("One region pair drifts away", "as expected", "late above 25 s"),
        height=1000,
        scheme="dark",
    ),
    Shot(
        "receiver",
        "receivers/driftbook-cart-early/",
        ("driftbook-cart-early", "Hours", "first message"),
        height=760,
    ),
    Shot(
        "inhibition",
        "inhibition/",
        ("What hides what", "nothing of another region"),
        *(390, 812),
        scheme="dark",
    ),
    Shot(
        "contract",
        "datasets/cart-items/",
        ("Items in shopping carts", "Contract", "Promised and watched by nothing:"),
        height=660,
    ),
    Shot("coverage", "coverage/", ("Coverage", "bounded-staleness", "GAP")),
    Shot("proof", "proof/", ("Proof", "proved", "times a stage is seen to fire"), height=660),
)


def take(browser: Browser, site: str, shot: Shot, folder: Path) -> list[str]:
    """Writes `<name>.png` into a folder; gives the texts that should be in it and are not.

    site: the address at which the built site is served.
    """
    with browsing.opened(
        browser,
        viewport={"width": shot.width, "height": shot.height},
        device_scale_factor=shot.scale,
        color_scheme=shot.scheme,
        reduced_motion="reduce",
    ) as page:
        page.goto(site + shot.address)
        page.wait_for_timeout(200)  # the table of contents marks where one is
        shot.first(page)
        drawn = page.screenshot(animations="disabled", caret="hide")
        missing = [text for text in shot.shows if not _in_view(page, text)]
    with Image.open(io.BytesIO(drawn)) as image:
        # A palette takes a third of the bytes; chosen this way it keeps the rare colours of stages.
        few = image.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        few.save(folder / f"{shot.name}.png", optimize=True)
    return missing


def _in_view(page: Page, text: str) -> bool:
    """Whether an element with a text lies within the window, below the bar at its top."""
    size = page.viewport_size
    bar = page.locator(".md-header").bounding_box()
    assert size
    assert bar
    for found in page.get_by_text(text).all():
        box = found.bounding_box() if found.is_visible() else None
        if box and box["x"] >= 0 and box["x"] + box["width"] <= size["width"]:
            top, bottom = box["y"], box["y"] + box["height"]
            if bar["height"] <= top and bottom <= size["height"]:
                return True
    return False


def write(folder: Path) -> None:
    """All pictures, and no other PNG, into a folder."""
    found = chromium.find()
    if not found:
        sys.exit("no Chromium found: run make browser")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as root, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        with browsing.served(browsing.reference(Path(root))) as site:
            for shot in SHOTS:
                missing = take(browser, site, shot, folder)
                print(f"{folder}/{shot.name}.png", *(f"lacks {text!r}" for text in missing))
        browser.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
