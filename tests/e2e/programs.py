"""Debian's exporters, unpacked without root as the stores are."""

import os
import shutil
import sys
from pathlib import Path

import stores
from driftbook.errors import FatalError
from driftbook.prove import debian

EXPORTERS = (
    "prometheus-postgres-exporter",
    "prometheus-redis-exporter",
    "prometheus-node-exporter",
)
QUERIES = "usr/share/doc/prometheus-postgres-exporter/examples/queries.yaml"


def exporter(name: str) -> Path:
    """The path of an exporter's program."""
    path = stores.FOLDER / name / "usr/bin" / name
    assert path.exists(), f"{name} is not there: make e2e fetches it"
    return path


def queries() -> Path:
    """The file of queries that comes with the exporter of PostgreSQL, which replicas need."""
    return stores.FOLDER / EXPORTERS[0] / QUERIES


def install() -> None:
    """Fetch what is not there. Always Debian's, because the packs of the catalog are for those."""
    stores.install()
    for name in EXPORTERS:
        if (stores.FOLDER / name).exists():
            continue
        if not debian.available():
            raise FatalError(f"no {name} found", "This needs Debian's or Ubuntu's packages.")
        with debian.unpacked([name], stores.FOLDER, _say) as tree:
            stores.FOLDER.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(stores.FOLDER / name, ignore_errors=True)
            os.replace(tree, stores.FOLDER / name)


def _say(text: str) -> None:
    print(f"e2e: {text}", file=sys.stderr, flush=True)
