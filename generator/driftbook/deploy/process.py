"""The process of a server, which SIGHUP makes read its files again.

A number in a file may be anything: -1 stands for every process of the machine, 0 for our own
group, and the number of a server that has ended for whatever got it next. SIGHUP ends most
programs, so nothing is signalled that is not known to be the server.
"""

import os
import re
import signal
from contextlib import suppress
from pathlib import Path

from driftbook.errors import FatalError

PROC = Path("/proc")
"""Of Linux. Elsewhere nobody can tell whose a process is, and the file is trusted."""
_VERSION = r"([-_.]?v?[0-9][\w.+-]*)?"
PROGRAMS = {
    "Prometheus": re.compile(rf"prometheus{_VERSION}"),
    "Alertmanager": re.compile(rf"(prometheus-)?alertmanager{_VERSION}|prometheus-aler"),
    "vmalert": re.compile(r"vmalert(?!-tool).*"),
}
"""Names of the program of a server; `prometheus-aler` is what Linux keeps of Debian's."""
_MOST_DIGITS = 10
HINT = "see `pid_file` of the target; without it the server is told by /-/reload"


def number(path: Path, server: str) -> int:
    """The id of the process that a pid file names. server: a key of PROGRAMS.

    Raises FatalError where that is no process, or not one of this server.
    """
    try:
        text = path.read_bytes()[:64].strip()
    except OSError as error:
        raise FatalError(f"cannot read the pid_file {path}: {error.strerror}", HINT) from None
    found = re.fullmatch(rb"[0-9]{1,%d}" % _MOST_DIGITS, text)
    if not found or int(text) <= 1:
        said = ascii(text.decode(errors="replace"))
        raise FatalError(f"{path} holds {said}, which is no process id of a server", HINT)
    if PROC.joinpath("self").exists():
        _is_server(int(text), path, server)
    return int(text)


def reload(path: Path, server: str) -> None:
    """Sends SIGHUP to the process that a pid file names. Raises FatalError."""
    process = number(path, server)
    try:
        os.kill(process, signal.SIGHUP)
    except (OSError, OverflowError) as error:
        raise FatalError(f"cannot signal process {process} of {path}: {error}", HINT) from None


def _is_server(process: int, path: Path, server: str) -> None:
    names = _names(PROC / str(process))
    if not names:
        message = f"{path} names process {process}, which does not run"
        raise FatalError(message, f"has {server} ended without removing it? {HINT}")
    if not any(PROGRAMS[server].fullmatch(name) for name in names):
        message = f"{path} names process {process}, which is {names[0]!a} and not {server}"
        raise FatalError(message, f"nothing was sent to it; {HINT}")


def _names(entry: Path) -> list[str]:
    """Of the program of a process: as it was called, and as Linux shortens it."""
    found = []
    with suppress(OSError):
        called = (entry / "cmdline").read_bytes().split(b"\0")[0]
        found.append(os.path.basename(called.decode(errors="replace")))
    with suppress(OSError):
        found.append((entry / "comm").read_bytes().decode(errors="replace").rstrip("\n"))
    return [name for name in found if name]
