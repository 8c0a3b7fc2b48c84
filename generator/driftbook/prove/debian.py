"""Programs out of Debian's and Ubuntu's packages, unpacked into a folder of the project.

No root is needed, nothing is installed into the system and no service starts: packages are
downloaded by apt (which verifies their signatures) and unpacked with `dpkg-deb -x`.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from driftbook.errors import FatalError

Say = Callable[[str], None]
TIMEOUT = 600
"""Seconds that one apt command may take before it is given up."""


def available() -> bool:
    """Whether this is a machine with Debian's package tools."""
    return all(shutil.which(tool) for tool in ("apt-get", "apt-cache", "dpkg-deb"))


@contextmanager
def unpacked(
    packages: Sequence[str], beside: Path, say: Say, *, dependencies: bool = False
) -> Iterator[Path]:
    """The packages' files as a folder tree in a temporary folder next to `beside`.

    dependencies: also what they need and the system does not have. The caller renames what it
    wants out of the tree, so that a half-done download is never found later. Raises FatalError.
    """
    beside.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=beside.parent) as folder:
        work = Path(folder).resolve()
        debs = _download(packages, work, say, dependencies)
        tree = work / "tree"
        for deb in debs:
            _run(["dpkg-deb", "-x", str(deb), str(tree)], work, f"cannot unpack {deb.name}")
        yield tree


def _download(packages: Sequence[str], work: Path, say: Say, dependencies: bool) -> list[Path]:
    """The packages as .deb files; with the system's package lists, else with fresh private ones."""
    options: list[str] = []
    if not _known(packages, options):
        options = _private_lists(work, say)
    try:
        return _get(packages, work, say, options, dependencies)
    except FatalError:
        if options:
            raise
        # Lists that are older than the archive name files that are gone.
        return _get(packages, work, say, _private_lists(work, say), dependencies)


def _get(
    packages: Sequence[str], work: Path, say: Say, options: list[str], dependencies: bool
) -> list[Path]:
    wanted = [*packages, *(_needed(packages, work, options) if dependencies else ())]
    wanted = list(dict.fromkeys(wanted))
    more = len(wanted) - len(packages)
    say(f"downloading {', '.join(packages)}" + (f" and {more} more" if more else ""))
    debs = work / "debs"
    shutil.rmtree(debs, ignore_errors=True)
    debs.mkdir()
    _run(
        ["apt-get", *options, *_sandbox(), "-qq", "download", *wanted],
        debs,
        "apt-get download failed",
    )
    return sorted(debs.glob("*.deb"))


def _needed(packages: Sequence[str], work: Path, options: list[str]) -> list[str]:
    """What an installation would bring in besides, as apt plans it (`Inst name …` lines)."""
    command = [
        "apt-get",
        *options,
        *_sandbox(),
        "-s",
        "--no-install-recommends",
        "install",
        *packages,
    ]
    plan = _run(command, work, "apt-get cannot resolve the dependencies")
    return [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]


def _known(packages: Sequence[str], options: list[str]) -> bool:
    """Whether the package lists at hand have every package (`apt-get update` was ever run)."""
    shown = subprocess.run(
        ["apt-cache", *options, "show", "--no-all-versions", *packages],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    found = {line.split()[1] for line in shown.stdout.splitlines() if line.startswith("Package: ")}
    return found >= set(packages)


def _private_lists(work: Path, say: Say) -> list[str]:
    """Options that make apt keep its lists below `work`, after an update there: needs no root."""
    say("reading the package lists (apt-get update into a private folder)")
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    options = [
        "-o",
        f"Dir::State={work / 'state'}",
        "-o",
        "Dir::State::status=/var/lib/dpkg/status",
        "-o",
        f"Dir::Cache={work / 'cache'}",
    ]
    _run(["apt-get", *options, *_sandbox(), "-qq", "update"], work, "apt-get update failed")
    return options


def _sandbox() -> list[str]:
    """Root's apt hands downloads to the user `_apt`, who may not be able to enter our folder."""
    return ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []


def _run(command: list[str], folder: Path, failure: str) -> str:
    environment = os.environ | {"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FatalError(f"{failure}: {error}") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise FatalError(
            f"{failure}: {' '.join(said[-2:])}",
            "Is the package archive reachable? Try: apt-get update",
        )
    return done.stdout
