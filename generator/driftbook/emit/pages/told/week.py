"""A week of hours as a small picture: a bar a day, filled where somebody is told."""

from collections.abc import Iterator

from driftbook import names
from driftbook.emit.pages.told.hours import DAY, WEEK, Hours
from driftbook.svg.style import EDGE, NATURAL, STYLE, WIDTH, escaped, text
from driftbook.units import number

LEFT, RIGHT, ROW, TOP, BAR = 52, 468, 22, 34, 14


def svg(hours: Hours) -> str:
    """The picture; the same for the same hours."""
    height = TOP + 7 * ROW + 30
    title = f"Hours in which {hours.name} tells, {hours.location}"
    size = f'width="{WIDTH - 1}" height="{height - 1}"'
    return "\n".join(
        [
            f"<!-- {names.header('the catalog')} -->",
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{NATURAL}" height="{round(height * NATURAL / WIDTH)}" role="img" '
            'aria-labelledby="t d">',
            f'<title id="t">{escaped(title)}</title>',
            f'<desc id="d">{escaped(described(hours))}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" x=".5" y=".5" {size} rx="6"/>',
            *_axis(),
            *(shape for day in range(7) for shape in _day(hours, day)),
            text(EDGE, height - 9, f"filled: told, empty: held back ({hours.location})", "dim"),
            "</svg>",
            "",
        ]
    )


def described(hours: Hours) -> str:
    """The picture in words."""
    said = "; ".join(f"{days}: {spans}" for days, spans in hours.words())
    return f"{said}. Time zone {hours.location}."


def _axis() -> Iterator[str]:
    for hour in (0, 6, 12, 18, 24):
        x = _x(hour * 60)
        yield text(x, TOP - 12, f"{hour:02}", "dim", "middle")
        yield f'<path class="grid" d="M{number(x)} {TOP - 6}V{TOP + 7 * ROW}"/>'


def _day(hours: Hours, day: int) -> Iterator[str]:
    y = TOP + day * ROW
    yield text(EDGE, y + 12, WEEK[day][:3].capitalize())
    box = f'y="{y + 1}" height="{BAR}"'
    yield f'<rect class="track axis" x="{LEFT}" {box} width="{RIGHT - LEFT}"/>'
    for start, end in hours.days[day]:
        x, width = _x(start), _x(end) - _x(start)
        yield f'<rect class="early-firing" x="{number(x)}" {box} width="{number(width)}"/>'


def _x(minute: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * minute / DAY, 1)
