"""One measured job in a process of its own: `python jobs.py JOB ROOT` prints seconds and MiB.

Imports are left out of the time, so that a row compares work with work.
"""

import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import yaml

from driftbook import memo, pipeline, site


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


def pages(root: Path) -> Callable[[], None]:
    """Pages and HTML of the catalog, which is checked before."""
    checked = pipeline.check(root)
    assert checked.catalog is not None, checked.diagnostics
    catalog = checked.catalog

    def build() -> None:
        site.write_pages(root, catalog)
        complaints = site.build(root)
        assert not complaints, complaints

    return build


JOBS = {
    "compile": lambda root: partial(compile_, root),
    "validate": lambda root: partial(validate, root),
    "yaml": lambda root: partial(read, root),
    "site": pages,
}
"""What prepares a job, untimed, and gives the job."""


def main() -> None:
    """Runs the job."""
    gc.disable()  # as the command line does
    job = JOBS[sys.argv[1]](Path(sys.argv[2]))
    start = time.perf_counter()
    job()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "mebibytes": peak}))


if __name__ == "__main__":
    main()
