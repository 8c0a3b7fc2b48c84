"""The documentation: what it shows is run, what it links to exists, what is made is up to date."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from driftbook import cli, conditions, names
from walkthrough import ROOT, fences, run, walk

DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
HAND_WRITTEN = [
    p for p in DOCUMENTS if "reference" not in p.parts or p.name in ("output.md", "canary.md")
]
_LINK = re.compile(r"(?<!`)\[[^\]]+\]\(([^)\s]+)\)")


def identify(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def called(words: list[str]) -> click.Command:
    """The command that a line calls, in a group or not."""
    command = cli.cli.commands[words[1]]
    return command.commands[words[2]] if isinstance(command, click.Group) else command


def test_tutorial(tmp_path: Path) -> None:
    """Every file written, every command run, every output as shown."""
    text = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    shown = list(walk(text, tmp_path))
    assert len(shown) > 5
    for fence, real in shown:
        assert fence.body == real, "run: python tests/walkthrough.py docs/tutorial.md"
    assert (tmp_path / names.PROOF).is_file()
    assert (tmp_path / names.SITE / "invariants/order-replica-lag/index.html").is_file()


def test_reference_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "tools/reference.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("document", DOCUMENTS, ids=identify)
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for fence in reversed(fences(text)):
        text = text[: fence.start] + text[fence.end :]
    for target in _LINK.findall(text):
        if not target.startswith(("http", "#")):
            assert (document.parent / target.split("#")[0]).exists(), target


@pytest.mark.parametrize("document", HAND_WRITTEN, ids=identify)
def test_commands_exist(document: Path) -> None:
    """Every `driftbook …` in a fence names a command and options that there are."""
    for fence in fences(document.read_text(encoding="utf-8")):
        if fence.language not in ("sh", "bash"):
            continue
        for line in fence.body.replace("\\\n", "").splitlines():
            assert not line.startswith("$ ")
            words = shlex.split(line)
            if words and words[0] == "driftbook":
                known = {o for p in called(words).params for o in (*p.opts, *p.secondary_opts)}
                assert {w for w in words[2:] if w.startswith("-")} <= known, line


@pytest.mark.parametrize("document", HAND_WRITTEN, ids=identify)
def test_yaml_and_json_can_be_read(document: Path) -> None:
    """And bounds in partial examples fit their conditions."""
    for fence in fences(document.read_text(encoding="utf-8")):
        if fence.language == "json":
            json.loads(fence.body)
        if fence.language == "yaml":
            data = yaml.safe_load(fence.body)
            for stage in (data.get("stages") or {}).values() if "kind" not in data else ():
                for condition in [stage] if isinstance(stage, dict) else stage:
                    assert set(condition) & set(conditions.CONDITIONS) or "severity" in condition


def test_quick_start(tmp_path: Path) -> None:
    """The lines after `make build`, but for the one that serves."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Quick start")[1].split("\n## ")[0]
    lines = fences(section)[0].body.splitlines()
    assert len(lines) == 5
    assert lines[0] == "make build"
    for line in lines:
        if line.startswith("driftbook ") and "--serve" not in line:
            status, printed = run(line, ROOT)
            assert status == 0, line
            assert printed


def test_readme_shows_an_invariant_of_the_reference_catalog() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = next(yaml.safe_load(f.body) for f in fences(readme) if f.language == "yaml")
    file = ROOT / f"invariants/cart/{shown['name']}.yaml"
    real = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert shown["title"] == real["title"]
    assert shown["signal"].items() <= real["signal"].items()
    assert {s: v for s, v in shown["stages"].items() if s != "late"}.items() <= real[
        "stages"
    ].items()


def test_workflow_runs_commands_that_exist() -> None:
    text = (ROOT / "docs/how-to/github-actions.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(next(f.body for f in fences(text) if f.language == "yaml"))
    lines = [step["run"] for step in workflow["jobs"]["prove"]["steps"] if "run" in step]
    own = [shlex.split(line) for line in lines if line.startswith("driftbook ")]
    assert own
    for words in own:
        known = {o for p in called(words).params for o in p.opts}
        assert {w for w in words[2:] if w.startswith("-")} <= known


def test_rule_files_have_wildcards_that_prometheus_takes() -> None:
    text = (ROOT / "docs/how-to/load-the-rules.md").read_text(encoding="utf-8")
    config = next(f for f in fences(text) if f.attributes.get("title") == "prometheus.yml")
    for pattern in yaml.safe_load(config.body)["rule_files"]:
        assert "*" not in str(Path(pattern).parent), pattern
