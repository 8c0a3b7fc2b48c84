"""The built site: Markdown pages on disk, MkDocs around them, HTML out.

The packaged `mkdocs.yml`, `overrides/` and `assets/` beside this module are the default. They are
copied into the project, so that any builder can be pointed at it; a project's own `site/mkdocs.yml`
wins.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

from driftbook import forks, history, names
from driftbook.emit import exports, pages, rules
from driftbook.emit.exports import backstage
from driftbook.errors import FatalError
from driftbook.forks import Mapped
from driftbook.model import Catalog
from driftbook.site import config
from driftbook.timeline import Timeline
from driftbook.write import Difference, write

ENVIRONMENT = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true", "NO_COLOR": "1"}
Pictures = Mapping[tuple[str, str], Timeline | str]
_LEVEL = re.compile(r"([A-Z]+) +-  ?")
_STAMP = f"{names.STATE}/site.stamp"
_MEMORY = f"{names.STATE}/site.json"


def write_pages(
    root: Path,
    catalog: Catalog,
    proved: Mapping[str, Any] | None = None,
    pictures: Pictures | None = None,
    *,
    mapped: Mapped = forks.mapped,
) -> Difference:
    """Brings `site/pages` and our configuration up to date; only files that changed are written.

    proved: the data of the proof; by default that of the last one on disk. pictures: of scenarios,
    as `prove` evaluates them; none without engines. mapped: `map` where there are other threads,
    which must not be copied with the process.
    """
    proved = proof(root) if proved is None else proved
    settings = () if config.is_own(root) else config.emit(catalog)
    entities = () if config.is_own(root, names.BACKSTAGE) else [backstage.artifact(catalog)]
    try:
        digests = rules.digests(catalog, catalog.compiled(), mapped)
        evidence = _evidence(root, catalog, digests, proved, pictures or {})
        made = chain(
            pages.emit(catalog, evidence, mapped),
            exports.emit(catalog, digests),
            settings,
            entities,
        )
        return write(root, made, (names.PAGES, config.OVERRIDES))
    except BrokenProcessPool as fault:
        message = "a process that made pages was ended by the system"
        raise FatalError(message, "there may be too little memory; nothing was written") from fault


def write_invariants(
    root: Path, catalog: Catalog, wanted: Sequence[str], pictures: Pictures
) -> Difference:
    """Brings the pages of some invariants up to date, and leaves all else to `write_pages`."""
    live = [i for i in catalog.compiled() if i.name in wanted]
    digests = rules.digests(catalog, live)
    evidence = _evidence(root, catalog, digests, proof(root), pictures)
    return write(root, pages.invariant.emit(catalog, evidence, wanted), ())


def _evidence(
    root: Path,
    catalog: Catalog,
    digests: Mapping[str, str],
    proved: Mapping[str, Any] | None,
    pictures: Pictures,
) -> pages.Evidence:
    return pages.Evidence(digests, proved, history.read(root), pictures, _sources(root, catalog))


def _sources(root: Path, catalog: Catalog) -> dict[str, str]:
    """The files of the invariants, as they lie on disk; one may have gone since it was compiled."""
    files = sorted({i.origin.file for i in catalog.invariants.values()})
    there = ((file, root / file) for file in files)
    return {file: path.read_text(encoding="utf-8") for file, path in there if path.is_file()}


def proof(root: Path) -> Mapping[str, Any] | None:
    """The last proof, or None. Raises FatalError."""
    try:
        found: Mapping[str, Any] = json.loads((root / names.PROOF).read_bytes())
        return found
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as fault:
        raise FatalError(f"cannot read {names.PROOF}: {fault}", "run driftbook prove") from fault


def build(root: Path, *, only_if_changed: bool = False) -> tuple[str, ...]:
    """Builds `site/html` from `site/pages`, strictly. Returns what MkDocs complains about.

    With complaints the old site stays as it was. Raises FatalError where MkDocs cannot run.
    """
    stamp = _stamp(root)
    if only_if_changed and (root / names.SITE / "index.html").is_file() and _old(root) == stamp:
        return ()
    target = root / names.STATE / f"html-{os.getpid()}"
    try:
        done = subprocess.run(
            _command(root, target),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd=root,
            env=environment(),
            check=False,
        )
        if done.returncode:
            return tuple(complaints(done.stderr + done.stdout))
        _replace(root / names.SITE, target)
        (root / _STAMP).write_text(stamp, encoding="utf-8")
    except OSError as fault:
        raise FatalError(f"cannot build the site: {fault}", "the old site is unchanged") from fault
    finally:
        shutil.rmtree(target, ignore_errors=True)
    return ()


def _command(root: Path, target: Path) -> list[str]:
    """Ours makes the same bytes sooner; what another configuration does, only MkDocs knows."""
    file = str(root / config.FILE)
    if config.is_own(root):
        return [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", file, "-d", str(target)]
    places = [str(target), str(root / names.SITE), str(root / _MEMORY)]
    return [sys.executable, "-m", "driftbook.site.batch", file, *places]


def environment() -> dict[str, str]:
    """Of MkDocs: the same catalog gives the same bytes, so no time of the build may get in."""
    return {"SOURCE_DATE_EPOCH": "0", **os.environ, **ENVIRONMENT}


def complaints(output: str) -> Iterator[str]:
    """The lines of MkDocs that say what is wrong, with those that belong to them; else all.

    Of a full disk, only that it is full.
    """
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    told, wrong = [], False
    for line in lines:
        level = _LEVEL.match(line)
        wrong = level[1] in ("WARNING", "ERROR") if level else wrong
        if wrong:
            told.append(line[level.end() :] if level else line)
    full = [line for line in lines[-1:] if line.startswith("OSError: ")]
    yield from told or full or lines


def _replace(target: Path, made: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(made, target)


def _old(root: Path) -> str:
    try:
        return (root / _STAMP).read_text(encoding="utf-8")
    except OSError:
        return ""


def _stamp(root: Path) -> str:
    """A digest of everything that the built site is made from."""
    digest = hashlib.sha256()
    for package in ("mkdocs", "mkdocs-material", "markdown", "pymdown-extensions"):
        digest.update(f"{package} {version(package)}\0".encode())
    folder, built = root / "site", root / names.SITE
    for path in sorted(folder.rglob("*")):
        if path.is_file() and built not in path.parents:
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
