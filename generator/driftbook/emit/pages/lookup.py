"""Links from pages of the catalog to what the guide says of the words on them."""

from collections.abc import Callable

from markupsafe import Markup

from driftbook import packs
from driftbook.emit.pages.markdown import code, text
from driftbook.emit.pages.page import way

REFERENCE = "guide/reference"
Look = Callable[[str], Markup]


def condition(place: str) -> Look:
    """The function by which a page links the name of a stage condition."""
    return lambda kind: _guide(place, code(kind), f"conditions/{kind}.md")


def kind(place: str) -> Look:
    """The same for the format of a kind of document, such as `invariant`."""
    return lambda name: _guide(place, text(name), f"catalog/{name}.md")


def signal(place: str) -> Look:
    """The same for the signal of a pack, `pack/signal`."""

    def link(used: str) -> Markup:
        found = packs.signal(used)
        return _guide(place, code(used), f"packs/{found.pack}.md", found.id)

    return link


def pack(place: str, name: str, anchor: str = "") -> Markup:
    """A link to a pack by its title."""
    return _guide(place, text(packs.load(name).title), f"packs/{name}.md", anchor)


def _guide(place: str, shown: Markup, page: str, anchor: str = "") -> Markup:
    to = way(f"{REFERENCE}/{page}", place)
    return Markup(f"[{shown}]({to}{'#' if anchor else ''}{anchor})")
