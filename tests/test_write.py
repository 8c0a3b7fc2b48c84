"""Writing: atomic, only what changed, pruned, and never over a file of somebody else."""

from pathlib import Path

import pytest

from driftbook import names, write
from driftbook.emit.artifact import Artifact
from driftbook.errors import FatalError

FOLDERS = ("rules/prometheus",)
MARK = f"# {names.header('invariants/x.yaml')}\n"


def _artifact(name: str, body: str = "groups: []\n") -> Artifact:
    return Artifact(f"rules/prometheus/{name}", MARK + body)


def test_a_second_write_changes_nothing(tmp_path: Path) -> None:
    artifacts = [_artifact("a/one.rules.yaml"), _artifact("two.rules.yaml")]
    first = write.write(tmp_path, artifacts, FOLDERS)
    stamps = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.yaml")}
    second = write.write(tmp_path, artifacts, FOLDERS)
    assert first.added == ("rules/prometheus/a/one.rules.yaml", "rules/prometheus/two.rules.yaml")
    assert not second
    assert stamps == {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.yaml")}


def test_files_of_removed_invariants_go_and_their_empty_folders(tmp_path: Path) -> None:
    write.write(tmp_path, [_artifact("a/one.rules.yaml"), _artifact("two.rules.yaml")], FOLDERS)
    difference = write.write(tmp_path, [_artifact("two.rules.yaml")], FOLDERS)
    assert difference.removed == ("rules/prometheus/a/one.rules.yaml",)
    assert not (tmp_path / "rules/prometheus/a").exists()


def test_hand_written_neighbours_stay(tmp_path: Path) -> None:
    mine = tmp_path / "rules/prometheus/a/mine.rules.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("groups: []\n")
    write.write(tmp_path, [_artifact("a/one.rules.yaml")], FOLDERS)
    write.write(tmp_path, [], FOLDERS)
    assert mine.read_text() == "groups: []\n"
    assert not (tmp_path / "rules/prometheus/a/one.rules.yaml").exists()


def test_a_hand_written_file_in_the_way_stops_the_write(tmp_path: Path) -> None:
    mine = tmp_path / "rules/prometheus/two.rules.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("groups: []\n")
    with pytest.raises(FatalError, match=r"two\.rules\.yaml was not written by driftbook"):
        write.write(tmp_path, [_artifact("one.rules.yaml"), _artifact("two.rules.yaml")], FOLDERS)
    assert [p.name for p in tmp_path.rglob("*.yaml")] == ["two.rules.yaml"]


def test_a_fault_while_staging_leaves_the_old_output(tmp_path: Path) -> None:
    write.write(tmp_path, [_artifact("one.rules.yaml", "old\n")], FOLDERS)

    def failing() -> object:
        yield _artifact("one.rules.yaml", "new\n")
        raise OSError("No space left on device")

    with pytest.raises(FatalError, match="No space left"):
        write.write(tmp_path, failing(), FOLDERS)
    assert (tmp_path / "rules/prometheus/one.rules.yaml").read_text() == MARK + "old\n"
    assert not list((tmp_path / names.STATE).iterdir())


def test_diff_says_what_write_would_do(tmp_path: Path) -> None:
    write.write(tmp_path, [_artifact("one.rules.yaml"), _artifact("two.rules.yaml")], FOLDERS)
    then = [_artifact("two.rules.yaml", "other\n"), _artifact("three.rules.yaml")]
    difference = write.diff(tmp_path, then, FOLDERS)
    assert difference.added == ("rules/prometheus/three.rules.yaml",)
    assert difference.changed == ("rules/prometheus/two.rules.yaml",)
    assert difference.removed == ("rules/prometheus/one.rules.yaml",)
    assert (tmp_path / "rules/prometheus/one.rules.yaml").exists()
