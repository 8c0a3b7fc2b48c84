"""Point 1 of the proof: promtool and amtool accept what was compiled."""

import re
from pathlib import Path

from driftbook import names
from driftbook.prove.compiled import Compiled
from driftbook.prove.engines import Engines
from driftbook.prove.finding import Finding
from driftbook.prove.workers import Workers, shares

BATCH = 200
"""Rule files for one promtool, so that its start does not cost more than its work."""
_INVARIANT = re.compile(r"([a-z0-9-]+)\.(?:rules|(?:history\.)?test)\.yaml$")


def rules(compiled: Compiled, engines: Engines, workers: Workers) -> list[Finding]:
    """`promtool check rules` on every rule file; it lets rules that are there twice pass."""
    found = [f for f in compiled.unreadable if f.check == "rules-syntax"]
    found += [f for file in compiled.rules for f in _twice(compiled, file)]
    if not compiled.rules:
        return [*found, Finding("rules-syntax", "there are no rule files", names.RULES)]
    batches = shares(list(compiled.rules), workers.count, BATCH)

    def check(batch: list[str]) -> list[Finding]:
        return _check(compiled.root, engines, workers, batch)

    for findings in workers.each(check, batches):
        found += findings
    return sorted(found, key=lambda f: f.file)


def _check(root: Path, engines: Engines, workers: Workers, files: list[str]) -> list[Finding]:
    # Its own lint calls alerts duplicates that differ in their expressions alone.
    ran = workers.run([engines.promtool.path, "check", "rules", "--lint=none", *files], root)
    if ran.code == 0:
        return []
    if len(files) > 1:  # one at a time says whose fault it is
        return [f for file in files for f in _check(root, engines, workers, [file])]
    said = ran.text.partition("FAILED:")[2].strip() or ran.text.strip()
    return [Finding("rules-syntax", _first_line(said), files[0], invariant_of(files[0]), said)]


def _twice(compiled: Compiled, file: str) -> list[Finding]:
    """Series that two rules write, and alerts that are there twice."""
    seen: set[str] = set()
    found = []
    for group in compiled.rules[file].get("groups") or []:
        for rule in group.get("rules") or []:
            name = rule.get("record") or rule.get("alert")
            labels = sorted((rule.get("labels") or {}).items())
            key = repr((name, labels, rule.get("expr") if "alert" in rule else ""))
            if key in seen:
                message = f"{name} with the labels {dict(labels)} is there twice"
                found.append(Finding("rules-syntax", message, file, invariant_of(file)))
            seen.add(key)
    return found


def routes(compiled: Compiled, engines: Engines, workers: Workers) -> list[Finding]:
    """`amtool check-config` on the Alertmanager configuration."""
    found = [f for f in compiled.unreadable if f.check == "config-syntax"]
    file = names.ALERTMANAGER
    if compiled.alertmanager is None:
        return found or [Finding("config-syntax", "the configuration is missing", file)]
    ran = workers.run([engines.amtool.path, "check-config", file], compiled.root)
    if ran.code == 0:
        return []
    said = ran.text.partition("FAILED:")[2].strip() or ran.text.strip()
    return [Finding("config-syntax", _first_line(said), file, detail=said)]


def invariant_of(file: str) -> str:
    """The invariant whose rule or test file this is, or "" for the watchdog's."""
    if file in (names.WATCHDOG_RULES, *names.COMMON_TESTS):
        return ""
    match = _INVARIANT.search(file)
    return match[1] if match else ""


def _first_line(text: str) -> str:
    return text.splitlines()[0].strip() if text else "refused without a reason"
