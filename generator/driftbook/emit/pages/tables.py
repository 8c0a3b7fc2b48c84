"""Plain Markdown tables: every cell is escaped unless it is `Markup` already."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from driftbook.emit.pages.markdown import text

MANY = 8
"""Rows of a table up to which a browser is given nothing to sort or filter it with."""
ROOM = Markup('<div class="db-room"></div>\n\n')
"""Before a longer one: the controls' place, so that nothing moves when the script puts them in."""


def table(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """A table with as many cells in each row as there are columns; "" without rows."""
    lines = [_line(row) for row in rows]
    if not lines:
        return Markup("")
    head = [_line(columns), Markup("| " + " | ".join(["---"] * len(columns)) + " |")]
    return (ROOM if len(lines) > MANY else Markup("")) + Markup("\n").join([*head, *lines])


def _line(cells: Sequence[object]) -> Markup:
    return Markup(f"| {' | '.join(map(_cell, cells))} |")


def _cell(cell: object) -> Markup:
    """A number is plain; as the first sign of a text it could begin a list elsewhere."""
    if isinstance(cell, Markup | int):
        return Markup(cell)
    return text(cell)


def bullets(items: Iterable[object]) -> Markup:
    """A list of one level."""
    shown = [item if isinstance(item, Markup) else text(item) for item in items]
    return Markup("\n").join(Markup(f"-   {item}") for item in shown)
