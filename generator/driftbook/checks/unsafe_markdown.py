"""A Markdown text holds raw HTML, a link that is not http(s), mailto or relative, or a directive.

Pages are read by people who are signed in elsewhere, and the site must be what the catalog says.
Inside code, between backticks or fences, everything is allowed.
"""

import re
from collections.abc import Iterator
from html import unescape

from driftbook.checks.example import RUNBOOK
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.rendered import texts
from driftbook.diagnostics import Diagnostic, Severity

CODE = "DB706"
NAME = "unsafe-markdown"
TITLE = "Markdown that could do harm"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    RUNBOOK,
    "act: Send reads to the primary.",
    "act: Send <b>reads</b> to the primary.",
    "act: Send **reads** to the primary, see [the guide](https://wiki.example.org/reads).",
)


_MARKDOWN = frozenset(
    (
        *("meaning", "symptoms", "check", "act", "escalate", "expect", "otherwise"),
        *("verify", "irreversible", "look"),
    )
)
_FENCE = re.compile(
    r"^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^[ ]{0,3}(?P=fence)[`~]*[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_CODE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)", re.DOTALL)
_HTML = re.compile(r"<(?!https?://|mailto:|[\w.+-]+@)[A-Za-z!/?][^>]*>?")
_LINK = re.compile(
    r"\]\(\s*<?(?P<inline>[^)\s>]+)|^[ ]{0,3}\[[^\]]+\]:\s*<?(?P<reference>\S+)", re.M
)
_SAFE = re.compile(r"(https?|mailto):|[^:]*([/?#]|$)", re.IGNORECASE)
_DIRECTIVE = re.compile(r"-{1,}8<-{1,}|^:::|\{:?[^{}\n]*\b(on\w+|style|src|href)\s*=", re.M | re.I)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """The first harm in each text."""
    for document in subject.of_kind("runbook"):
        for path, text in texts((), document.data):
            if path[-1] in _MARKDOWN and (harm := _harm(text)):
                what, at = harm
                expected = "Markdown without HTML; code between backticks"
                yield found(CODE, what, document.file, path, expected=expected, offset=at)


def _harm(text: str) -> tuple[str, int] | None:
    bare = _CODE.sub(_blank, _FENCE.sub(_blank, text))
    if html := _HTML.search(bare):
        return f'raw HTML "{html[0][:40]}"', html.start()
    for link in _LINK.finditer(bare):
        target = link["inline"] or link["reference"]
        plain = re.sub(r"[\x00-\x20]", "", unescape(target))
        if "{{" not in target and not _SAFE.match(plain):
            return f'the link "{target[:40]}" is not http(s), mailto or relative', link.start()
    if directive := _DIRECTIVE.search(bare):
        return f'the directive "{directive[0][:40]}"', directive.start()
    return None


def _blank(found_code: re.Match[str]) -> str:
    """Blanks of the same length, so that offsets stay true."""
    return " " * len(found_code[0])
