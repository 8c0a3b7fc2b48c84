"""The inhibition graph as a picture: what fires on the left, what it hides on the right."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from driftbook import names
from driftbook.svg.style import EDGE, NATURAL, STYLE, WIDTH, escaped, text
from driftbook.units import number

LEFT, RIGHT, BOX, WIDE = 10, 300, 26, 170
"""Left edges of the two columns, height and width of a box."""
GAP, ROW = 8, 18
_ROOM = 21
"""Letters that fit into a box."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """What hides what. stage, kind: of the source, kind "" for any. targets: stage and kind."""

    stage: str
    kind: str
    where: str
    targets: tuple[tuple[str, str], ...]


def described(arrows: Iterable[Arrow]) -> str:
    """The picture in words."""
    said = [
        f"{_named(a.stage, a.kind)} hides {', '.join(_named(*t) for t in a.targets)} {a.where}."
        for a in arrows
    ]
    return " ".join(said)


def svg(arrows: Sequence[Arrow]) -> str:
    """The whole picture; the same for the same arrows."""
    body: list[str] = []
    y = 44.0
    for arrow in arrows:
        body += _drawn(arrow, y)
        y += _height(arrow) + ROW
    height = number(round(y))
    size = f'width="{WIDTH - 1}" height="{number(round(y) - 1)}"'
    head = [
        f"<!-- {names.header('the catalog')} -->",
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{NATURAL}" height="{round(y * NATURAL / WIDTH)}" role="img" '
        'aria-labelledby="t d">',
        '<title id="t">What hides what</title>',
        f'<desc id="d">{escaped(described(arrows))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" x=".5" y=".5" {size} rx="6"/>',
        text(EDGE, 26, "While this fires", "dim"),
        text(RIGHT, 26, "this is held back", "dim"),
    ]
    return "\n".join([*head, *body, "</svg>", ""])


def _height(arrow: Arrow) -> float:
    return max(len(arrow.targets) * (BOX + GAP) - GAP, BOX + 2 * 19)  # room for the words below


def _drawn(arrow: Arrow, y: float) -> Iterator[str]:
    middle = y + _height(arrow) / 2
    yield from _box(LEFT, middle - BOX / 2, arrow.stage, arrow.kind)
    start, end = LEFT + WIDE, RIGHT
    first = middle - (len(arrow.targets) * (BOX + GAP) - GAP) / 2
    for index, (stage, kind) in enumerate(arrow.targets):
        top = first + index * (BOX + GAP)
        at = top + BOX / 2
        yield (
            f'<path class="axis" d="M{start} {number(middle)}C{start + 50} {number(middle)} '
            f'{end - 60} {number(at)} {end - 8} {number(at)}"/>'
        )
        yield f'<path class="axis" d="M{end - 14} {number(at - 5)}L{end - 6} {number(at)}l-8 5"/>'
        yield from _box(RIGHT, top, stage, kind)
    yield text(LEFT, middle + BOX / 2 + 15, arrow.where, "dim")


def _box(x: float, y: float, stage: str, kind: str) -> Iterator[str]:
    """A box says its stage; a milder stage has a thinner frame."""
    width = {"late": 3, "mid": 2, "early": 1}[stage]
    yield (
        f'<rect class="track {stage}" stroke-width="{width}" x="{number(x)}" y="{number(y)}" '
        f'width="{WIDE}" height="{BOX}" rx="4"/>'
    )
    yield text(x + 10, y + 17, _named(stage, kind)[:_ROOM], stage)


def _named(stage: str, kind: str) -> str:
    return f"{stage} {kind}".strip() if kind else f"any {stage}"
