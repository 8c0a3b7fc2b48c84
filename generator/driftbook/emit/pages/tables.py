"""Plain Markdown tables: every cell is escaped unless it is `Markup` already."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from driftbook.emit.pages.markdown import text

MANY = 8
"""Rows of a table up to which a browser is given nothing to sort or filter it with."""
ROOM = '<div class="db-room"></div>\n\n'
"""Before a longer one: the controls' place, so that nothing moves when the script puts them in."""


def table(columns: Sequence[object], rows: Iterable[Sequence[object]]) -> Markup:
    """A table with as many cells in each row as there are columns; "" without rows."""
    lines = [_line(row) for row in rows]
    if not lines:
        return Markup("")
    head, rule = _line(columns), _line([Markup("---")] * len(columns))
    room = ROOM if len(lines) > MANY else ""
    return Markup("\n".join([f"{room}{head}", rule, *lines]))


def _line(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(cell: object) -> str:
    """A number is plain; as the first sign of a text it could begin a list elsewhere."""
    if isinstance(cell, Markup):
        return cell
    return str(cell) if isinstance(cell, int) else text(cell)


def bullets(items: Iterable[object]) -> Markup:
    """A list of one level."""
    return Markup("\n".join(f"-   {_cell(item)}" for item in items))
