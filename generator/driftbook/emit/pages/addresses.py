"""Links of the catalog that say `{{ $labels.region }}`, for a page that may know no label.

`labels.js` fills in what stays open here, by the same parts of an address.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import quote

from driftbook import gotemplate

_PARTS = re.compile(r"([a-z]+://[^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE | re.DOTALL)
_OPEN, _UNKNOWN = "\ue012", "\ue013"
"""Before and after the name of a label, and instead of what no page can know."""
_LABEL = re.compile(f"{_OPEN}(.*?){_OPEN}")


def page_address(
    url: str, constants: Mapping[str, str], varying: Collection[str]
) -> tuple[str, str]:
    """The address without labels, and with `<region>` where one can be filled in.

    The first leads as near as it can: without the parameters that hold a label, or to where the
    path still has none. Both are "" where the host depends on a label; the second is where nothing
    can be filled in. constants: labels that every alert has with one value, varying: those whose
    values the page may be told.
    """
    found = _PARTS.fullmatch(_marked(url, constants, varying))
    if found is None or _marks(found[1]):
        return "", ""
    server, path, query, fragment = found[1], found[2], found[3] or "", found[4] or ""
    if _UNKNOWN in path:
        return server + _before(path, _UNKNOWN), ""
    asked = query[1:].split("&")
    known = _query(p for p in asked if _UNKNOWN not in p)
    inside = "" if _UNKNOWN in fragment else fragment
    open_ = f"{server}{path}{known}{inside}"
    if _OPEN in path:
        bare = server + _before(path, _OPEN)
    else:
        bare = f"{server}{path}{_query(p for p in asked if not _marks(p))}"
        bare += "" if _marks(fragment) else fragment
    return bare, _LABEL.sub(r"<\1>", open_) if _OPEN in open_ else ""


def _marked(url: str, constants: Mapping[str, str], varying: Collection[str]) -> str:
    made = []
    try:
        parts = gotemplate.parse(url)
    except gotemplate.GoTemplateFault:
        return ""
    for kind, content, _ in parts:
        if kind == "text":
            made.append(content)
        elif kind == "label" and content in constants:
            made.append(quote(constants[content], safe=""))
        elif kind == "label" and content in varying:
            made.append(f"{_OPEN}{content}{_OPEN}")
        else:
            made.append(_UNKNOWN)
    return "".join(made)


def _marks(part: str) -> bool:
    return _OPEN in part or _UNKNOWN in part


def _before(path: str, mark: str) -> str:
    """The folder in which the path is still known."""
    return path[: path.rindex("/", 0, path.index(mark)) + 1]


def _query(parameters: Iterable[str]) -> str:
    kept = "&".join(p for p in parameters if p)
    return f"?{kept}" if kept else ""
