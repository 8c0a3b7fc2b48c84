"""The command `driftbook site --serve` in a process of its own, and edits of its catalog."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Served:
    """A running `driftbook site --serve`. said: its output so far."""

    process: "subprocess.Popen[str]"
    root: Path
    address: str
    said: list[str]

    def edit(self, file: str, old: str, new: str) -> None:
        """Saves a file as an editor does: a new file takes the place of the old one."""
        path = self.root / file
        text = path.read_text()
        assert old in text
        staged = path.with_suffix(".swp")
        staged.write_text(text.replace(old, new))
        staged.replace(path)

    def end(self) -> int:
        """Presses Ctrl-C; the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


@contextlib.contextmanager
def serving(root: Path, *more: str) -> Iterator[Served]:
    """The installed command in a process of its own, on a port that the system chooses."""
    process = subprocess.Popen(
        [sys.executable, "-m", "driftbook", "-C", str(root), "site", "--serve", "--port=0", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("serving on "):
            break
    assert said, "it ended without a word"
    assert said[-1].startswith("serving on "), said
    reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
    reader.start()
    try:
        yield Served(process, root, said[-1].split()[-1], said)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        reader.join()
