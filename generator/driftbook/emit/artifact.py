"""What an emitter returns: a path below the project's root and the text that belongs there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Artifact:
    """path: with `/`, below the root. text: the whole file."""

    path: str
    text: str
