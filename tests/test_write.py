"""Writing: atomic, only what changed, pruned, and never over a file of somebody else."""

import subprocess
import sys
from pathlib import Path

import pytest

from driftbook import names, write
from driftbook.emit.artifact import Artifact
from driftbook.errors import Exit, FatalError

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


@pytest.mark.parametrize("link", ["rules", "rules/prometheus", "rules/prometheus/a"])
def test_a_folder_that_leads_out_of_the_project_is_refused(tmp_path: Path, link: str) -> None:
    root, outside = tmp_path / "project", tmp_path / "outside"
    outside.mkdir()
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(outside)
    with pytest.raises(FatalError, match="leads out of the project"):
        write.write(root, [_artifact("a/one.rules.yaml")], FOLDERS)
    assert not list(outside.iterdir())


def test_nothing_outside_is_pruned(tmp_path: Path) -> None:
    root, outside = tmp_path / "project", tmp_path / "outside"
    write.write(outside, [_artifact("one.rules.yaml")], FOLDERS)
    root.mkdir()
    (root / "rules").symlink_to(outside / "rules")
    with pytest.raises(FatalError, match="leads out of the project"):
        write.write(root, [], FOLDERS)
    assert (outside / "rules/prometheus/one.rules.yaml").exists()


def test_a_link_inside_the_project_is_followed(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "rules").symlink_to("made")
    write.write(tmp_path, [_artifact("one.rules.yaml")], FOLDERS)
    assert (tmp_path / "made/prometheus/one.rules.yaml").is_file()


def limited(limit: int, code: str) -> subprocess.CompletedProcess[str]:
    """Runs code that cannot write files longer than a limit: as if the disk were full there."""
    start = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    return subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True, check=False
    )


def test_a_memory_for_which_there_is_no_room_is_none(tmp_path: Path) -> None:
    text = f"from pathlib import Path; files.remember(Path({str(tmp_path)!r}) / 'x/memo', 'y' * 99)"
    done = limited(50, f"from driftbook import files; {text}")
    assert (done.returncode, done.stderr) == (0, "")
    assert not list((tmp_path / "x").iterdir())
    done = limited(500, f"from driftbook import files; {text}")
    assert [p.name for p in (tmp_path / "x").iterdir()] == ["memo"]


def test_a_full_disk_is_the_environments_fault(tmp_path: Path) -> None:
    run = "import sys; sys.argv = ['driftbook', 'explain', 'DB301']"
    done = limited(50, f"{run}; from driftbook.cli import main; main()")
    assert done.returncode == Exit.ENVIRONMENT
    assert done.stderr.startswith("driftbook: cannot write: ")


def test_diff_says_what_write_would_do(tmp_path: Path) -> None:
    write.write(tmp_path, [_artifact("one.rules.yaml"), _artifact("two.rules.yaml")], FOLDERS)
    then = [_artifact("two.rules.yaml", "other\n"), _artifact("three.rules.yaml")]
    difference = write.diff(tmp_path, then, FOLDERS)
    assert difference.added == ("rules/prometheus/three.rules.yaml",)
    assert difference.changed == ("rules/prometheus/two.rules.yaml",)
    assert difference.removed == ("rules/prometheus/one.rules.yaml",)
    assert (tmp_path / "rules/prometheus/one.rules.yaml").exists()
