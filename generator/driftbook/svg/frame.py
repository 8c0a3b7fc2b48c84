"""What stands around the shapes of a picture: size, title and description, and its colours.

A picture of its own, in a file, brings its colours along and follows the reader's system. One that
stands within a page has none: the page's style sheet gives them, so that it follows the page, its
switch for the dark scheme and its print. It is one line, has no names that another picture could
have as well, and nothing that sanitizers of web pages take away.
"""

from dataclasses import dataclass

from driftbook.svg.style import NATURAL, STYLE, WIDTH, escaped
from driftbook.units import number


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes, drawn `WIDTH` wide; height in the same units. title, words: plain text."""

    title: str
    words: str
    height: float
    shapes: tuple[str, ...]

    def file(self) -> str:
        """The whole text of an SVG file."""
        size = f'width="{WIDTH - 1}" height="{number(round(self.height) - 1)}"'
        lines = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {self._size()} role="img" '
            f'aria-labelledby="t d">',
            f'<title id="t">{escaped(self.title)}</title>',
            f'<desc id="d">{escaped(self.words)}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" x=".5" y=".5" {size} rx="6"/>',
            *self.shapes,
            "</svg>",
        )
        return "\n".join(lines) + "\n"

    def within(self) -> str:
        """The picture as one line of HTML."""
        head = f"<title>{escaped(self.title)}</title><desc>{escaped(self.words)}</desc>"
        return f'<svg {self._size()} role="img">{head}{"".join(self.shapes)}</svg>'

    def _size(self) -> str:
        high = number(round(self.height))
        tall = number(round(round(self.height) * NATURAL / WIDTH))
        return f'viewBox="0 0 {WIDTH} {high}" width="{NATURAL}" height="{tall}"'
