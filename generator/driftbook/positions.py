"""Where things are written: paths of keys and offsets in scalars -> line and column.

Only diagnostics ask for this, so nothing is recorded while reading: the one file is composed
again, with its marks.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from driftbook.diagnostics import Path, Place
from driftbook.strictyaml import MAX_DEPTH

_ESCAPED = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r?\n[ \t]*|.)", re.DOTALL
)
_FOLD = re.compile(r"[ \t]*\r?\n(?P<blank>[ \t]*\r?\n)*[ \t]*")


class _Composer(CParser):
    """Nodes with marks and without tags. Refuses depths that a strict read refuses."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(raw)
        self.depth = 0

    def resolve(self, kind: object, value: object, implicit: object) -> None:
        return None

    def descend_resolver(self, parent: object, index: object) -> None:
        self.depth += 1
        if self.depth > 2 * MAX_DEPTH + 2:
            raise yaml.YAMLError("too deep")

    def ascend_resolver(self) -> None:
        self.depth -= 1


class Positions:
    """The places of one file's text."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        try:
            self.top: Node | None = _Composer(text.encode()).get_single_node()
        except yaml.YAMLError:
            self.top = None

    def fill(self, place: Place) -> Place:
        """The place with its line and column; the nearest enclosing ones where it is not."""
        if self.top is None:
            return replace(place, line=1, column=1)
        key, node, whole = self._walk(place.path)
        if key is not None and (place.on == "key" or not whole):
            line, column = _start(key)
        elif place.offset is not None and whole and isinstance(node, ScalarNode):
            line, column = self._inside(node, place.offset)
        else:
            line, column = _start(node)
        return replace(place, line=line, column=column)

    def _walk(self, path: Path) -> tuple[Node | None, Node, bool]:
        """The last key on the way, the node reached, whether that is all of the path."""
        assert self.top is not None
        key, node = None, self.top
        for step in path:
            found = _child(node, step)
            if found is None:
                return key, node, False
            key, node = found
        return key, node, True

    def folded(self) -> frozenset[Path]:
        """Paths of the scalars that are written with `>`."""
        return frozenset(path for path, node in _scalars((), self.top) if node.style == ">")

    def first_key(self, line: int, column: int) -> tuple[int, int] | None:
        """The first key with the same name as the key at this place, in the same mapping."""
        for node in _nodes(self.top):
            if isinstance(node, MappingNode):
                for key, _ in node.value:
                    if _start(key) == (line, column):
                        same = (k for k, _ in node.value if k.value == key.value)
                        return _start(next(same))
        return None

    def _inside(self, node: ScalarNode, offset: int) -> tuple[int, int]:
        if node.style == "|":
            return self._in_block(node, offset)
        line, column = _start(node)
        if node.style == ">":
            line, column = self._block_start(node)
        elif node.style in ("'", '"'):
            column += 1
        rest = "\n".join([self.lines[line - 1][column - 1 :], *self.lines[line:]])
        before = rest[: _raw_length(rest, offset, node.style or "")]
        if "\n" in before:
            return line + before.count("\n"), len(before) - before.rfind("\n")
        return line, column + len(before)

    def _in_block(self, node: ScalarNode, offset: int) -> tuple[int, int]:
        before = node.value[:offset]
        line, indent = self._block_start(node)
        return line + before.count("\n"), indent + len(before) - before.rfind("\n") - 1

    def _block_start(self, node: ScalarNode) -> tuple[int, int]:
        """Line and column of a block's first character."""
        first = node.start_mark.line + 1
        last = min(node.end_mark.line + 1, len(self.lines))
        content = [text for text in self.lines[first:last] if text.strip()]
        lead = len(node.value) - len(node.value.lstrip("\n"))
        skipped = lead if node.style == ">" else 0
        if not content:
            return first, node.start_mark.column + 1
        # With an explicit indentation indicator the block may start with more blanks.
        own = len(node.value[lead:]) - len(node.value[lead:].lstrip(" "))
        indent = len(content[0]) - len(content[0].lstrip(" ")) - own
        return first + 1 + skipped, max(indent, 0) + 1


def _raw_length(raw: str, offset: int, style: str) -> int:
    """Characters of `raw` that make the first `offset` characters of a flow or folded scalar."""
    at = 0
    made = 0
    while made < offset and at < len(raw):
        if style == "'" and raw.startswith("''", at):
            at, made = at + 2, made + 1
        elif style == '"' and (escaped := _ESCAPED.match(raw, at)):
            at, made = escaped.end(), made + (0 if "\n" in escaped[0] else 1)
        elif fold := _FOLD.match(raw, at):
            at, made = fold.end(), made + max(1, fold[0].count("\n") - 1)
        else:
            at, made = at + 1, made + 1
    return at


def _start(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _child(node: Node, step: str | int) -> tuple[Node | None, Node] | None:
    if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        return None, node.value[step]
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode) and key.value == str(step):
                return key, value
    return None


def _nodes(node: Node | None) -> Iterator[Node]:
    if node is not None:
        yield node
    if isinstance(node, SequenceNode):
        for child in node.value:
            yield from _nodes(child)
    elif isinstance(node, MappingNode):
        for key, child in node.value:
            yield from _nodes(key)
            yield from _nodes(child)


def _scalars(path: Path, node: Any) -> Iterator[tuple[Path, ScalarNode]]:
    if isinstance(node, ScalarNode):
        yield path, node
    elif isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            yield from _scalars((*path, index), child)
    elif isinstance(node, MappingNode):
        for key, child in node.value:
            yield from _scalars((*path, str(key.value)), child)
