"""Engines are found on PATH, then in the project's folder; fetching them needs no root."""

import os
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from driftbook.commands import engines as command
from driftbook.errors import Exit, FatalError
from driftbook.prove import debian, engines
from proving import real_engines


def program(folder: Path, name: str, says: str, status: int = 0) -> Path:
    """A program that prints something and ends."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    path.chmod(0o755)
    return path


def four(folder: Path, version: str = "9.8.7") -> None:
    """Programs that answer as the four engines do."""
    for name in engines.PROGRAMS:
        program(folder, name, f"{name}, version {version}+ds (branch: x)")


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH with one folder, which holds nothing yet but what `sh` needs."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_nothing_is_found_where_nothing_is(path: Path, tmp_path: Path) -> None:
    assert engines.find(tmp_path) is None
    assert set(engines.look(tmp_path)) == set(engines.PROGRAMS)
    with pytest.raises(FatalError, match="promtool, amtool, prometheus, alertmanager"):
        engines.require(tmp_path)


def test_they_are_found_in_the_project(path: Path, tmp_path: Path) -> None:
    four(engines.folder(tmp_path))
    found = engines.find(tmp_path)
    assert found is not None
    assert found.versions() == dict.fromkeys(engines.PROGRAMS, "9.8.7")


def test_path_comes_first(path: Path, tmp_path: Path) -> None:
    four(engines.folder(tmp_path))
    program(path, "promtool", "promtool, version 1.2.3")
    found = engines.require(tmp_path)
    assert found.promtool.path == path / "promtool"
    assert found.promtool.version == "1.2.3"
    assert found.amtool.version == "9.8.7"


def test_debians_name_of_alertmanager(path: Path, tmp_path: Path) -> None:
    four(path)
    (path / "alertmanager").rename(path / "prometheus-alertmanager")
    assert engines.require(tmp_path).alertmanager.path.name == "prometheus-alertmanager"


@pytest.mark.parametrize(
    ("says", "status"),
    [("amtool, version 1.2.3", 0), ("promtool, version 1.2.3", 1), ("Segmentation fault", 0)],
)
def test_what_does_not_run_is_passed_over(
    path: Path, tmp_path: Path, says: str, status: int
) -> None:
    program(path, "promtool", says, status)
    assert engines.look(tmp_path)["promtool"] is None
    four(engines.folder(tmp_path))
    assert engines.require(tmp_path).promtool.path == engines.folder(tmp_path) / "promtool"


def test_a_broken_one_is_not_called_missing(path: Path, tmp_path: Path) -> None:
    four(path)
    program(path, "amtool", "no such library", 3)
    (path / "promtool").write_bytes(b"\x7fELF" + bytes(60))
    with pytest.raises(FatalError) as fault:
        engines.require(tmp_path)
    said = str(fault.value)
    assert f"{path / 'promtool'} is broken: " in said
    assert "Exec format error" in said
    assert f"{path / 'amtool'} is broken: no such library (exit status 3)" in said
    assert "not found" not in said


def test_the_command_names_a_broken_one(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    four(engines.folder(tmp_path))
    program(engines.folder(tmp_path), "amtool", "no such library", 3)
    assert command.run(tmp_path, Console(width=200), fetch=False) == Exit.ENVIRONMENT
    text = capsys.readouterr().out
    assert f"{engines.folder(tmp_path) / 'amtool'} is broken: no such library" in text


def test_a_users_folder_has_no_makefile(tmp_path: Path) -> None:
    assert "make" not in engines.how_to_get(tmp_path)


def test_without_debians_tools_it_says_how_to_get_them(path: Path, tmp_path: Path) -> None:
    assert "brew install prometheus alertmanager" in engines.how_to_get(tmp_path)
    with pytest.raises(FatalError, match="apt-get and dpkg-deb"):
        engines.install(tmp_path, print)


def test_the_command_lists_what_is_missing(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(path, "amtool", "amtool, version 1.2.3")
    assert command.run(tmp_path, Console(width=200), fetch=False) == Exit.ENVIRONMENT
    said = capsys.readouterr().out
    assert "amtool        1.2.3" in said
    assert "promtool      not found" in said


def test_installing_again_does_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    four(engines.folder(tmp_path))
    monkeypatch.setattr(debian, "unpacked", None)  # calling it would raise
    assert engines.install(tmp_path, print) == engines.require(tmp_path)


def test_a_failed_download_leaves_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("apt-get", "apt-cache", "dpkg-deb"):
        program(path, name, "E: Could not resolve host", 100)
    with pytest.raises(FatalError, match="Could not resolve host") as caught:
        engines.install(tmp_path, lambda text: None)
    assert caught.value.hint
    assert [p for p in tmp_path.rglob("*") if p.parent != path and p != path] == [
        tmp_path / ".engines"
    ]


def test_alertmanagers_files_are_found_below_where_it_starts(tmp_path: Path) -> None:
    share = tmp_path / "usr/share/prometheus/alertmanager"
    share.mkdir(parents=True)
    (share / "default.tmpl").write_text("{{ x }}")
    picked = tmp_path / "picked"
    picked.mkdir()
    (picked / "alertmanager").write_bytes(b"ab" + engines.SHARE + b"/ui" + engines.SHARE)
    engines._move_share(tmp_path)
    moved = (picked / "alertmanager").read_bytes()
    assert moved == b"ab" + engines.MOVED + b"/ui" + engines.MOVED
    assert len(engines.MOVED) == len(engines.SHARE)
    assert os.path.normpath(engines.MOVED.decode()) == engines.SHARE_NAME
    assert (picked / "share" / "default.tmpl").is_file()


def test_the_real_ones_run() -> None:
    for engine in real_engines().all():
        done = subprocess.run(
            [engine.path, "--version"], capture_output=True, text=True, check=True
        )
        assert engine.version in done.stdout + done.stderr
