"""What a build of the site writes, and that the next one writes no more than it must."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import builders
from driftbook import names, site
from sample import write_files

DATASET = f"{names.PAGES}/datasets/orders/index.md"
MARKED = "site/mkdocs.yml"


@pytest.fixture
def project(small: Path, tmp_path: Path) -> Path:
    """The small project with its site, free to be changed."""
    return shutil.copytree(small, tmp_path / "project")


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in _files(folder)}


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    """Which file it is on the disk, and when it was written."""
    stats = {p.relative_to(folder).as_posix(): p.stat() for p in _files(folder)}
    return {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in stats.items()}


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    return sorted(p for p in {*before, *after} if before.get(p) != after.get(p))


def edit(root: Path, old: str, new: str) -> None:
    """Another text in the page of the dataset."""
    text = (root / DATASET).read_text()
    assert old in text
    (root / DATASET).write_text(text.replace(old, new))


def test_mkdocs_itself_makes_the_same_bytes(project: Path) -> None:
    """Nothing of driftbook is needed to build the pages once they are written."""
    ours = contents(project / names.SITE)
    shutil.rmtree(project / names.SITE)
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", MARKED]
    environment = {k: v for k, v in site.environment().items() if k != "PYTHONPATH"}
    done = subprocess.run(command, cwd=project, capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert changed(ours, contents(project / names.SITE)) == []


def test_properdocs_makes_the_same_pages(project: Path) -> None:
    """But for the name of the generator, which the theme prints."""
    ours = contents(project / names.SITE)
    made = project / "made"
    command = [builders.properdocs(), "build", "--strict", "-f", MARKED, "-d", made]
    environment = {k: v for k, v in site.environment().items() if k != "PYTHONPATH"}
    done = subprocess.run(command, cwd=project, capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    generator = re.compile(rb'<meta name="generator"[^>]*>')
    theirs = {path: generator.sub(b"", text) for path, text in contents(made).items()}
    ours = {path: generator.sub(b"", text) for path, text in ours.items()}
    assert any(path.endswith(".html") for path in ours)
    assert changed(ours, theirs) == []


def test_only_a_page_that_changed_is_written(project: Path) -> None:
    before = identities(project / names.SITE)
    first = contents(project / names.SITE)
    edit(project, "# Orders", "# Every order")
    assert site.build(project) == ()
    after = identities(project / names.SITE)
    page = "datasets/orders/index.html"
    assert changed(before, after) == [page, *(p for p in before if p.startswith("search/"))]
    edit(project, "# Every order", "# Orders")
    assert site.build(project) == ()
    assert changed(first, contents(project / names.SITE)) == []


def test_anchors_of_pages_that_were_kept_are_checked(project: Path) -> None:
    write_files(project, {f"{names.PAGES}/own.md": "# Own\n\n[x](datasets/orders/index.md#mine)\n"})
    edit(project, "# Orders", "# Orders {: #mine }")
    (project / MARKED).write_text((project / MARKED).read_text().replace("/datasets/*/", "*.md"))
    assert site.build(project) == ()
    edit(project, "# Orders {: #mine }", "# Orders")
    (told,) = site.build(project)
    assert "#mine" in told


def test_links_of_pages_that_were_kept_are_checked(project: Path) -> None:
    shutil.rmtree((project / DATASET).parent)
    assert any("datasets/orders" in line for line in site.build(project))


def test_a_damaged_page_is_made_again(project: Path) -> None:
    before = contents(project / names.SITE)
    (project / names.SITE / "coverage/index.html").write_text("damaged")
    (project / names.SITE / "teams/index.html").unlink()
    assert site.build(project) == ()
    assert changed(before, contents(project / names.SITE)) == []


def test_another_template_changes_every_page(project: Path) -> None:
    main = '{% extends "base.html" %}{% block announce %}Drill today{% endblock %}'
    write_files(project, {"site/overrides/main.html": main})
    assert site.build(project) == ()
    page = (project / names.SITE / "teams/index.html").read_text()
    assert "Drill today" in page


def test_one_core_makes_the_same_bytes(project: Path) -> None:
    before = contents(project / names.SITE)
    shutil.rmtree(project / names.SITE)
    code = (
        "import os, pathlib, sys; os.cpu_count = lambda: 1; from driftbook.site import batch; "
        f"sys.exit(batch.main({str(project / MARKED)!r}, {str(project / names.SITE)!r}, '', ''))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=site.environment(), cwd=project
    )
    assert done.returncode == 0, done.stderr
    assert changed(before, contents(project / names.SITE)) == []
