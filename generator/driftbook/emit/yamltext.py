"""Plain data as readable, byte-stable YAML.

Written out here because this is the hot path of a large compile: PyYAML's C dumper needs several
times as long and cannot write literal blocks. Tests hold it to PyYAML's reader, for any data.
"""

import json
import re
from functools import lru_cache
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./()-]*(?: [A-Za-z0-9_./()-]+)*")
_DURATION = re.compile(r"(?:[0-9]+(?:ms|[smhdw]))+")
_WORDS = frozenset("true false yes no on off null y n nan inf infinity".split())  # noqa: SIM905
_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff"
_BLOCK = re.compile(rf"[^\s{_CONTROL}][^\t{_CONTROL}]*")
_CONTROLS = re.compile(rf"[\t\n{_CONTROL}]")
_ESCAPED = re.compile(rf"[\"\\\t\n{_CONTROL}]")


def dump(value: dict[str, Any]) -> str:
    """A mapping of dict, list, tuple, str, int, float, bool and None as block YAML."""
    out: list[str] = []
    _write(value, "", "", out)
    out.append("\n")
    return "".join(out)


def scalar(value: object) -> str:
    """A scalar on one line."""
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    digits = repr(value)
    return digits if "." in digits else digits.replace("e", ".0e")


@lru_cache(maxsize=8192)
def _text(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return f"'{text}'" if text.lower() in _WORDS else text
    if _DURATION.fullmatch(text):
        return text
    if _CONTROLS.search(text):
        escaped = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        return f'"{escaped}"'
    return "'" + text.replace("'", "''") + "'"


def _write(value: Any, pad: str, lead: str, out: list[str]) -> None:
    """Appends to out; lead is what stands before the first entry (a line feed, or a blank)."""
    start, deeper = f"\n{pad}", f"{pad}  "
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str):
                out.append(f"{lead}{_text(key)}:{_leaf(inner, pad)}")
            elif inner and isinstance(inner, dict | list | tuple):
                out.append(f"{lead}{_text(key)}:")
                _write(inner, deeper, f"\n{deeper}", out)
            else:
                out.append(f"{lead}{_text(key)}:{_leaf(inner, pad)}")
            lead = start
        return
    for inner in value:
        if inner and isinstance(inner, dict | list | tuple):
            out.append(f"{lead}-")
            _write(inner, deeper, " ", out)
        else:
            out.append(f"{lead}-{_leaf(inner, pad)}")
        lead = start


def _leaf(value: Any, pad: str) -> str:
    """A scalar or an empty collection, with the blank before it."""
    if isinstance(value, str):
        if "\n" in value and not value.endswith("\n") and _BLOCK.fullmatch(value):
            lines = value.split("\n")
            return " |-" + "".join([f"\n{pad}  {line}" if line else "\n" for line in lines])
        return f" {_text(value)}"
    if isinstance(value, dict | list | tuple):
        return " {}" if isinstance(value, dict) else " []"
    return f" {scalar(value)}"
