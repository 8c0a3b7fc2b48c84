"""The navigation of pages that do not stand in it, made once for each folder."""

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import material
from jinja2 import TemplateNotFound

TEMPLATES = ("partials/nav.html", "partials/nav-item.html", "partials/logo.html")
_MATERIAL = Path(material.__file__).parent


def remember(env: Any, nav: Any) -> None:
    """Makes the template of the navigation remember what it made.

    On a page that does not stand in the navigation nothing of it is open or marked; its links are
    the same on all pages whose folders lie in one folder. Templates of a project's own may do
    anything; they are left alone.
    """
    if not all(_is_material(env, name) for name in TEMPLATES):
        return
    listed = {id(page) for page in nav.pages}
    folders = {posixpath.dirname(page.url) for page in nav.pages}
    template = env.get_template(TEMPLATES[0])
    make = template.root_render_func
    made: dict[str, str] = {}

    def remembered(context: Any) -> Iterator[str]:
        page = context.get("page")
        own, _, file = page.url.rpartition("/") if page else ("", "", "")
        if file != "index.html" or id(page) in listed or own in folders:
            yield from make(context)
            return
        folder = posixpath.dirname(own)
        if folder not in made:
            made[folder] = "".join(make(context))
        yield made[folder]

    template.root_render_func = remembered


def _is_material(env: Any, name: str) -> bool:
    try:
        return Path(env.get_template(name).filename).is_relative_to(_MATERIAL)
    except TemplateNotFound:
        return False
