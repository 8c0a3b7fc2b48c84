"""The navigation of pages that do not stand in it, made once for each folder."""

import posixpath
from collections.abc import Iterator
from typing import Any

TEMPLATE = "partials/nav.html"


def remember(env: Any, nav: Any) -> None:
    """Makes the template of the navigation remember what it made.

    On a page that does not stand in the navigation nothing of it is open or marked; its links are
    the same on all pages whose folders lie in one folder.
    """
    listed = {id(page) for page in nav.pages}
    folders = {posixpath.dirname(page.url) for page in nav.pages}
    template = env.get_template(TEMPLATE)
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
