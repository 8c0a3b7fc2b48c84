"""The routing tree for people: the routes of the generated configuration as a nested list."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from driftbook import names
from driftbook.emit import routes
from driftbook.emit.artifact import Artifact
from driftbook.emit.pages.listing.alphabet import FILES
from driftbook.emit.pages.markdown import code, text
from driftbook.emit.pages.page import page, references
from driftbook.emit.pages.related import Ref
from driftbook.emit.pages.told.reach import Receiver
from driftbook.model import Catalog

_TIMES = {
    "group_wait": "first after",
    "group_interval": "more after",
    "repeat_interval": "again after",
}


def emit(catalog: Catalog, every: Iterable[Receiver]) -> Iterator[Artifact]:
    """One page."""
    ref = references("routing")
    own = {r.name: ref(code(r.name), r.place) for r in every}
    yield page(
        "routing",
        "routing.md.j2",
        f"{FILES} and {catalog.alertmanager.base_file}"
        if catalog.alertmanager.base_file
        else FILES,
        "Routing",
        hide="toc",
        searched=False,
        tree=Markup("\n").join(_route(routes.tree(catalog), own, ref, 0)),
        file=names.ALERTMANAGER,
        base=catalog.alertmanager.base_file,
    )


def _route(
    route: Mapping[str, Any], own: Mapping[str, Markup], ref: Ref, depth: int
) -> Iterator[Markup]:
    receiver = str(route.get("receiver", ""))
    to = own.get(receiver, code(receiver)) if receiver else Markup("the receiver above")
    said = [Markup("to ") + to, *_details(route)]
    yield (
        Markup("    " * depth)
        + Markup("-   ")
        + _who(route, depth)
        + Markup(": ")
        + Markup("; ").join(said)
    )
    for child in route.get("routes") or ():
        yield from _route(child, own, ref, depth + 1)


def _who(route: Mapping[str, Any], depth: int) -> Markup:
    """What a route takes."""
    if not depth:
        return Markup("Everything")
    old = [f'{k}="{v}"' for k, v in (route.get("match") or {}).items()]
    old += [f'{k}=~"{v}"' for k, v in (route.get("match_re") or {}).items()]
    matchers = [code(m) for m in (*(route.get("matchers") or ()), *old)]
    return Markup(" and ").join(matchers) or Markup("The rest")


def _details(route: Mapping[str, Any]) -> Iterator[Markup]:
    if route.get("group_by"):
        yield Markup("one message for each ") + Markup(", ").join(map(code, route["group_by"]))
    for key, said in _TIMES.items():
        if key in route:
            yield text(f"{said} {route[key]}")
    for key, said in (("active_time_intervals", "only in"), ("mute_time_intervals", "not in")):
        if route.get(key):
            yield Markup(f"{said} ") + Markup(", ").join(map(code, route[key]))
    if route.get("continue"):
        yield Markup("and further down")
