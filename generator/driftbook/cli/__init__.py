"""The command line: one error boundary, exit codes. The options are in `commands` and `packs`."""

import errno
import os
import sys

import click

from driftbook.cli.commands import cli
from driftbook.errors import Exit, FatalError

__all__ = ["cli", "main"]


def main() -> None:
    """The one boundary: faults of the environment become a message and a status."""
    try:
        cli(prog_name="driftbook", standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except FatalError as fault:
        _fatal(fault)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): not a fault, and nothing more to say.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        sys.exit(Exit.OK)
    except OSError as fault:
        if fault.errno not in _NO_ROOM:
            raise
        _fatal(FatalError(f"cannot write: {fault}"))


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""Any file can meet these, temporary ones too; other faults of files are met where they belong."""


def _fatal(fault: FatalError) -> None:
    click.echo(f"driftbook: {fault}", err=True)
    if fault.hint:
        click.echo(f"  hint: {fault.hint}", err=True)
    sys.exit(Exit.ENVIRONMENT)
