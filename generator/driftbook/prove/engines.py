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
    """Every engine by name, None for one that is nowhere or does not run (see `lacking`)."""
    return {name: _find(name, folder(root)) for name in PROGRAMS}


def find(root: Path) -> Engines | None:
    """The engines, or None unless all four are there."""
    found = [engine for engine in look(root).values() if engine]
    return Engines(*found) if len(found) == len(PROGRAMS) else None


def require(root: Path) -> Engines:
    """The engines. Raises FatalError naming those that lack and how to get them."""
    engines = find(root)
    if engines is None:
        raise FatalError(lacking(root), how_to_get(root))
    return engines


def lacking(root: Path) -> str:
    """Which engines are not found, and which files are there but broken, with what they said."""
    absent, broken = [], []
    for name, engine in look(root).items():
        there = [p for p in _places(name, folder(root)) if p.exists()] if engine is None else []
        if engine is None and not there:
            absent.append(name)
        broken += [f"{place} is broken: {_ask(name, place).said}" for place in there]
    return "; ".join([f"engines not found: {', '.join(absent)}"] * bool(absent) + broken)


def how_to_get(root: Path) -> str:
    """The exact way on this machine."""
    if debian.available():
        return "Run `driftbook engines`; it needs no root."
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
            answer = _ask(name, tree / "picked" / name)
            if not answer.version:
                raise FatalError(f"the packaged {name} does not run here: {answer.said}")
        shutil.rmtree(target, ignore_errors=True)
        os.replace(tree / "picked", target)
    _cached_answer.cache_clear()
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


def _places(name: str, own: Path) -> list[Path]:
    """Where an engine may be, first PATH, then the project's own folder."""
    on_path = (shutil.which(alias) for alias in PROGRAMS[name])
    return [*(Path(place) for place in on_path if place), own / name]


def _find(name: str, own: Path) -> Engine | None:
    for place in _places(name, own):
        if version := _ask(name, place).version:
            return Engine(name, place.absolute(), version)
    return None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a program says of itself. version: "" where it is not the engine or does not run."""

    version: str
    said: str


def _ask(name: str, path: Path) -> _Answer:
    try:
        return _cached_answer(name, path, path.stat().st_mtime_ns)
    except OSError as error:
        return _Answer("", error.strerror or str(error))


@functools.cache
def _cached_answer(name: str, path: Path, _modified: int) -> _Answer:
    """Asking takes 40 to 90 ms, so each file is asked once."""
    try:
        done = subprocess.run(
            [str(path), "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except OSError as error:
        return _Answer("", error.strerror or str(error))
    except subprocess.TimeoutExpired:
        return _Answer("", "it does not tell its version within a minute")
    text = done.stdout + done.stderr
    match = re.match(rf"{name}, version ([0-9]+\.[0-9]+\.[0-9]+)", text)
    if match and done.returncode == 0:
        return _Answer(match[1], text)
    first = next((line.strip() for line in text.splitlines() if line.strip()), "nothing")
    return _Answer("", f"{first[:200]} (exit status {done.returncode})")
