"""Engine processes end with the work that needs them, however that ends."""

import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from driftbook.errors import FatalError
from driftbook.prove.workers import Workers, shares


def alive(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0]


def test_output_and_status(tmp_path: Path) -> None:
    with Workers() as workers:
        ran = workers.run(["sh", "-c", "echo out; echo err >&2; exit 3"], tmp_path)
    assert (ran.code, ran.text) == (3, "out\nerr\n")


def test_what_cannot_start_is_the_environments_fault(tmp_path: Path) -> None:
    with Workers() as workers, pytest.raises(FatalError, match="cannot start"):
        workers.run(["./nowhere"], tmp_path)


def test_what_hangs_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()
    with Workers() as workers, pytest.raises(FatalError, match=r"did not finish within 0 s"):
        workers.run(["sleep", "60"], tmp_path, timeout=0.2)
    assert time.monotonic() - started < 30


def test_a_failure_ends_what_runs_beside_it(tmp_path: Path) -> None:
    def work(command: list[str]) -> None:
        workers.run(command, tmp_path)

    started = time.monotonic()
    with pytest.raises(FatalError), Workers(2) as workers:  # the pool is the test
        list(workers.each(work, [["sleep", "60"], ["./nowhere"]]))
    assert time.monotonic() - started < 30


def test_a_server_ends_with_its_block(tmp_path: Path) -> None:
    with Workers() as workers:
        with workers.serve(["sleep", "60"], tmp_path, dict(os.environ)) as process:
            assert alive(process.pid)
        assert not alive(process.pid)


def test_ctrl_c_leaves_no_engine_behind(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from driftbook.prove.workers import Workers
def work(number):
    workers.run(["sh", "-c", f"echo $$ > pid{{number}}; exec sleep 60"], Path({str(tmp_path)!r}))
with Workers(2) as workers:
    list(workers.each(work, [1, 2]))
"""
    # A shell that starts the tests in the background lets them ignore Ctrl-C.
    listening = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(
        [sys.executable, "-c", script], stderr=subprocess.PIPE, preexec_fn=listening
    )
    files = [tmp_path / "pid1", tmp_path / "pid2"]
    deadline = time.monotonic() + 60
    while not all(f.exists() and f.read_text().strip() for f in files):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert not any(alive(int(f.read_text())) for f in files)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv of util-linux")
def test_a_server_ends_with_a_killed_driftbook(tmp_path: Path) -> None:
    script = f"""
import os, time
from pathlib import Path
from driftbook.prove.workers import Workers
folder = Path({str(tmp_path)!r})
def work(number):
    with workers.serve(["sleep", "60"], folder, dict(os.environ)) as process:
        (folder / "pid").write_text(str(process.pid))
        time.sleep(60)
with Workers(2) as workers:
    list(workers.each(work, [1]))
"""
    process = subprocess.Popen([sys.executable, "-c", script])
    pid, deadline = tmp_path / "pid", time.monotonic() + 60
    while not (pid.exists() and pid.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.kill()
    process.wait()
    while alive(int(pid.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("count", "workers", "most", "sizes"),
    [(0, 2, 8, []), (1, 2, 8, [1]), (5, 2, 8, [3, 2]), (40, 2, 8, [8] * 5), (4, 9, 8, [1] * 4)],
)
def test_shares(count: int, workers: int, most: int, sizes: list[int]) -> None:
    dealt = shares(list(range(count)), workers, most)
    assert [len(hand) for hand in dealt] == sizes
    assert [item for hand in dealt for item in hand] == list(range(count))
