"""What changed in the catalog, when, by whom and why: read from git, told in words.

`model` holds the values; they know nothing of git.
"""

from driftbook.history.model import Change, Entry, History, Key
from driftbook.history.read import FILE, read

__all__ = ["FILE", "Change", "Entry", "History", "Key", "read"]
