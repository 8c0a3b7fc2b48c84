"""The page templates' environment: every value is escaped unless it is `Markup` already.

`_shown` sees to that for each `{{ … }}`. Jinja's own escaping is of HTML, and would come after it.
So a macro or a `set` block would be escaped twice: templates include others instead.
"""

import hashlib
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from driftbook.emit.pages import markdown
from driftbook.units import duration, spoken


def _shown(value: Any) -> Any:
    """What `{{ … }}` puts on a page."""
    if isinstance(value, Markup):
        return value
    if value is None:
        raise TypeError("a page template prints None")
    return value if isinstance(value, StrictUndefined) else markdown.text(value)


@cache
def environment() -> Environment:
    """Loaded once; the templates are part of the program, so none changes while it runs."""
    env = Environment(
        loader=PackageLoader("driftbook.emit.pages"),
        undefined=StrictUndefined,
        auto_reload=False,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters |= {
        "code": markdown.code,
        "fence": markdown.fence,
        "prose": markdown.prose,
        "inline": markdown.inline,
        "attribute": markdown.attribute,
        "time": lambda seconds: spoken(seconds, "seconds"),
        "duration": duration,
        "digest": lambda text: hashlib.sha256(text.encode()).hexdigest(),
        "listed": _listed,
    }
    env.globals |= {"link": markdown.link}
    return env


def _listed(values: Any, separator: str = ", ") -> Markup:
    """Values in a row, each escaped."""
    return Markup(separator.join(map(_shown, values)))
