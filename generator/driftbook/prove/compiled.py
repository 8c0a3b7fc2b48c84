"""The compiled output as it lies on disk: what the proof judges is what would be deployed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from driftbook import names
from driftbook.model import Invariant
from driftbook.prove.finding import Finding


@dataclass(frozen=True, slots=True)
class Compiled:
    """Files by path from the root, parsed; those that are not YAML are in `unreadable` instead.

    Files without content say nothing and are left out; what should be there is missed elsewhere.
    digests: sha256 of every rule and test file. alertmanager: None where there is no such file.
    """

    root: Path
    rules: Mapping[str, Mapping[str, Any]]
    tests: Mapping[str, Mapping[str, Any]]
    alertmanager: Mapping[str, Any] | None
    digests: Mapping[str, str]
    unreadable: tuple[Finding, ...]

    def cases(self, invariant: Invariant) -> int:
        """How many unit tests an invariant has."""
        files = (self.tests.get(file) or {} for file in names.test_files(invariant))
        return sum(len(tests.get("tests") or []) for tests in files)


def read(root: Path, tests: bool = True) -> Compiled:
    """Everything below `rules/` that an engine would load.

    tests: whether unit tests are parsed, most of the work; their digests are there in any case.
    """
    unreadable: list[Finding] = []
    digests: dict[str, str] = {}

    def load(pattern: str, folder: str, check: str) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for path in sorted((root / folder).rglob(pattern)):
            name = path.relative_to(root).as_posix()
            data = path.read_bytes()
            digests[name] = hashlib.sha256(data).hexdigest()
            parsed = _parse(data) if tests or folder != names.RULE_TESTS else None
            if isinstance(parsed, Mapping):
                found[name] = parsed
            elif parsed is not None:
                unreadable.append(Finding(check, f"is not YAML: {parsed}", name))
        return found

    rules = load("*.rules.yaml", names.RULES, "rules-syntax")
    unit_tests = load("*.test.yaml", names.RULE_TESTS, "rule-tests")
    path = Path(names.ALERTMANAGER)
    routes = load(path.name, str(path.parent), "config-syntax").get(names.ALERTMANAGER)
    return Compiled(root, rules, unit_tests, routes, digests, tuple(unreadable))


def proved_besides(root: Path) -> dict[str, str]:
    """Path -> SHA-256 of what is proved and is of no invariant: routes, templates, watchdog."""
    folder = (root / names.ALERTMANAGER).parent
    files = [root / names.WATCHDOG_RULES, *(folder.iterdir() if folder.is_dir() else ())]
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(files)
        if path.is_file()
    }


def alert_rules(rule_file: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The alerting rules of a rule file, in order."""
    groups = (rule_file or {}).get("groups") or []
    return [rule for group in groups for rule in group.get("rules") or [] if "alert" in rule]


def _parse(data: bytes) -> Any:
    """The document, None for an empty one, or a text that says why there is none."""
    try:
        loaded = yaml.load(data, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return " ".join(str(error).split())
    return loaded if isinstance(loaded, Mapping | None) else "the document is not a mapping"
