"""The history of a definition on its page: what, by how much, by whom, why."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from markupsafe import Markup

from driftbook.emit.pages.markdown import code, link, text
from driftbook.emit.pages.related import Ref
from driftbook.emit.pages.tables import table
from driftbook.history import Change, Entry, History, Key
from driftbook.model import Catalog, Dataset, Invariant, Origin

SHOWN = 20
"""Changes on a page; the repository has them all."""
LATELY = 8
"""Changes of what somebody owns; the page of what changed recently has more of them."""
FEW = 6
"""Differences of one change among those of others; a large rewrite is for git to show."""
PAGES = {
    "team": "teams",
    "dataset": "datasets",
    "invariant": "invariants",
    "runbook": "runbooks",
    "remediation": "remediations",
    "scenario": "scenarios",
}
"""The folder in which a kind of definition has its pages."""


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
        "why": _why(change),
    }


def _why(change: Change) -> Markup:
    return text(f"{change.author}: {change.why}")


def keys(catalog: Catalog, key: Callable[[Dataset | Invariant], str]) -> dict[str, list[Key]]:
    """All datasets and invariants, retired ones too, by a text such as the name of the owner."""
    made: dict[str, list[Key]] = {}
    for dataset in catalog.datasets.values():
        made.setdefault(key(dataset), []).append(("dataset", dataset.name))
    for invariant in catalog.invariants.values():
        made.setdefault(key(invariant), []).append(("invariant", invariant.name))
    return made


def lately(catalog: Catalog, history: History, only: Iterable[Key], ref: Ref) -> Markup:
    """What changed of what is somebody's, the newest first; "" where nothing is known to have."""
    return table(
        ("when", "what changed", "by whom and why"),
        (
            (
                link(e.change.date, commit_url(catalog.repo_url, e.change.commit)),
                about(e, ref) + Markup("<br>") + few(e.change.what),
                _why(e.change),
            )
            for e in history.recent(catalog, LATELY, only)
        ),
    )


def about(entry: Entry, ref: Ref) -> Markup:
    """Kind and name of a definition, linked where it has a page."""
    shown = code(entry.name)
    if not entry.gone and entry.kind in PAGES:
        shown = ref(shown, f"{PAGES[entry.kind]}/{entry.name}")
    return text(entry.kind) + Markup(" ") + shown


def few(what: tuple[str, ...]) -> Markup:
    """Differences, a line each; no more than a list of many changes has room for."""
    lines = [text(line) for line in what[:FEW]]
    if len(what) > FEW:
        lines.append(text(f"and {len(what) - FEW} more"))
    return Markup("<br>").join(lines)


def since(catalog: Catalog, history: History, invariants: Iterable[Invariant], ref: Ref) -> Markup:
    """Since when each of these watches its dataset, and who decided so; "" where git tells nothing.

    That of a retired one is when it was retired.
    """
    if history.lacking or not (history.changes or history.begins):
        return Markup("")
    rows = []
    for i in invariants:
        change = history.since("invariant", i.name, "dataset")
        name = ref(i.title, f"invariants/{i.name}")
        name += Markup(", retired") if i.lifecycle == "retired" else Markup("")
        if change is not None:
            when = link(change.date, commit_url(catalog.repo_url, change.commit))
            rows.append((name, when, _why(change)))
        elif history.begins:
            rows.append((name, text(f"before {history.begins}"), Markup("not known here")))
        else:
            rows.append((name, Markup("not committed yet"), Markup("this working copy")))
    return table(("invariant", "since", "by whom and why"), rows)


def commit_url(repo_url: str, commit: str) -> str:
    """A commit on the repository's web pages (GitHub, GitLab and Forgejo agree)."""
    return f"{repo_url.rstrip('/')}/commit/{commit}" if repo_url else ""


def log_url(repo_url: str, file: str) -> str:
    """All commits of a file."""
    return f"{repo_url.rstrip('/')}/commits/HEAD/{file}" if repo_url else ""
