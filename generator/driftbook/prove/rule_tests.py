"""Point 2 of the proof: promtool runs every unit test, in parallel, what changed only."""

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from driftbook import names
from driftbook.errors import FatalError
from driftbook.files import remember
from driftbook.prove import failures
from driftbook.prove.compiled import Compiled
from driftbook.prove.engines import Engines
from driftbook.prove.finding import Finding
from driftbook.prove.syntax import invariant_of
from driftbook.prove.workers import TIMEOUT, Workers, shares

Progress = Callable[[int, int], None]
"""Called with how many test files are done, and of how many."""
BATCH = 8
"""Test files for one promtool: its start costs as much as two of them."""
PASSED = f"{names.STATE}/passed.json"


def run(
    compiled: Compiled,
    engines: Engines,
    workers: Workers,
    *,
    only: Collection[str] | None = None,
    again: bool = False,
    limit: float = TIMEOUT,
    progress: Progress = lambda done, of: None,
) -> list[Finding]:
    """Run the test files, or those in `only`; what passed before unchanged is not run `again`.

    limit: seconds that promtool may take; a file that takes longer by itself is a finding.
    """
    found = [f for f in compiled.unreadable if f.check == "rule-tests"]
    files = [file for file in compiled.tests if only is None or file in only]
    found += [f for file in files for f in _lost(compiled, file)]
    keys = {file: _key(compiled, file, engines) for file in files}
    passed = _passed(compiled.root)
    todo = [f for f in files if again or passed.get(f) != keys[f]]
    done = len(files) - len(todo)
    progress(done, len(files))

    def test(batch: list[str]) -> tuple[list[str], dict[str, list[Finding]]]:
        return batch, _test(compiled, engines, workers, batch, limit)

    failed: set[str] = {f.file for f in found}
    try:
        for batch, findings in workers.each(test, shares(todo, workers.count * 4, BATCH)):
            done += len(batch)
            progress(done, len(files))
            failed |= findings.keys()
            found += [f for group in findings.values() for f in group]
            passed |= {file: keys[file] for file in batch if file not in failed}
    finally:
        _remember(compiled, passed)
    return sorted(found, key=lambda f: f.file)


def _lost(compiled: Compiled, file: str) -> list[Finding]:
    """Rule files that a test names and that are not there: promtool only warns of them."""
    gone = [r for r in _rule_files(compiled, file) if r not in compiled.digests]
    gone = [r for r in gone if not (compiled.root / r).is_file()]
    message = "loads {}, which does not exist"
    return [
        Finding("rule-tests", message.format(rule), file, invariant_of(file)) for rule in gone
    ] or ([] if _rule_files(compiled, file) else [_bare(file)])


def _bare(file: str) -> Finding:
    return Finding("rule-tests", "loads no rule file", file, invariant_of(file))


def _rule_files(compiled: Compiled, file: str) -> list[str]:
    """The rule files of a test file, as paths from the root."""
    folder = PurePosixPath(file).parent
    given = compiled.tests[file].get("rule_files") or []
    return [os.path.normpath(folder / rule) for rule in given]


def _key(compiled: Compiled, file: str, engines: Engines) -> str:
    """Changes whenever the outcome of the tests could."""
    parts = [engines.promtool.version, compiled.digests[file]]
    parts += [f"{r} {compiled.digests.get(r, '')}" for r in _rule_files(compiled, file)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _test(
    compiled: Compiled, engines: Engines, workers: Workers, batch: list[str], limit: float
) -> dict[str, list[Finding]]:
    """Findings by test file, for those that fail or take too long.

    promtool 3 does not say whose failures it reports, so what fails is run again by itself; so is
    what takes too long together.
    """
    command = [engines.promtool.path, "test", "rules", *batch]
    try:
        ran = workers.run(command, compiled.root, limit)
    except FatalError as error:
        if not isinstance(error.__cause__, subprocess.TimeoutExpired):
            raise
        ran = None
    if ran and ran.code == 0:
        return {}
    if len(batch) > 1:
        parts = [_test(compiled, engines, workers, [file], limit) for file in batch]
        return {file: findings for part in parts for file, findings in part.items()}
    file = batch[0]
    if ran is None:
        return {file: [_endless(file, limit)]}
    cases = _failed_cases(compiled, engines, workers, file) or [("all together", ran.text)]
    return {file: failures.findings(file, cases)}


def _endless(file: str, limit: float) -> Finding:
    message = f"promtool did not finish within {limit:g} s; shorter windows and `for` take less"
    return Finding("rule-tests", message, file, invariant_of(file))


def _failed_cases(
    compiled: Compiled, engines: Engines, workers: Workers, file: str
) -> list[tuple[str, str]]:
    """Each test of a failed file by itself: the names of those that fail, and what was said."""
    state = compiled.root / names.STATE
    state.mkdir(exist_ok=True)
    whole = compiled.tests[file]
    failed = []
    with tempfile.TemporaryDirectory(prefix="cases-", dir=state) as folder:
        path = f"{names.STATE}/{Path(folder).name}/case.yaml"
        rules = [os.path.relpath(r, Path(path).parent) for r in _rule_files(compiled, file)]
        for number, case in enumerate(whole.get("tests") or [], start=1):
            alone = {**whole, "rule_files": rules, "tests": [case]}
            text = yaml.dump(alone, Dumper=yaml.CSafeDumper, width=10**6)
            (compiled.root / path).write_text(text, encoding="utf-8")
            ran = workers.run([engines.promtool.path, "test", "rules", path], compiled.root)
            if ran.code:
                failed.append((str(case.get("name") or f"number {number}"), ran.text))
    return failed


def _passed(root: Path) -> dict[str, str]:
    """Test file -> key with which it passed last."""
    try:
        known: Any = json.loads((root / PASSED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(known) if isinstance(known, dict) else {}


def _remember(compiled: Compiled, passed: Mapping[str, str]) -> None:
    kept = {file: key for file, key in sorted(passed.items()) if file in compiled.tests}
    remember(compiled.root / PASSED, json.dumps(kept, indent=0))
