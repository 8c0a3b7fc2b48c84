"""The small catalog, compiled by the command line as a user would."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from driftbook import names, pipeline
from driftbook.model import Catalog

CATALOG = Path(__file__).resolve().parent / "catalog"
ROOT = Path(__file__).resolve().parents[2]
PAGER = "http://pager.cosmiccart.example"
"""Where the catalog's receivers deliver; a scenario's receiver listens elsewhere."""
SLACK = "/etc/alertmanager/secrets/slack"
"""The file that holds the address of Slack; ours is beside the catalog."""


@dataclass(frozen=True, slots=True)
class Made:
    """root: with `rules/` and `site/html`. routes: the Alertmanager configuration."""

    root: Path
    catalog: Catalog
    routes: Mapping[str, Any]

    def rule_files(self, services: frozenset[str]) -> list[Path]:
        """Those of some services, and the watchdog's."""
        folders = [self.root / names.RULES / service for service in sorted(services)]
        found = [file for folder in folders for file in sorted(folder.glob("*.rules.yaml"))]
        return [self.root / names.WATCHDOG_RULES, *found]


def made(folder: Path, pager: str, extra: Mapping[str, str], *words: str) -> Made:
    """The catalog compiled below a folder by `driftbook build`; extra: further files.

    pager: the address that stands for the catalog's.
    """
    shutil.copytree(CATALOG, folder)
    for name, text in extra.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "slack").write_text(f"{pager}/slack", encoding="utf-8")
    for file in folder.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace(PAGER, pager)
        file.write_text(text.replace(SLACK, str(folder / "slack")), encoding="utf-8")
    (folder / names.ENGINES).symlink_to(ROOT / names.ENGINES)
    command = [sys.executable, "-m", "driftbook", "-C", str(folder), "build", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    checked = pipeline.check(folder)
    assert checked.catalog is not None
    routes = yaml.safe_load((folder / names.ALERTMANAGER).read_text(encoding="utf-8"))
    return Made(folder, checked.catalog, routes)
