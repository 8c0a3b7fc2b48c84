"""A Markdown document as a walk: files to write, commands to run, and what they print.

A fence with a `title` is a file; where driftbook has made that file already, the fence shows how it
begins. A fence of `sh` is run, line by line; a fence of `text` right after it is what it prints. A
fence of `bash` is for readers only.

    python tests/walkthrough.py FILE    runs the walk and writes the real outputs into the file
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from driftbook import names

ROOT = Path(__file__).resolve().parent.parent
_FENCE = re.compile(r"^(`{3,})(\w*)([^\n]*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Fence:
    """start, end: characters of the body in the document."""

    language: str
    attributes: dict[str, str]
    body: str
    start: int
    end: int


def fences(text: str) -> list[Fence]:
    """The fenced blocks of a document."""
    return [
        Fence(m[2], dict(_ATTRIBUTE.findall(m[3])), m[4], m.start(4), m.end(4))
        for m in _FENCE.finditer(text)
    ]


def environment() -> dict[str, str]:
    """With the installed driftbook, the project's engines, and a terminal of fixed width."""
    path = [str(Path(sys.executable).parent), str(ROOT / ".engines/bin"), os.environ["PATH"]]
    return {**os.environ, "PATH": os.pathsep.join(path), "COLUMNS": "80", "NO_COLOR": "1"}


def run(command: str, folder: Path) -> tuple[int, str]:
    """Status of a command, and what it prints to its standard output."""
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment(), capture_output=True, text=True
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def walk(text: str, folder: Path) -> Iterator[tuple[Fence, str]]:
    """Does what the document says; yields every shown output with the real one."""
    printed: str | None = None
    status = 0
    for fence in fences(text):
        path = folder / fence.attributes.get("title", "")
        if fence.language == "text" and printed is not None:
            yield fence, printed
            status = 0
        assert status == 0, f"a command before {fence.body!r} failed"
        printed = None
        if fence.language == "sh":
            done = [run(line, folder) for line in fence.body.splitlines()]
            status, printed = max(code for code, _ in done), "".join(out for _, out in done)
        elif path.is_file() and names.MARK in path.read_text(encoding="utf-8"):
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            yield fence, "".join(lines[: max(fence.body.count("\n"), 10)])
        elif path != folder:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fence.body, encoding="utf-8")


def refreshed(text: str) -> str:
    """The document with the real outputs in it."""
    with tempfile.TemporaryDirectory() as folder:
        made = list(walk(text, Path(folder)))
    for fence, real in reversed(made):
        text = text[: fence.start] + real + text[fence.end :]
    return text


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(refreshed(document.read_text(encoding="utf-8")), encoding="utf-8")
