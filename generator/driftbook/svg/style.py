"""Sizes, colours and patterns of a picture, and its text.

Colours are set by class, not by variables, so that programs without variables draw them as well.
Text has a contrast of 4.5 to 1 or more in both schemes.
"""

import re
import textwrap
from collections.abc import Mapping
from functools import lru_cache
from html import escape

from driftbook.units import number

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""What XML does not allow, and what turns the direction of text around."""
WIDTH, NATURAL = 480, 640
"""Units across; pixels across where there is room. A phone shows about 350."""
EDGE, LEFT, RIGHT, LINE = 10, 64, 468, 17
"""Margin; ends of the plots; height of a line of text."""
WIDE = 560
"""Pixels from which the picture is so large that its text need not grow with it."""
LETTER, BOLD = 7.7, 9.0
"""Units that a letter takes where text is largest, in a wide font (DejaVu Sans); in the title."""

_LIGHT = {
    "paper": "#fff",
    "ink": "#1f2328",
    "dim": "#57606a",
    "grid": "#d8dee4",
    "early": "#0b5fa5",
    "mid": "#8f5400",
    "late": "#b3261e",
    "lines": ("#1f2328", "#6639ba", "#116329", "#953800", "#0a5560", "#8c2f6b"),
}
_DARK = {
    "paper": "#14191f",
    "ink": "#e6edf3",
    "dim": "#a3adb8",
    "grid": "#343c46",
    "early": "#7cc0f5",
    "mid": "#f0b95b",
    "late": "#ff8a80",
    "lines": ("#e6edf3", "#c9a6ff", "#7ee2a0", "#ffb27a", "#7fd9e8", "#f5a3d5"),
}
DASHES = ("", "7 3", "2 3", "10 3 2 3", "5 2", "1 4")
_SIGNS = (
    "M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0Z",
    "M0-4.4L4 3H-4Z",
    "M-3.2-3.2H3.2V3.2H-3.2Z",
    "M0-4.6L4.6 0 0 4.6-4.6 0Z",
    "M-3.2 0a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0Z",
    "M0-4.4L4 3H-4Z",
)
_OPEN = (4, 5)
"""Signs that are an outline."""
SIGNS = len(_SIGNS)
HATCH = "2.4 3.6"


def _colors(of: Mapping[str, object]) -> str:
    """Rules of one scheme: strokes and fills by class."""
    rules = [
        f".paper{{fill:{of['paper']};stroke:{of['grid']}}}",
        f"text{{fill:{of['ink']};stroke:{of['paper']}}}.dim{{fill:{of['dim']}}}",
        f".grid{{stroke:{of['grid']}}}.axis,.many{{stroke:{of['dim']}}}",
        f".track{{fill:{of['paper']}}}.badge{{fill:{of['ink']}}}",
        f".note{{stroke:{of['ink']}}}.badge-text{{fill:{of['paper']}}}",
    ]
    for stage in ("early", "mid", "late"):
        rules.append(f".{stage}{{stroke:{of[stage]}}}")
        rules.append(f"text.{stage}{{fill:{of[stage]};stroke:{of['paper']}}}")
        rules.append(f".{stage}-firing{{fill:{of[stage]};stroke:{of[stage]}}}")
    lines = of["lines"]
    assert isinstance(lines, tuple)
    for index, color in enumerate(lines):
        rules.append(f".l{index}{{stroke:{color}}}.sign.l{index}{{fill:{color}}}")
    rules.append(f".sign.open{{fill:{of['paper']}}}")
    return "".join(rules)


STYLE = (
    f"text{{font:13px system-ui,-apple-system,'Segoe UI','Noto Sans','DejaVu Sans',sans-serif;"
    "stroke-width:3px;stroke-linejoin:round;paint-order:stroke}"
    ".title{font-size:14px;font-weight:600}.badge-text{font-size:11px;font-weight:600;"
    "stroke:none!important}path{fill:none}.sign{stroke-width:1.2}"
    f"{_colors(_LIGHT)}"
    f"@media (prefers-color-scheme:dark){{{_colors(_DARK)}}}"
    f"@media (min-width:{WIDE}px){{text{{font-size:10px}}.title{{font-size:12px}}"
    ".badge-text{font-size:9px}}"
)


def sign(index: int, x: float, y: float) -> str:
    """The sign of a line: a small shape of its own."""
    kind = index % SIGNS
    look = f"sign l{kind}{' open' if kind in _OPEN else ''}"
    at = f"translate({number(x)} {number(y)})"
    return f'<path class="{look}" transform="{at}" d="{_SIGNS[kind]}"/>'


def hatched(style: str, box: tuple[float, float, float, float], words: str = "") -> str:
    """A box with stripes; box: left, upper edge, width, height. words: shown by the pointer.

    It is one thick dashed line: patterns have names, which two pictures on a page would share.
    """
    x, y, wide, high = (round(value, 1) for value in box)
    line = f"M{number(x)} {number(round(y + high / 2, 2))}h{number(wide)}"
    stroke = f'stroke-width="{number(high)}" stroke-dasharray="{HATCH}"'
    inside = f"<title>{escaped(words)}</title>" if words else ""
    return f'<path class="{style}" {stroke} d="{line}">{inside}</path>'


def escaped(words: str) -> str:
    """Text for XML, in an attribute or between tags, on one line."""
    return escape(" ".join(_UNSEEN.sub("\ufffd", words).split()))


def text(x: float, y: float, words: str, style: str = "", anchor: str = "") -> str:
    """Words at a place; style: classes. anchor: middle or end."""
    where = f'x="{number(round(x, 1))}" y="{number(round(y, 1))}"'
    look = f' class="{style}"' if style else ""
    side = f' text-anchor="{anchor}"' if anchor else ""
    return f"<text{look} {where}{side}>{escaped(words)}</text>"


@lru_cache(maxsize=4096)
def wrapped(words: str, indent: float = 0, letter: float = LETTER) -> tuple[str, ...]:
    """Lines that fit between the margins where text is largest."""
    return tuple(textwrap.wrap(words, int((WIDTH - 2 * EDGE - indent) / letter))) or ("",)
