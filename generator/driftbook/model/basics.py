"""Words and places that every part of the model uses."""

from dataclasses import dataclass
from typing import Literal

StageName = Literal["early", "mid", "late"]
Worse = Literal["above", "below"]
SupportingType = Literal["counter", "gauge"]
STAGES: tuple[StageName, ...] = ("early", "mid", "late")
PathInFile = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a definition was read: file from the project's root, digest of the file's bytes."""

    file: str
    digest: str = ""
