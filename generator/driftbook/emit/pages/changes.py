"""The history of a definition on its page: what, by how much, by whom, why."""

from typing import Any, Protocol

from markupsafe import Markup

from driftbook.emit.pages.markdown import link, text
from driftbook.history import Change, History
from driftbook.model import Catalog, Origin

SHOWN = 20
"""Changes on a page; the repository has them all."""


class Defined(Protocol):
    """What stands in a file of the catalog."""

    @property
    def name(self) -> str: ...
    @property
    def origin(self) -> Origin: ...


def of(catalog: Catalog, history: History, kind: str, defined: Defined) -> dict[str, Any]:
    """For `_history.md.j2`. last: when it was changed last and by whom, or ""."""
    found = history.of(kind, defined.name)
    more = len(found) - SHOWN
    return {
        "rows": [row(catalog, change) for change in found[:SHOWN]],
        "more": f"{more} earlier change{'' if more == 1 else 's'}" if more > 0 else "",
        "first": found[-1].date if more > 0 else "",
        "log": link("the whole log", log_url(catalog.repo_url, defined.origin.file)),
        "begins": history.begins,
        "lacking": history.lacking,
        "last": f"{found[0].date} by {found[0].author}" if found else "",
    }


def row(catalog: Catalog, change: Change) -> dict[str, Markup]:
    """A line of a table; all of it was written by people, so all of it is escaped."""
    return {
        "date": link(change.date, commit_url(catalog.repo_url, change.commit)),
        "what": Markup("<br>").join(text(words) for words in change.what),
        "why": text(f"{change.author}: {change.why}"),
    }


def commit_url(repo_url: str, commit: str) -> str:
    """A commit on the repository's web pages (GitHub, GitLab and Forgejo agree)."""
    return f"{repo_url.rstrip('/')}/commit/{commit}" if repo_url else ""


def log_url(repo_url: str, file: str) -> str:
    """All commits of a file."""
    return f"{repo_url.rstrip('/')}/commits/HEAD/{file}" if repo_url else ""
