"""A site, a server, a link or a target has an address that is not an http(s) URL.

They are put into notifications and pages: relative ones lead nowhere, and others may do harm.
Targets are asked over HTTP.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from driftbook.checks.example import CATALOG
from driftbook.checks.kit import Example, Subject, found, target_urls
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
        for path, value in _addresses(document.data):
            if value and not _URL.fullmatch(value):
                what = "a server" if path[-1] == "url" else "a site"
                message = f'"{value}" is not the address of {what}'
                expected = "an http(s) URL without query"
                yield found(CODE, message, document.file, path, expected=expected)
        for key, value in document.data.get("links", {}).items():
            if not _LINK.match(value):
                message = "the link is not an http(s) URL"
                expected = "https:// and the name of a host"
                yield found(CODE, message, document.file, ("links", key), expected=expected)


def _addresses(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Those that stand for themselves, "" for one that is left out, with their paths."""
    for path in _SITES:
        value: Any = data
        for key in path:
            value = value.get(str(key), {})
        yield path, value or ""
    yield from target_urls(data)
