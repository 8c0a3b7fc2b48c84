"""What changed in the catalog, when, by whom and why: read from git, told in words.

`model` holds the values; they know nothing of git.
"""

from driftbook.history.model import Change, Entry, History

__all__ = ["Change", "Entry", "History"]
