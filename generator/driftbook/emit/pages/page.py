"""A page: where it lies, how it links to others, and its first lines."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from driftbook import names
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.env import environment
from driftbook.emit.pages.markdown import front_matter, text


def path(place: str) -> str:
    """Every page is the index of its folder: `invariants/x` -> `invariants/x/index.md`.

    So its address ends with `/` on a server, and its links work from a file system as well.
    """
    return f"{place}/index.md" if place else "index.md"


def way(file: str, place: str) -> str:
    """From a page to a file below the site's root; `relpath` would ask the system each time."""
    to, here = file.split("/"), place.split("/") if place else []
    same = 0
    while same < len(here) and to[same] == here[same]:
        same += 1
    return "../" * (len(here) - same) + "/".join(to[same:])


def references(place: str) -> Callable[..., Markup]:
    """The function by which a page's template links to other pages."""

    def ref(label: object, target: str, anchor: str = "") -> Markup:
        shown = label if isinstance(label, Markup) else text(label)
        return Markup(f"[{shown}]({way(path(target), place)}{'#' if anchor else ''}{anchor})")

    return ref


def page(
    place: str,
    template: str,
    source: str,
    title: str,
    /,
    hide: str = "",
    searched: bool = True,
    found_by: tuple[str, ...] = (),
    weight: float = 1,
    **values: Any,
) -> Artifact:
    """A page below the site's root.

    source: the file, or files, that it is made from. hide: a part of the layout to leave out.
    searched: whether the search knows it; a list of all would only hide what it lists.
    found_by: names that the search looks at before anything else. weight: of its text
    there; 1 for most pages.
    """
    body = environment().get_template(template).render(ref=references(place), title=title, **values)
    more = [f"hide: [{hide}]"] if hide else []
    more += [] if searched else ["search: {exclude: true}"]
    more += [f"tags: [{', '.join(map(front_matter, found_by))}]"] if found_by else []
    more += [f"search: {{boost: {weight}}}"] if weight != 1 else []
    first = head(source, title if place else "Home", *more)
    return Artifact(f"{names.PAGES}/{path(place)}", f"{first}\n{body.rstrip()}\n")


def head(source: str, title: str, *more: str) -> str:
    """Front matter with the mark of a generated file; more: further lines."""
    mark = front_matter(names.header(source))[1:-1]
    return "\n".join(["---", f"# {mark}", f"title: {front_matter(title)}", *more, "---", ""])
