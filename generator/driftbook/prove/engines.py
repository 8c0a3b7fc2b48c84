"""The real engines: where they are, which versions they have, how to get them.

Looked for on PATH, then in the project's own engine folder, which `driftbook engines` fills.
"""

import functools
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from driftbook import names
from driftbook.errors import FatalError
from driftbook.prove import debian

PROGRAMS = {
    "promtool": ("promtool",),
    "amtool": ("amtool",),
    "prometheus": ("prometheus",),
    "alertmanager": ("alertmanager", "prometheus-alertmanager"),
}
"""Every engine with the names under which it is looked for; the last is Debian's."""
PACKAGES = ("prometheus", "prometheus-alertmanager")
SHARE = b"/usr/share/prometheus/alertmanager"
"""Where Debian's Alertmanager reads its default template, without which it does not start."""
SHARE_NAME = "alertmanager"
MOVED = b"./" * 11 + SHARE_NAME.encode()
"""The same, below the folder in which it is started; of the same length, see `_move_share`."""
ELSEWHERE = """\
macOS:  brew install prometheus alertmanager
else:   download prometheus-*.tar.gz and alertmanager-*.tar.gz for your machine from
        https://prometheus.io/download/, unpack them, and put promtool, prometheus, amtool and
        alertmanager on PATH or into {folder}/"""


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that was found and runs. version: `2.42.0`, without the packager's suffix."""

    name: str
    path: Path
    version: str


@dataclass(frozen=True, slots=True)
class Engines:
    """The four of them."""

    promtool: Engine
    amtool: Engine
    prometheus: Engine
    alertmanager: Engine

    def all(self) -> tuple[Engine, ...]:
        """In the order in which they are listed for people."""
        return (self.promtool, self.amtool, self.prometheus, self.alertmanager)

    def versions(self) -> dict[str, str]:
        """Name -> version, for the proof."""
        return {engine.name: engine.version for engine in self.all()}


def folder(root: Path) -> Path:
    """The project's own engine folder."""
    return root / names.ENGINES / "bin"


def look(root: Path) -> dict[str, Engine | None]:
    """Every engine by name, None for one that is nowhere or does not run."""
    return {name: _find(name, folder(root)) for name in PROGRAMS}


def find(root: Path) -> Engines | None:
    """The engines, or None unless all four are there."""
    found = [engine for engine in look(root).values() if engine]
    return Engines(*found) if len(found) == len(PROGRAMS) else None


def require(root: Path) -> Engines:
    """The engines. Raises FatalError naming the missing ones and how to get them."""
    engines = find(root)
    if engines is None:
        missing = ", ".join(name for name, engine in look(root).items() if engine is None)
        raise FatalError(f"engines not found: {missing}", how_to_get(root))
    return engines


def how_to_get(root: Path) -> str:
    """The exact way on this machine."""
    if debian.available():
        return "Run `driftbook engines` (or `make engines`); it needs no root."
    return ELSEWHERE.format(folder=folder(root))


def install(root: Path, say: debian.Say) -> Engines:
    """Fill the engine folder, unless all four are found already. Raises FatalError."""
    if engines := find(root):
        return engines
    if not debian.available():
        raise FatalError("apt-get and dpkg-deb are not here to fetch the engines", how_to_get(root))
    target = folder(root)
    with debian.unpacked(PACKAGES, target, say) as tree:
        _pick(tree / "usr/bin", tree / "picked")
        _move_share(tree)
        for name in PROGRAMS:
            if _version(name, tree / "picked" / name) is None:
                raise FatalError(f"the packaged {name} does not run on this machine")
        shutil.rmtree(target, ignore_errors=True)
        os.replace(tree / "picked", target)
    _cached_version.cache_clear()
    return require(root)


def _pick(binaries: Path, into: Path) -> None:
    """The four programs under their own names in one new folder."""
    into.mkdir()
    for name, aliases in PROGRAMS.items():
        for alias in reversed(aliases):
            if (binaries / alias).is_file():
                os.replace(binaries / alias, into / name)
                break
        else:
            raise FatalError(f"Debian's packages {', '.join(PACKAGES)} hold no {name}")


def _move_share(tree: Path) -> None:
    """Make the unpacked Alertmanager find its files, which only root could put where it looks.

    Debian's patch to Alertmanager compiled the folder in. The unpacked copy gets a relative path
    of the same length in its place; `share` says what to put there. Nothing else is changed.
    """
    share = tree / SHARE.decode().lstrip("/")
    if share.is_dir():
        program = tree / "picked" / "alertmanager"
        program.write_bytes(program.read_bytes().replace(SHARE, MOVED))
        os.replace(share, tree / "picked" / "share")


def share(engine: Engine) -> Path | None:
    """The folder that has to be at SHARE_NAME where this Alertmanager is started, if any."""
    own = engine.path.parent / "share"
    return own if own.is_dir() else None


def _find(name: str, own: Path) -> Engine | None:
    on_path = (shutil.which(alias) for alias in PROGRAMS[name])
    for place in [*(Path(p) for p in on_path if p), own / name]:
        if version := _version(name, place):
            return Engine(name, place.absolute(), version)
    return None


def _version(name: str, path: Path) -> str | None:
    """Its version when it is the engine of that name and runs, else None."""
    try:
        return _cached_version(name, path, path.stat().st_mtime_ns)
    except OSError:
        return None


@functools.cache
def _cached_version(name: str, path: Path, _modified: int) -> str | None:
    """Asking takes 40 to 90 ms, so each file is asked once."""
    try:
        done = subprocess.run(
            [str(path), "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(rf"{name}, version ([0-9]+\.[0-9]+\.[0-9]+)", done.stdout + done.stderr)
    return match[1] if match and done.returncode == 0 else None
