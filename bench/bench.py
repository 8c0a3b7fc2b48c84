"""What driftbook costs, as ratios measured side by side in one run (`make bench`).

Machines are noisy, so nothing here is a time limit: each row compares two things that were done
one after the other on the same machine, with fresh processes, and takes the best of some runs.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

import catalogs
import document
from driftbook.prove import engines

HERE = Path(__file__).parent
SIZES = (100, 1_000, 10_000)
EDITED = "invariants/service-0/lag-0.yaml"


@dataclass(frozen=True, slots=True)
class Row:
    """A claim: its measure has to be at most the limit."""

    claim: str
    measured: str
    ratio: float
    limit: float

    @property
    def holds(self) -> bool:
        return self.ratio <= self.limit


def job(name: str, root: Path) -> dict[str, float]:
    """One job of `jobs.py` in a process of its own: seconds and MiB."""
    done = subprocess.run(
        [sys.executable, HERE / "jobs.py", name, root], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def best(times: int, measure: Callable[[], float]) -> float:
    """The least of some runs, in seconds."""
    return min(measure() for _ in range(times))


def cold(root: Path) -> dict[str, float]:
    """Compile to written output, with nothing there and nothing remembered."""
    for folder in ("rules", ".driftbook"):
        shutil.rmtree(root / folder, ignore_errors=True)
    return job("compile", root)


def promtool(root: Path, engine: Path) -> float:
    """Seconds that `promtool check rules` needs for the rules below root."""
    files = sorted(str(p) for p in (root / "rules/prometheus").rglob("*.rules.yaml"))
    start = time.perf_counter()
    subprocess.run([engine, "check", "rules", *files], capture_output=True, check=True)
    return time.perf_counter() - start


def edit(root: Path, turn: int) -> None:
    """Another bound in one file."""
    path = root / EDITED
    text = path.read_text()
    at = text.index("above: 25") if "above: 25" in text else text.index("above: 26")
    path.write_text(f"{text[:at]}above: {25 + turn % 2}{text[at + 9 :]}")


def rebuild(root: Path, turn: int) -> dict[str, float]:
    """Compile and write again after one edited file."""
    edit(root, turn)
    return job("compile", root)


def rows(root: Path, engine: Path, console: Console) -> list[Row]:
    """Every claim, measured."""
    found: list[Row] = []
    compiled: dict[int, float] = {}
    for size in SIZES:
        console.print(f"measuring {size} invariants …", style="dim")
        folder = catalogs.write(root / str(size), size)
        runs = 3 if size < 10_000 else 1
        results = [cold(folder) for _ in range(runs)]
        compiled[size] = min(r["seconds"] for r in results)
        checked = best(runs, lambda folder=folder: promtool(folder, engine))
        found.append(
            Row(
                f"{size} invariants: compile against `promtool check rules`",
                f"{compiled[size]:.2f} s : {checked:.2f} s",
                compiled[size] / checked,
                1.0,
            )
        )
        again = min(rebuild(folder, turn)["seconds"] for turn in range(runs + 1))
        found.append(
            Row(
                f"{size} invariants: one edited file against all",
                f"{again:.2f} s : {compiled[size]:.2f} s",
                again / compiled[size],
                0.15,
            )
        )
        memory = max(r["mebibytes"] for r in results)
    found.append(Row("10,000 invariants: peak memory", f"{memory:.0f} MiB", memory / 1024, 1.0))
    for small, large in pairwise(SIZES):
        found.append(
            Row(
                f"{large} invariants against {small}",
                f"{compiled[large]:.2f} s : {compiled[small]:.2f} s",
                compiled[large] / compiled[small],
                11.0,
            )
        )
    folder = root / "1000"
    shutil.rmtree(folder / ".driftbook", ignore_errors=True)
    validate = best(3, lambda: job("validate", folder)["seconds"])
    plain = best(3, lambda: job("yaml", folder)["seconds"])
    measured = f"{validate:.2f} s : {plain:.2f} s"
    found.append(
        Row("1,000 documents: validate against yaml.CSafeLoader", measured, validate / plain, 2.0)
    )
    return found


def page(found: list[Row], processor: str) -> str:
    """The table as a page of the documentation."""
    lines = ["| claim | measured | ratio | at most | holds |", "|---|---|---|---|---|"]
    for row in found:
        holds = "yes" if row.holds else "**no**"
        figures = f"{row.measured} | {row.ratio:.2f} | {row.limit:g} | {holds}"
        lines.append(f"| {row.claim} | {figures} |")
    return (HERE / "page.md").read_text().format(table="\n".join(lines), processor=processor)


@click.command()
@click.option("--markdown", type=click.Path(path_type=Path), help="Also write a page of the docs.")
def main(markdown: Path | None) -> None:
    """Measure driftbook on catalogs of 100, 1,000 and 10,000 invariants, and print a table."""
    console = Console()
    engine = engines.require(HERE.parent).promtool.path
    with tempfile.TemporaryDirectory() as folder:
        found = rows(Path(folder), engine, console)
    table = Table(box=None)
    for title in ("claim", "measured", "ratio", "at most", "holds"):
        table.add_column(title)
    for row in found:
        cells = (row.claim, row.measured, f"{row.ratio:.2f}", f"{row.limit:g}")
        table.add_row(*cells, "yes" if row.holds else "[red]no[/]")
    console.print(table)
    if markdown:
        cores = f"Python {platform.python_version()} on {os.cpu_count()} cores"
        document.replace(markdown, page(found, cores))


if __name__ == "__main__":
    main()
