"""The page templates' environment: every value is escaped unless it is `Markup` already."""

import hashlib
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from driftbook.emit.pages import markdown
from driftbook.units import duration, spoken


def _shown(value: Any) -> Any:
    """What `{{ … }}` puts on a page."""
    if value is None:
        raise TypeError("a page template prints None")
    return value if isinstance(value, Markup | StrictUndefined) else markdown.text(value)


@cache
def environment() -> Environment:
    """Loaded once; autoescape keeps macros and `set` blocks from being escaped twice."""
    env = Environment(
        loader=PackageLoader("driftbook.emit.pages"),
        undefined=StrictUndefined,
        autoescape=True,
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
    return Markup(separator).join(_shown(v) for v in values)
