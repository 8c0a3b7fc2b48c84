"""What tests share: sites that are built once, a browser without network, no clock on examples."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

import browsing
import chromium
from sample import FILES, compiled, write_files

# Speed is measured in bench/; how long one example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example catalog with its site, in a folder without `site/`. Not to be changed."""
    root = write_files(tmp_path_factory.mktemp("small"), FILES)
    browsing.built(root, compiled(root))
    return root


@pytest.fixture(scope="session")
def searchable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference catalog's site, built elsewhere. Not to be changed."""
    return browsing.reference(tmp_path_factory.mktemp("searchable"))


@pytest.fixture(scope="session")
def reference(searchable: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with nothing to be found by the search, whose index costs more than a page."""
    return browsing.unsearchable(searchable, tmp_path_factory.mktemp("reference") / "html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; one for each module, because it keeps an event loop of its own running."""
    found = chromium.find()
    assert found, "run `make test`, which fetches Chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A phone's page on which any request but to files and the local server fails the test."""
    opened = browser.new_page(viewport={"width": 390, "height": 844})
    with browsing.offline(opened):
        yield opened
    opened.close()
