"""What was expected and what was seen, for people."""

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from e2e.rows import Row

HEAD = ("fault", "what", "stage", "receiver", "within", "after", "shown", "`for`", "told", "")
ABOUT = """\
Times in seconds, from the fault or from the recovery. *within*: what the catalog implies, bound +
scrape + evaluation + `for` + `group_wait`, or `group_interval` for the end of an alert. *after*:
when the receiver was told. Its parts: *shown*, until the alert was pending; *for*, until it fired;
*told*, until the notification was there.
"""


PAGE = Path(__file__).resolve().parents[2] / "docs/reference/end-to-end.md"
_MEASURED = re.compile(r"(<!-- measured: .* -->\n).*(<!-- end -->)", re.DOTALL)
_COLUMNS = ("scenario", "invariant", "stage", "within", "told", "shown", "`for`", "group")


def document(rows: Sequence[Row]) -> None:
    """Writes what was told, and when, into the page of the documentation."""
    told = [row for row in rows if row.grouped is not None and row.within is not None]
    lines = [_line(_COLUMNS), _line(["---"] * len(_COLUMNS))]
    for row in told:
        times = (row.within, row.seen, row.shown, row.held, row.grouped)
        words = (row.scenario, row.what.replace(": firing", ""), row.stage)
        lines.append(_line([*words, *("" if t is None else f"{t:.1f}" for t in times)]))
    text = PAGE.read_text(encoding="utf-8")
    new = _MEASURED.sub(lambda found: f"{found[1]}\n{chr(10).join(lines)}\n\n{found[2]}", text)
    PAGE.write_text(new, encoding="utf-8")


def markdown(rows: Sequence[Row], links: Sequence[tuple[str, str]], took: float) -> str:
    """The whole report."""
    bad = sum(not row.good for row in rows) + sum(verdict != "ok" for _, verdict in links)
    parts = [
        "# End to end\n",
        f"{'Everything is as promised' if not bad else f'{bad} things are NOT as promised'}. "
        f"{machine()}, {took / 60:.1f} minutes.\n",
        ABOUT,
        *(_scenario(name, rows) for name in dict.fromkeys(row.scenario for row in rows)),
        "## Links\n",
        "\n".join(f"- <{link}>: {verdict}" for link, verdict in links) + "\n",
    ]
    return "\n".join(parts)


def machine() -> str:
    """What it ran on."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def _scenario(name: str, rows: Sequence[Row]) -> str:
    lines = [f"## {name}\n", _line(HEAD), _line(["---"] * len(HEAD))]
    lines += [_line(_cells(row)) for row in rows if row.scenario == name]
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> list[str]:
    times = (row.within, row.seen, row.shown, row.held, row.grouped)
    words = [row.fault, row.what, row.stage, row.receiver.removeprefix("driftbook-")]
    return [*words, *("" if t is None else f"{t:.1f}" for t in times), row.verdict]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
