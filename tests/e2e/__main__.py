"""`make e2e`: every scenario against real servers, several at once, and a report for people."""

import argparse
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from driftbook.errors import FatalError
from e2e import browser, programs, report
from e2e.faults import BROKEN, Scenario
from e2e.made import CATALOG, ROOT, Made, made
from e2e.noise import Noise
from e2e.play import Play, Stopped
from e2e.receiver import Receiver, receiver
from e2e.restarts import CHANGED, RESTARTS, TITLE
from e2e.rows import Row
from e2e.stack import stack

SCENARIOS = (*BROKEN, *RESTARTS)
REPORT = ROOT / ".driftbook" / "e2e-report.md"
AT_ONCE = 6
"""Scenarios that run at once. They mostly wait; a stack costs about a tenth of a core."""


class Run:
    """All scenarios of one call."""

    def __init__(self, folder: Path, told: Receiver) -> None:
        self.folder, self.told = folder, told
        self.noise, self.stop = Noise(), threading.Event()
        self.made = made(folder / "catalog", told.url, {})
        name = "invariants/hosts/clocks-agree.yaml"
        other = (CATALOG / name).read_text(encoding="utf-8").replace(*TITLE)
        self.changed = made(folder / "changed", told.url, {**CHANGED, name: other}, "--no-site")

    def play(self, scenario: Scenario) -> list[Row]:
        """One scenario; its rows, with one more where it could not be played to its end."""
        folder = self.folder / scenario.name
        rows: list[Row] = []
        begun = time.time()
        try:
            with stack(scenario.name, scenario.services, self.made, folder) as running:
                play = Play(scenario.name, running, self.told, self.noise, self.stop, self.changed)
                rows = play.rows
                try:
                    scenario.run(play)
                    play.end()
                finally:
                    if not self.stop.is_set() and not all(row.good for row in rows):
                        say(f"{scenario.name}: logs\n{running.logs()}")
        except Stopped:
            return rows
        except Exception:
            say(f"{scenario.name}: {traceback.format_exc()}")
            rows.append(Row(scenario.name, "", "played to its end", "", "", None, None, "FAILED"))
        bad = [row for row in rows if not row.good]
        verdict = "ok" if not bad else "; ".join(f"{r.what} {r.stage}: {r.verdict}" for r in bad)
        say(f"{scenario.name}: {verdict} ({time.time() - begun:.0f} s)")
        return rows


def main(words: Sequence[str]) -> int:
    """Exit status 0 when everything is as promised, 1 when not, 3 without what it needs."""
    options = _options(words)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        programs.install()
        return _run([s for s in SCENARIOS if not options.only or s.name in options.only], options)
    except FatalError as error:
        say(f"{error}\n{error.hint}")
        return 3
    except KeyboardInterrupt:
        say("ended")
        return 130


def _run(chosen: Sequence[Scenario], options: argparse.Namespace) -> int:
    begun = time.time()
    with tempfile.TemporaryDirectory(prefix="e2e-") as folder, receiver() as told:
        Path(folder).chmod(0o755)  # the servers run as somebody else
        say("compiling and proving the catalog")
        run = Run(Path(folder), told)
        rows = _played(run, chosen, options.workers)
        links = list(browser.opened(run.made, _links(told, run.made)))
    text = report.markdown(rows, links, time.time() - begun)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    print(text)
    if options.document:
        report.document(rows)
    return int(not all(row.good for row in rows) or any(v != "ok" for _, v in links))


def _played(run: Run, chosen: Sequence[Scenario], workers: int) -> list[Row]:
    """The rows of all scenarios in their order. On the way out, all of them are ended."""
    pool = ThreadPoolExecutor(workers)
    futures: list[Future[list[Row]]] = [pool.submit(run.play, one) for one in chosen]
    try:
        return [row for future in futures for row in future.result()]
    finally:
        run.stop.set()
        pool.shutdown(cancel_futures=True)


def _links(told: Receiver, made: Made) -> list[tuple[str, str]]:
    """Invariant and link of everything that was told, each once; of what the site knows."""
    carried = {(t.key[0], t.annotations["runbook_url"]) for t in told.told() if t.key[0]}
    carried |= {(urlsplit(link).path.split("/")[-2], link) for link in told.links()}
    return sorted(pair for pair in carried if pair[0] in made.catalog.invariants)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="e2e", description=__doc__)
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("only", nargs="*", metavar="SCENARIO", help=", ".join(names))
    parser.add_argument("--workers", type=int, default=AT_ONCE, help="scenarios at once")
    parser.add_argument("--document", action="store_true", help="write what was measured to docs/")
    options = parser.parse_args(words)
    if unknown := set(options.only) - set(names):
        parser.error(f"no scenario {', '.join(sorted(unknown))}")
    return options


def say(text: str) -> None:
    """A line for who watches."""
    print(f"e2e: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
