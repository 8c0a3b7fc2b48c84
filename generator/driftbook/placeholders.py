"""Labels of an alert in texts that are written before it fires.

A runbook says `{{ labels.region }}`. No value is known when a page is made, so a mark stands for it
until the page shows a placeholder, which a script replaces when the address has the label.
"""

import re
from typing import Any, NoReturn

OPEN, CLOSE = "\ue010", "\ue011"
"""Around the name of a label; private-use characters that no text of a catalog may have."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MARK = re.compile(f"{OPEN}({_NAME.pattern}){CLOSE}")


class UnknownValue(ValueError):
    """A template looks at the value of a label."""

    def __init__(self) -> None:
        super().__init__("the value of a label is not known before the alert fires; only print it")


class Label:
    """A label of the alert. It can be printed, and nothing else can be done with it."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def mark(self) -> str:
        """What stands for it in a text."""
        return f"{OPEN}{self.name}{CLOSE}"

    def _refuse(self, *_: Any) -> NoReturn:
        raise UnknownValue

    __str__ = __iter__ = __len__ = __bool__ = __eq__ = __hash__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __neg__ = __getitem__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __contains__ = _refuse


class Labels:
    """`labels` in a template: every name that a label may have. A check looks which are real."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Label:
        if not _NAME.fullmatch(name):
            raise KeyError(name)
        return Label(name)


LABELS = Labels()


def used(text: str) -> tuple[str, ...]:
    """The names of the labels in a text, in order."""
    return tuple(_MARK.findall(text))


def plain(text: str) -> str:
    """The text for a terminal, and in code: `<region>`."""
    return _MARK.sub(r"<\1>", text)


def named(text: str) -> str:
    """The text for a notification, where `<region>` may mean something: the label's name alone."""
    return _MARK.sub(r"\1", text)
