"""What the proof found: values, each with the name of the check that caught it."""

from dataclasses import dataclass

CHECKS = {
    "drift": "the files on disk are what the catalog compiles to",
    "rules-syntax": "promtool accepts every rule file",
    "config-syntax": "amtool accepts the Alertmanager configuration",
    "alerts": "every rule file holds the alerts of its invariant with all their labels",
    "rule-tests": "every unit test of every rule passes",
    "coverage": "every stage has a test in which it fires and one in which it does not",
    "watchdog": "an alert that always fires reaches the dead man's switch",
    "routing": "every alert reaches exactly the receiver that is meant",
    "inhibition": "a worse stage hides a milder one of the same divergence, and nothing else",
    "delivery": "what Alertmanager sends arrives at the receivers that are meant",
    "links": "every link to a runbook leads to a page and an anchor",
}
"""Every check by name, in the order of a report, with what it says when it holds."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in what was compiled.

    check: a key of CHECKS. file: path from the root, or "". message: one line. invariant: its
    name, or "". detail: more lines, as the engine said it.
    """

    check: str
    message: str
    file: str = ""
    invariant: str = ""
    detail: str = ""
