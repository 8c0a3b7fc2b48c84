"""Faults of the environment and the exit codes of every command.

Three kinds of fault are never mixed: the author's fault is a `diagnostics.Diagnostic`; the
environment's is a `FatalError`, caught once in `cli.main`; anything else is a bug of ours and
shows its traceback.
"""

from enum import IntEnum


class Exit(IntEnum):
    """Exit status of every command."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    ENVIRONMENT = 3
    INTERRUPTED = 130


class FatalError(Exception):
    """Something around us failed: an engine, the file system, the network.

    `hint` says what the reader can do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
