"""Templates in the catalog: a small, safe and strict part of Jinja2.

Runbooks, remediations and links are templates over the model. Whoever can edit the catalog could
otherwise reach Python through them or keep the compile busy for ever, so the syntax is a list of
what is allowed: printing, `if`, `for` (two deep), comparisons, `+`, and the filters below. There
is no call, no assignment, no `*`, `**`, `%` or `~`, and no attribute that starts with `_`.

Go template segments (`{{ $labels.shard }}`, `{{ .Names }}`) belong to Alertmanager, Prometheus or
a command line, and come out as they went in. `{#` is plain text: shells write `${#list[@]}`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache, wraps
from typing import Any, NoReturn
from urllib.parse import quote

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from driftbook.diagnostics import nearest
from driftbook.units import duration, number, spoken

LIMIT = 100_000
"""Characters that a text, and every value on the way to it, may have."""
LOOPS = 2
"""How deep `for` may nest."""

_GO = re.compile(r"""\{\{-?\s*[.$](?:"(?:[^"\\\n]|\\.)*"|`[^`]*`|[^"`}]|\}(?!\}))*\}\}""")
_HOLD, _PAD, _COMMENT = "\ue000", "\ue001", "\ue002"  # private use: no text has them
_HELD = re.compile(f"{_HOLD}([0-9]+){_PAD}*")
_PRIVATE = re.compile(f"[{_HOLD}{_PAD}{_COMMENT}]")
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Filter,
    nodes.Test,
    nodes.If,
    nodes.CondExpr,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Add,
    nodes.Sub,
    nodes.Keyword,
)
_TESTS = frozenset({"defined", "undefined", "none", "eq", "ne", "in"})


class TemplateFault(ValueError):
    """A template that cannot be used; offset: characters into the text, or None."""

    def __init__(self, message: str, offset: int | None = None, expected: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.expected = expected


def render(text: str, **names: object) -> str:
    """The text with its templates filled in from `names`.

    Raises TemplateFault for wrong syntax, for what is not allowed, for a name that is not known,
    and when a text that has something in it renders to nothing.
    """
    if private := _PRIVATE.search(text):
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


class _Unknown(StrictUndefined):
    """Undefined that remembers what was looked for where, for the message."""

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> NoReturn:
        obj, name = self._undefined_obj, self._undefined_name
        error = UndefinedError(f'"{name}" is not known here')
        error.add_note(str(name))
        error.add_note(nearest(str(name), _keys(obj)))
        raise error

    __str__ = __iter__ = __len__ = __bool__ = __eq__ = __hash__ = _fail_with_undefined_error
    __add__ = __radd__ = __sub__ = __rsub__ = __neg__ = __call__ = _fail_with_undefined_error
    __lt__ = __le__ = __gt__ = __ge__ = __getitem__ = __contains__ = _fail_with_undefined_error
    __ne__ = _fail_with_undefined_error


class _Sandbox(ImmutableSandboxedEnvironment):
    """Data only: attributes of our dataclasses, keys of mappings, nothing that can be called."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return is_dataclass(obj) and not attr.startswith("_") and not callable(value)


def _printed(value: object) -> object:
    """What `{{ … }}` may print: text and numbers, never a whole object or nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, str | StrictUndefined):
        return value
    if value is None:
        raise TemplateFault("prints a value that is not there")
    raise TemplateFault(f"prints a whole {type(value).__name__.lower()}; name one of its fields")


def _capped(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose result may not outgrow LIMIT."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        if isinstance(result, str | list) and len(result) > LIMIT:
            raise TemplateFault(f"makes a value of more than {LIMIT} characters")
        return result

    return run


def _join(values: Iterable[object], separator: str = "") -> str:
    return str(separator).join(str(_printed(v)) for v in values)


def _replace(text: str, old: str, new: str) -> str:
    if not old:
        raise TemplateFault("replace needs something to look for")
    if text.count(old) * max(len(new) - len(old), 0) + len(text) > LIMIT:
        raise TemplateFault(f"makes a value of more than {LIMIT} characters")
    return text.replace(old, new)


def _default(value: object, other: object = "") -> object:
    return value if value else other


_FILTERS: dict[str, Callable[..., Any]] = {
    "join": _join,
    "replace": _replace,
    "default": _default,
    "lower": lambda text: str(_printed(text)).lower(),
    "upper": lambda text: str(_printed(text)).upper(),
    "capitalize": lambda text: str(text)[:1].upper() + str(text)[1:],
    "trim": lambda text: str(text).strip(),
    "length": len,
    "first": lambda values: next(iter(values)),
    "last": lambda values: list(values)[-1],
    "sort": lambda values: sorted(values, key=str),
    "urlencode": lambda text: quote(str(_printed(text)), safe=""),
    "duration": lambda secs: duration(float(secs)),
    "spoken": lambda value, unit: spoken(float(value), str(unit)),
}
FILTERS = tuple(sorted(_FILTERS))
"""The filters that catalog templates may use."""


def _environment() -> _Sandbox:
    env = _Sandbox(
        undefined=_Unknown,
        autoescape=False,
        finalize=_printed,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        comment_start_string=f"{_COMMENT}#",
        comment_end_string=f"#{_COMMENT}",
        optimized=False,
    )
    env.globals.clear()
    env.filters = {name: _capped(function) for name, function in _FILTERS.items()}
    env.tests = {name: test for name, test in env.tests.items() if name in _TESTS}
    return env


_ENV = _environment()


@lru_cache(maxsize=4096)
def _compiled(text: str) -> tuple[Template, frozenset[str]]:
    """The template and the names that it reads. A runbook serves many invariants: made once."""
    if len(text) > LIMIT:
        raise TemplateFault(f"a text of more than {LIMIT} characters")
    try:
        tree = _ENV.parse(text)
        _refuse(tree, text)
        return _ENV.from_string(tree), frozenset(find_undeclared_variables(tree))
    except TemplateSyntaxError as error:
        hint = "write {% raw %}{{ … }}{% endraw %} for braces that are meant as they are"
        raise TemplateFault(_sentence(error), _line_start(text, error.lineno), hint) from None
    except TemplateFault:
        raise
    except (RecursionError, SyntaxError, ValueError, MemoryError):
        raise TemplateFault("is too deep or too large to read") from None


def _refuse(tree: nodes.Template, text: str) -> None:
    """Raises for everything outside the allowed part of the language."""
    for node, loops in _walk(tree, 0):
        where = _line_start(text, node.lineno)
        if not isinstance(node, _ALLOWED):
            raise TemplateFault(f"{_thing(node)} is not allowed in a catalog template", where)
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            expected = nearest(node.name, FILTERS) or f"one of {', '.join(FILTERS)}"
            raise TemplateFault(f'"{node.name}" is not a filter here', where, expected)
        if isinstance(node, nodes.Test) and node.name not in _TESTS:
            raise TemplateFault(f'"is {node.name}" is not allowed in a catalog template', where)
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            raise TemplateFault(f'"{node.attr}" is not allowed in a catalog template', where)
        if isinstance(node, nodes.For) and (loops > LOOPS or node.recursive):
            raise TemplateFault(f"loops nest deeper than {LOOPS}", where)


def _walk(node: nodes.Node, loops: int) -> Iterator[tuple[nodes.Node, int]]:
    loops += isinstance(node, nodes.For)
    yield node, loops
    for child in node.iter_child_nodes():
        yield from _walk(child, loops)


def _thing(node: nodes.Node) -> str:
    words = {
        nodes.Call: "a call",
        nodes.Assign: "an assignment",
        nodes.AssignBlock: "an assignment",
        nodes.Mul: '"*"',
        nodes.Pow: '"**"',
        nodes.Mod: '"%"',
        nodes.Concat: '"~" (use + or join)',
        nodes.Macro: "a macro",
        nodes.Include: "an include",
        nodes.Import: "an import",
    }
    return words.get(type(node), f'"{type(node).__name__.lower()}"')


def _keys(obj: object) -> list[str]:
    if is_dataclass(obj):
        return [f.name for f in fields(obj)]
    return [str(k) for k in obj] if isinstance(obj, Mapping) else []


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


def _line_start(text: str, line: int | None) -> int | None:
    """Offset of the first brace on a line, else of the line."""
    if not line:
        return None
    starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", text))]
    start = starts[min(line, len(starts)) - 1]
    brace = re.compile(r"[^\r\n]*?(?=\{[{%])").match(text, start)
    return brace.end() if brace else start


def _sentence(error: BaseException) -> str:
    if isinstance(error, TemplateFault):
        return error.message
    if isinstance(error, SecurityError):
        return "reaches for something that is not allowed in a catalog template"
    text = getattr(error, "message", None) or str(error) or type(error).__name__
    return str(text).rstrip(".")
