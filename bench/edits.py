"""From saving an invariant of the reference catalog to the new text in a browser.

`python bench/edits.py [EDITS]` prints the seconds of each edit. The page reloads by itself; what
is measured is what a person sees: noticing the edit, compiling, writing, rendering, painting.
"""

import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tests"))

import browsing  # noqa: E402  # helpers of the tests, which are no package
import chromium  # noqa: E402
from serving import Served, serving  # noqa: E402

FILE = "invariants/cart/cart-replication-lag.yaml"
PAGE = "invariants/cart-replication-lag/"
AT_MOST = 2.0
"""Seconds: the promise."""


def edit(served: Served, page: Page, old: str, new: str) -> float:
    """Seconds until the browser shows another title."""
    start = time.perf_counter()
    served.edit(FILE, f"title: {old}", f"title: {new}")
    page.wait_for_function(
        "text => document.querySelector('h1')?.innerText.startsWith(text)", arg=new, timeout=60_000
    )
    return time.perf_counter() - start


def main(edits: int = 5) -> None:
    """Measures, prints, and fails where half of the edits took longer than promised."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root = browsing.copied(HERE.parent, Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        with serving(root) as served:
            page = browser.new_page()
            page.goto(served.address + PAGE)
            page.wait_for_load_state("networkidle", timeout=120_000)  # the search has its index
            titles = [page.locator("h1").inner_text().rstrip("¶")]
            titles += [f"Edited for the {n + 1}th time" for n in range(edits)]
            found = [edit(served, page, *pair) for pair in pairwise(titles)]
        browser.close()
    print("saved to shown, s:", " ".join(f"{seconds:.2f}" for seconds in found))
    print(f"median {statistics.median(found):.2f} s, at most {AT_MOST:g} s")
    sys.exit(statistics.median(found) > AT_MOST)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
