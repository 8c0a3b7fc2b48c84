"""The first deployment, to a server that does not run yet: an Alertmanager starts with no other.

Nobody can be asked what it runs, so the files are written, and a person starts the server.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from driftbook.deploy.base import Say
from driftbook.deploy.change import unstoppable
from driftbook.deploy.folder import Folder
from driftbook.deploy.http import AbsentError, Client, RefusedError, UnreachableError


@dataclass(frozen=True, slots=True)
class Work:
    """files: all that are to be in the folder."""

    files: Mapping[str, bytes]


def due(folder: Folder, client: Client) -> bool:
    """Whether nothing was ever deployed to the folder and nobody listens at the address.

    Raises FatalError where the folder cannot be told. Any other fault of the server is told by
    who asks it next.
    """
    if folder.version():
        return False
    try:
        client.ask("GET", "/-/healthy")
    except AbsentError:
        return True
    except (RefusedError, UnreachableError):
        return False
    return False


def caution(server: str, client: Client) -> str:
    """What a person should know before saying yes."""
    return (
        f"the first deployment: no {server} answers at {client.url}, and nothing was deployed "
        f"before; the files are written, and nothing is read back"
    )


def command(*parts: str | Path) -> str:
    """A command line to copy."""
    return shlex.join(str(part) for part in parts)


def apply(folder: Folder, work: Work, say: Say) -> None:
    """Makes the files current. Raises FatalError; nothing is current then."""
    with folder.locked():
        version = folder.stage(work.files)
        try:
            folder.point(version)
        except BaseException:
            with unstoppable():
                folder.point("")
            raise
        say(f"{folder.current} -> {version}")
