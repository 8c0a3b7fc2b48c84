"""Reading files of the project, and none from outside it; and writing what can be lost."""

import os
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 1 << 20
"""Most bytes of a document; more than that are read only to say that it is too large."""
MAX_RECORDING = 64 << 20
"""Most bytes of a recording."""


_UNPRINTABLE = "its name has characters that cannot be printed"


class UnreadableError(Exception):
    """A file that cannot be had; the text says why."""


def read_bytes(root: Path, file: str, limit: int = MAX_BYTES) -> bytes:
    """A file of the project, at most one byte more than the limit. Raises UnreadableError."""
    if not file.isprintable():  # names end up in messages, and in the first lines of files
        raise UnreadableError(_UNPRINTABLE)
    try:
        real = (root / file).resolve()
        if not real.is_relative_to(root.resolve()):
            raise UnreadableError(f'"{file}" leads out of the project')
        if not real.is_file():
            raise UnreadableError("it does not exist" if not real.exists() else "it is not a file")
        with real.open("rb") as stream:
            return stream.read(limit + 1)
    except (OSError, RuntimeError, ValueError) as error:
        raise UnreadableError(getattr(error, "strerror", None) or str(error)) from error


def read_plain(root: str, file: str) -> bytes:
    """A file that is known to lie in the project and to be no link. Raises UnreadableError."""
    if not file.isprintable():
        raise UnreadableError(_UNPRINTABLE)
    try:
        with open(f"{root}/{file}", "rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error


def remember(path: Path, text: str) -> None:
    """Write what a run can do without, whole or not at all: a full disk only costs time later."""
    staged = path.with_name(f"{path.name}-{os.getpid()}")  # two runs at once leave one of the two
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(text, encoding="utf-8")
        staged.replace(path)
    except OSError:
        with suppress(OSError):
            staged.unlink()
