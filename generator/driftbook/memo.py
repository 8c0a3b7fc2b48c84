"""What an earlier run read and wrote, so that one edited file does not cost a whole compile.

Kept in `.driftbook/memo.json`: documents by file and digest, and for each invariant the key of
everything its rules and tests depend on, with size and time of the files that came of it. A file
that was touched since, or a key that changed, is compiled anew. `build --check` does not look here.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from driftbook import __version__, context, names
from driftbook.document import Document
from driftbook.files import remember
from driftbook.model import Catalog, Invariant

FILE = f"{names.STATE}/memo.json"


@dataclass(frozen=True, slots=True)
class Memo:
    """documents: by file. units: invariant -> key, and its files with [size, mtime in ns]."""

    documents: Mapping[str, Document] = field(default_factory=dict)
    units: Mapping[str, tuple[str, Mapping[str, list[int]]]] = field(default_factory=dict)

    def fresh(self, root: Path, catalog: Catalog, invariant: Invariant) -> bool:
        """Whether the files of an invariant are what it would compile to now."""
        known, stamps = self.units.get(invariant.name, ("", {}))
        return (
            set(stamps) == set(files(invariant))
            and all(_stamp(f"{root}/{file}") == stamp for file, stamp in stamps.items())
            and known == key(catalog, invariant)
        )


def load(root: Path) -> Memo:
    """What is remembered; nothing where the memo is of another driftbook or cannot be read."""
    try:
        data = json.loads((root / FILE).read_bytes())
        if data["by"] != program():
            return Memo()
        documents = {
            d["file"]: Document(
                d["file"],
                d["kind"],
                d["data"],
                d["digest"],
                frozenset(tuple(path) for path in d["folded"]),
            )
            for d in data["documents"]
        }
        return Memo(documents, {name: (unit[0], unit[1]) for name, unit in data["units"].items()})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Memo()


def save(root: Path, documents: Iterable[Document], catalog: Catalog) -> None:
    """Remember what was read, and what was written for each invariant, if there is room."""
    data: dict[str, Any] = {
        "by": program(),
        "documents": [
            {
                "file": d.file,
                "kind": d.kind,
                "data": d.data,
                "digest": d.digest,
                "folded": [list(path) for path in d.folded],
            }
            for d in documents
        ],
        "units": {
            i.name: [key(catalog, i), {file: _stamp(f"{root}/{file}") for file in files(i)}]
            for i in catalog.compiled()
        },
    }
    remember(root / FILE, json.dumps(data))


def files(invariant: Invariant) -> tuple[str, ...]:
    """What an invariant compiles to."""
    return names.rule_file(invariant), *names.test_files(invariant)


def key(catalog: Catalog, invariant: Invariant) -> str:
    """Digest of everything that an invariant's rules and tests are made from."""
    origins = [
        catalog.origin,
        invariant.origin,
        invariant.dataset.origin,
        invariant.owner.origin,
        invariant.runbook.origin,
    ]
    if invariant.remediation:
        origins.append(invariant.remediation.origin)
    parts = [origin.file + origin.digest for origin in origins]
    parts.append(repr(context.upstream(catalog, invariant.dataset.name)))
    for scenario in catalog.scenarios_of.get(invariant.name, ()):
        recorded = json.dumps(sorted(scenario.series.items())) if scenario.samples else ""
        parts += [scenario.name, scenario.origin.digest, recorded]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _stamp(path: str | Path) -> list[int] | None:
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return [stat.st_size, stat.st_mtime_ns]


@lru_cache(maxsize=1)
def program() -> str:
    """Version and state of the program and its packs, so that an edit forgets everything."""
    stamps = sorted((str(p), _stamp(p)) for p in sources())
    return hashlib.sha256(f"{__version__} {stamps}".encode()).hexdigest()


def sources() -> tuple[Path, ...]:
    """What the program is made of, as far as rules depend on it."""
    here = Path(__file__).parent
    return (*here.rglob("*.py"), *here.glob("packs/*.yaml"))
