"""Other programs that build the same pages: ProperDocs, in a virtual environment of its own.

`make test` runs this file as a script first, so that tests only have to call `properdocs()`.
"""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".engines" / "builders"
PACKAGES = ("properdocs>=1.6.7,<2", "mkdocs-material>=9.7.7,<10")
"""ProperDocs has the same commands and entry points as MkDocs; beside it they would be mixed up."""


def properdocs() -> Path:
    """The program. A test that cannot have it fails, and says what to do."""
    found = FOLDER / "bin" / "properdocs"
    assert found.is_file(), "ProperDocs is not there: make builders"
    return found


def install() -> None:
    """Makes the environment, where it is not there yet."""
    if (FOLDER / "bin" / "properdocs").is_file():
        return
    venv.create(FOLDER, with_pip=True, clear=True)
    command = [FOLDER / "bin" / "python", "-m", "pip", "install", "--quiet"]
    pinned = ["-c", ROOT / "constraints.txt"]
    subprocess.run([*command, "--disable-pip-version-check", *pinned, *PACKAGES], check=True)


if __name__ == "__main__":
    try:
        install()
        print(f"builders: {properdocs()}")
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"builders: {error}", file=sys.stderr)
        sys.exit(3)
