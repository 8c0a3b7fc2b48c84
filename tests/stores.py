"""Servers that only tests use, found or unpacked from Debian's packages.

PostgreSQL and Redis for the canary, VictoriaMetrics and its vmalert for deployments.

`make test` runs this file as a script first, so that tests only have to call the functions here.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from driftbook.errors import FatalError
from driftbook.prove import debian

FOLDER = Path(__file__).resolve().parent.parent / ".engines" / "stores"
PROGRAMS = {
    "initdb": "postgresql",
    "pg_basebackup": "postgresql",  # comes with the client's package, so it may lie elsewhere
    "redis-server": "redis-server",
    "victoria-metrics": "victoria-metrics",
    "vmalert": "victoria-metrics",
}
"""Programs, and Debian's packages that bring them. A server's programs lie beside `initdb`."""


def find(program: str) -> Path | None:
    """Path of a program that starts: on PATH, where Debian hides PostgreSQL's, or unpacked."""
    return next((place for place in _places(program) if _starts(place)), None)


def need(program: str) -> Path:
    """The path of a program. A test that cannot have it fails, and says what to do."""
    found = find(program)
    assert found, f"{program} is not there: make stores"
    return found


def environment(program: Path) -> dict[str, str]:
    """What an unpacked program needs to find the libraries that came with it."""
    if not program.is_relative_to(FOLDER):
        return dict(os.environ)
    tree = FOLDER / program.relative_to(FOLDER).parts[0]
    libraries = sorted({str(p.parent) for p in (tree / "usr/lib").rglob("*.so*")})
    return os.environ | {"LD_LIBRARY_PATH": ":".join(libraries)}


def install() -> dict[str, Path]:
    """Every program, unpacked below `.engines/` where the system has none. Raises FatalError."""
    for program, package in PROGRAMS.items():
        if not find(program):
            _unpack(package)
    found = {program: find(program) for program in PROGRAMS}
    missing = [PROGRAMS[program] for program, path in found.items() if path is None]
    if missing:
        again = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(missing)}"
        raise FatalError(f"what was unpacked of {missing} does not start", f"As root: {again}")
    return {program: path for program, path in found.items() if path}


def _unpack(package: str) -> None:
    if not debian.available():
        raise FatalError(f"no {package} found", f"Install {package} and put it on PATH.")
    say = lambda text: print(f"stores: {text}", flush=True)  # noqa: E731  # one-line callback
    shutil.rmtree(FOLDER / package, ignore_errors=True)
    with debian.unpacked([package], FOLDER, say, dependencies=True) as tree:
        FOLDER.mkdir(parents=True, exist_ok=True)
        os.replace(tree, FOLDER / package)


def _places(program: str) -> Iterator[Path]:
    on_path = Path(shutil.which(program) or "/").resolve()
    if on_path.name == program:  # not Debian's wrapper of another name
        yield on_path
    for root in (Path("/"), FOLDER / PROGRAMS[program]):
        versions = (root / "usr/lib/postgresql").glob(f"*/bin/{program}")
        yield from sorted(versions, key=lambda p: int(p.parts[-3]), reverse=True)
        yield root / "usr/bin" / program


def _starts(place: Path) -> bool:
    try:
        done = subprocess.run(
            [place, "--version"],
            capture_output=True,
            timeout=60,
            check=False,
            env=environment(place),
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    try:
        for name, path in install().items():
            print(f"stores: {name}: {path}")
    except FatalError as error:
        print(f"stores: {error}\n{error.hint}", file=sys.stderr)
        sys.exit(3)
