"""Templates in the catalog: a small, safe and strict part of Jinja2.

Runbooks, remediations and links are templates over the model. Whoever can edit the catalog could
otherwise reach Python through them or keep the compile busy for ever, so the syntax is a list of
what is allowed: printing, `if`, `for` (two deep), comparisons, `+`, and the filters below. There
is no call, no assignment, no `*`, `**`, `%` or `~`, and no attribute that starts with `_`.

Go template segments (`{{ $labels.shard }}`, `{{ .Names }}`) belong to Alertmanager, Prometheus or
a command line, and come out as they went in. `{#` is plain text: shells write `${#list[@]}`.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from jinja2 import Template, TemplateError
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError
from jinja2.meta import find_undeclared_variables

from driftbook import placeholders
from driftbook.diagnostics import nearest
from driftbook.model import Invariant
from driftbook.sandbox import COMMENT, ENV, FILTERS, LIMIT, TemplateFault, line_start, refuse

__all__ = ["FILTERS", "LIMIT", "TemplateFault", "procedure", "render"]

_GO = re.compile(r"""\{\{-?\s*[.$](?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|[^"`}]|\}(?!\}))*\}\}""")
_HOLD, _PAD = "\ue000", "\ue001"  # private use: no text has them
_HELD = re.compile(f"{_HOLD}([0-9]+){_PAD}*")
_PRIVATE = re.compile(f"[{_HOLD}{_PAD}{COMMENT}]")
_RESERVED = re.compile(f"[{_HOLD}{_PAD}{COMMENT}{placeholders.OPEN}{placeholders.CLOSE}]")


def procedure(text: str, invariant: Invariant) -> str:
    """A text of a runbook or a remediation, for one invariant; it may name labels of the alert.

    They come out as marks, see `placeholders`. Raises TemplateFault.
    """
    return render(text, invariant=invariant, labels=placeholders.LABELS)


def render(text: str, **names: object) -> str:
    """The text with its templates filled in from `names`.

    Raises TemplateFault for wrong syntax, for what is not allowed, for a name that is not known,
    and when a text that has something in it renders to nothing.
    """
    if private := _RESERVED.search(text):
        raise TemplateFault("a private-use character in a text", private.start())
    if "{{" not in text and "{%" not in text:
        return text
    hidden, segments = _hide(text)
    template, wanted = _compiled(hidden)
    for name in sorted(wanted - names.keys()):
        raise _unknown(hidden, name, names)
    try:
        result = _shown(template.render(names), segments)
    except UndefinedError as error:
        raise _from_undefined(hidden, error) from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise TemplateFault(_sentence(error)) from None
    if len(result) > LIMIT:
        raise TemplateFault(f"renders to more than {LIMIT} characters")
    if text.strip() and not result.strip():
        raise TemplateFault("renders to nothing")
    return result


def _hide(text: str) -> tuple[str, list[str]]:
    """Puts a stand-in of the same length for every Go segment, so that offsets stay true."""
    segments: list[str] = []

    def hold(found: re.Match[str]) -> str:
        segments.append(found[0])
        return f"{_HOLD}{len(segments) - 1}".ljust(len(found[0]), _PAD)

    return _GO.sub(hold, text), segments


def _shown(text: str, segments: list[str]) -> str:
    shown = _HELD.sub(lambda m: segments[int(m[1])] if int(m[1]) < len(segments) else m[0], text)
    if _PRIVATE.search(shown):
        raise TemplateFault("a filter cuts a Go template segment apart")
    return shown


@lru_cache(maxsize=4096)
def _compiled(text: str) -> tuple[Template, frozenset[str]]:
    """The template and the names that it reads. A runbook serves many invariants: made once."""
    if len(text) > LIMIT:
        raise TemplateFault(f"a text of more than {LIMIT} characters")
    try:
        tree = ENV.parse(text)
        refuse(tree, text)
        return ENV.from_string(tree), frozenset(find_undeclared_variables(tree))
    except TemplateSyntaxError as error:
        hint = "write {% raw %}{{ … }}{% endraw %} for braces that are meant as they are"
        raise TemplateFault(_sentence(error), line_start(text, error.lineno), hint) from None
    except TemplateFault:
        raise
    except (RecursionError, SyntaxError, ValueError, MemoryError):
        raise TemplateFault("is too deep or too large to read") from None


def _unknown(text: str, name: str, names: Mapping[str, object]) -> TemplateFault:
    expected = nearest(name, names) or f"one of {', '.join(sorted(names))}"
    return TemplateFault(f'"{name}" is not known here', _find(text, name), expected)


def _from_undefined(text: str, error: UndefinedError) -> TemplateFault:
    name, expected = (*getattr(error, "__notes__", ()), "", "")[:2]
    return TemplateFault(_sentence(error), _find(text, name), expected)


def _find(text: str, word: str) -> int | None:
    """Where a word stands inside a template's braces."""
    for braces in re.finditer(r"\{[{%].*?[}%]\}", text, re.DOTALL):
        if word and (found := re.search(rf"\b{re.escape(word)}\b", braces[0])):
            return braces.start() + found.start()
    return None


def _sentence(error: BaseException) -> str:
    if isinstance(error, TemplateFault):
        return error.message
    if isinstance(error, SecurityError):
        return "reaches for something that is not allowed in a catalog template"
    text = getattr(error, "message", None) or str(error) or type(error).__name__
    return str(text).rstrip(".")
