"""What a pid file may name before anything is signalled."""

import os
from pathlib import Path

import pytest

from driftbook.deploy import process
from driftbook.errors import FatalError


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What would have been signalled; these tests signal nothing."""
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *given: told.append(given))
    return told


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A /proc without processes."""
    folder = tmp_path / "proc"
    (folder / "self").mkdir(parents=True)
    monkeypatch.setattr(process, "PROC", folder)
    return folder


def runs(proc: Path, number: int, called: str, comm: str) -> None:
    (proc / str(number)).mkdir()
    (proc / str(number) / "cmdline").write_bytes(called.encode().replace(b" ", b"\0"))
    (proc / str(number) / "comm").write_text(f"{comm}\n")


def pid_file(folder: Path, text: str) -> Path:
    path = folder / "pid"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text", ["-1", "0", "1", "00", "", "\n", "+7", "7_7", "7 8", "0x10", "٧", "1.5", "9" * 40]
)
@pytest.mark.parametrize("known", [True, False])
def test_what_is_no_process_of_a_server(
    tmp_path: Path, proc: Path, sent: list[object], text: str, known: bool
) -> None:
    if not known:
        (proc / "self").rmdir()
    with pytest.raises(FatalError, match="no process id of a server") as caught:
        process.reload(pid_file(tmp_path, text), "Prometheus")
    assert "pid_file" in caught.value.hint
    assert not sent


def test_a_file_that_is_not_there(tmp_path: Path, sent: list[object]) -> None:
    with pytest.raises(FatalError, match="cannot read the pid_file"):
        process.reload(tmp_path / "pid", "Prometheus")
    assert not sent


def test_a_process_that_has_ended(tmp_path: Path, proc: Path, sent: list[object]) -> None:
    with pytest.raises(FatalError, match="names process 4711, which does not run"):
        process.reload(pid_file(tmp_path, "4711\n"), "Prometheus")
    assert not sent


@pytest.mark.parametrize(
    ("server", "called", "comm"),
    [
        ("Prometheus", "/bin/sh ./prometheus.sh", "sh"),
        ("Prometheus", "vim prometheus", "vim"),
        ("Prometheus", "/usr/bin/prometheus-alertmanager", "prometheus-aler"),
        ("Prometheus", "/usr/bin/prometheus-node-exporter", "prometheus-node"),
        ("Alertmanager", "/usr/bin/prometheus", "prometheus"),
        ("vmalert", "/usr/bin/victoria-metrics", "victoria-metric"),
    ],
)
def test_a_stranger_that_got_the_number(
    tmp_path: Path, proc: Path, sent: list[object], server: str, called: str, comm: str
) -> None:
    runs(proc, 4711, called, comm)
    with pytest.raises(FatalError, match=f"process 4711, which is '.*' and not {server}"):
        process.reload(pid_file(tmp_path, "4711"), server)
    assert not sent


@pytest.mark.parametrize(
    ("server", "called", "comm"),
    [
        ("Prometheus", "/usr/bin/prometheus --web.enable-lifecycle", "prometheus"),
        ("Prometheus", "/opt/prometheus-2.53.1", "prometheus-2.53"),
        ("Prometheus", "", "prometheus"),
        ("Alertmanager", "/usr/bin/prometheus-alertmanager", "prometheus-aler"),
        ("Alertmanager", "alertmanager --config.file=a", "alertmanager"),
        ("vmalert", "/vmalert-prod -rule=a", "vmalert-prod"),
    ],
)
def test_the_server_is_signalled(
    tmp_path: Path, proc: Path, sent: list[object], server: str, called: str, comm: str
) -> None:
    runs(proc, 4711, called, comm)
    process.reload(pid_file(tmp_path, "4711\n"), server)
    assert len(sent) == 1


def test_where_nobody_can_tell_the_file_is_trusted(
    tmp_path: Path, proc: Path, sent: list[object]
) -> None:
    (proc / "self").rmdir()
    process.reload(pid_file(tmp_path, "4711"), "vmalert")
    assert len(sent) == 1
