"""One measured job in a process of its own: `python jobs.py JOB ROOT` prints seconds and MiB.

Imports are left out of the time, so that a row compares work with work.
"""

import gc
import json
import resource
import sys
import time
from pathlib import Path

import yaml

from driftbook import memo, pipeline


def compile_(root: Path) -> None:
    """Load, check, compile and write what changed."""
    remembered = memo.load(root)
    checked = pipeline.check(root, remembered)
    assert checked.ok, checked.diagnostics
    pipeline.write_rules(checked, remembered)


def validate(root: Path) -> None:
    """Load and check everything."""
    assert pipeline.check(root).ok


def read(root: Path) -> None:
    """What PyYAML's C loader alone needs for the same files."""
    for folder in ("invariants", "runbooks"):
        for path in sorted((root / folder).rglob("*.yaml")):
            yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)


JOBS = {"compile": compile_, "validate": validate, "yaml": read}


def main() -> None:
    """Runs the job."""
    job, root = JOBS[sys.argv[1]], Path(sys.argv[2])
    gc.disable()  # as the command line does
    start = time.perf_counter()
    job(root)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mebibytes": peak}))


if __name__ == "__main__":
    main()
