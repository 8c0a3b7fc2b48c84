"""What catalog templates may do: the allowed part of Jinja2's language, its filters, its values.

A list of what is allowed, not of what is forbidden: whoever can edit a catalog could otherwise
reach Python through it, or keep the compile busy for ever.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any, NoReturn
from urllib.parse import quote

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from driftbook.diagnostics import nearest
from driftbook.placeholders import Label, UnknownValue
from driftbook.units import duration, number, spoken

LIMIT = 100_000
"""Characters that a text, and every value on the way to it, may have."""
LOOPS = 2
"""How deep `for` may nest."""
COMMENT = "\ue002"
"""Starts comments, so that `{#` is plain text; a private-use character that no text has."""

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

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key is looked for before a method of its mapping: data may have a key `items`."""
        data = isinstance(obj, Mapping) and attribute in obj
        return obj[attribute] if data else super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return is_dataclass(obj) and not attr.startswith("_") and not callable(value)


def _shown(value: object) -> object:
    """What `{{ … }}` prints; only there a label may stand."""
    return value.mark if isinstance(value, Label) else _printed(value)


def _printed(value: object) -> object:
    """What may become text: text and numbers, never a whole object or nothing."""
    if isinstance(value, Label):
        raise UnknownValue
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
        if any(isinstance(value, Label) for value in (*args, *kwargs.values())):
            raise UnknownValue
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
        finalize=_shown,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        comment_start_string=f"{COMMENT}#",
        comment_end_string=f"#{COMMENT}",
        optimized=False,
    )
    env.globals.clear()
    env.filters = {name: _capped(function) for name, function in _FILTERS.items()}
    env.tests = {name: test for name, test in env.tests.items() if name in _TESTS}
    return env


ENV = _environment()


def refuse(tree: nodes.Template, text: str) -> None:
    """Raises for everything outside the allowed part of the language."""
    for node, loops in _walk(tree, 0):
        where = line_start(text, node.lineno)
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


def line_start(text: str, line: int | None) -> int | None:
    """Offset of the first brace on a line, else of the line."""
    if not line:
        return None
    starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", text))]
    start = starts[min(line, len(starts)) - 1]
    brace = re.compile(r"[^\r\n]*?(?=\{[{%])").match(text, start)
    return brace.end() if brace else start
