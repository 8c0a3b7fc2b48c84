"""The browser that tests of pages use: Debian's Chromium, found on PATH or unpacked without root.

`make test` runs this file as a script first, so that tests only have to call `find()`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from driftbook.errors import FatalError
from driftbook.prove import debian

FOLDER = Path(__file__).resolve().parent.parent / ".engines" / "browser"
PACKAGES = ("chromium", "fonts-dejavu-core")
LAUNCHER = """\
#!/bin/sh
# Chromium as unpacked from Debian's packages, with the libraries and fonts that came with it.
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="{libraries}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/tree/usr/lib/chromium/chromium" "$@"
"""
# Where nothing is said of `system-ui`, the first font of the list is it: one for mathematics.
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{folder}/tree/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <match><edit name="family" mode="append_last"><string>DejaVu Sans</string></edit></match>
</fontconfig>
"""


def find() -> str | None:
    """Path of a Chromium that starts, or None."""
    own = FOLDER / "chromium"
    for place in (shutil.which("chromium"), shutil.which("chromium-browser"), str(own)):
        if place and Path(place).exists() and _starts(place):
            return place
    return None


def install() -> str:
    """The path of Chromium, unpacked below `.engines/` when the system has none."""
    if FOLDER.is_dir():
        _write_fonts()  # what is unpacked may be older than what is said of fonts
    if found := find():
        return found
    if not debian.available():
        raise FatalError("no Chromium found", "Install Chromium and put it on PATH.")
    shutil.rmtree(FOLDER, ignore_errors=True)
    say = lambda text: print(f"browser: {text}", flush=True)  # noqa: E731  # one-line callback
    with debian.unpacked(PACKAGES, FOLDER, say, dependencies=True) as tree:
        FOLDER.mkdir(parents=True)
        os.replace(tree, FOLDER / "tree")
    libraries = sorted({p.parent for p in (FOLDER / "tree").rglob("*.so*")})
    shown = ":".join(f"$here/{p.relative_to(FOLDER)}" for p in libraries)
    _write_fonts()
    (FOLDER / "chromium").write_text(LAUNCHER.format(libraries=shown))
    (FOLDER / "chromium").chmod(0o755)
    if found := find():
        return found
    raise FatalError(
        "the unpacked Chromium does not start",
        "Run as root: apt-get update && apt-get install -y --no-install-recommends chromium",
    )


def _write_fonts() -> None:
    (FOLDER / "fonts.conf").write_text(FONTS.format(folder=FOLDER), encoding="utf-8")


def _starts(place: str) -> bool:
    try:
        done = subprocess.run([place, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    try:
        print(f"browser: {install()}")
    except FatalError as error:
        print(f"browser: {error}\n{error.hint}", file=sys.stderr)
        sys.exit(3)
