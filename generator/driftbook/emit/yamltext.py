"""Plain data as readable, byte-stable YAML.

Written out here because this is the hot path of a large compile: PyYAML's C dumper needs several
times as long and cannot write literal blocks. Tests hold it to PyYAML's reader, for any data.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./()-]*(?: [A-Za-z0-9_./()-]+)*")
_DURATION = re.compile(r"(?:[0-9]+(?:ms|[smhdw]))+")
_WORDS = frozenset(
    ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf", "infinity"]
)
_BLOCK = re.compile(
    r"[^\s\x00-\x1f\x7f-\x9f\ufeff\u2028\u2029][^\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\u2028\u2029]*"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def scalar(value: object) -> str:
    """A scalar on one line."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    if _DURATION.fullmatch(text) or (_PLAIN.fullmatch(text) and text.lower() not in _WORDS):
        return text
    if _CONTROL.search(text):
        return json.dumps(text)
    return "'" + text.replace("'", "''") + "'"


def dump(value: Any, indent: int = 0) -> str:
    """A mapping or list as block YAML, ending with a line feed."""
    return "".join(f"{line}\n" for line in _lines(value, " " * indent))


def _lines(value: Any, pad: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry(f"{pad}{scalar(key)}:", inner, pad)
    else:
        for inner in value:
            yield from _item(inner, pad)


def _entry(head: str, value: Any, pad: str) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple):
        if not value:
            yield f"{head} {'{}' if isinstance(value, Mapping) else '[]'}"
            return
        yield head
        yield from _lines(value, pad + "  ")
    elif isinstance(value, str) and "\n" in value and _is_block(value):
        yield f"{head} |-"
        yield from (f"{pad}  {line}" if line else "" for line in value.split("\n"))
    else:
        yield f"{head} {scalar(value)}"


def _item(value: Any, pad: str) -> Iterator[str]:
    if isinstance(value, Mapping | list | tuple) and value:
        lines = _lines(value, pad + "  ")
        yield f"{pad}- {next(lines)[len(pad) + 2 :]}"
        yield from lines
    else:
        yield from _entry(f"{pad}-", value, pad)


def _is_block(text: str) -> bool:
    return not text.endswith("\n") and _BLOCK.fullmatch(text) is not None
