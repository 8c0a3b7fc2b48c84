"""`site_url`, `repo_url`, an `external_url` or a link is not an http(s) URL.

They are put into notifications and pages: relative ones lead nowhere, and others may do harm.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found
from driftbook.diagnostics import Diagnostic, Path, Severity

CODE = "DB608"
NAME = "url"
TITLE = "Not a web address"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    CATALOG,
    "site_url: https://runbooks.example.org/",
    "site_url: runbooks.example.org",
    "site_url: https://runbooks.example.org/drift/",
)


_SITES: tuple[Path, ...] = (
    ("site_url",),
    ("repo_url",),
    ("prometheus", "external_url"),
    ("alertmanager", "external_url"),
)
_URL = re.compile(r"https?://[^\s/?#]+[^\s?#]*")
_LINK = re.compile(r"https?://[^\s/?#{]")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Addresses whole, links by their beginning, before their templates are filled in."""
    for document in subject.of_kind("catalog"):
        for path in _SITES:
            value = _value(document.data, path)
            if value and not _URL.fullmatch(value):
                message = f'"{value}" is not the address of a site'
                expected = "an http(s) URL without query"
                yield found(CODE, message, document.file, path, expected=expected)
        for key, value in document.data.get("links", {}).items():
            if not _LINK.match(value):
                message = "the link is not an http(s) URL"
                expected = "https:// and the name of a host"
                yield found(CODE, message, document.file, ("links", key), expected=expected)


def _value(data: Mapping[str, Any], path: Path) -> Any:
    """What stands at a path, "" where nothing does."""
    for key in path:
        data = data.get(str(key), {})
    return data or ""
