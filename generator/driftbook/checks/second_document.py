"""A second document follows `---`.

One document per file: promtool and many other tools silently ignore the second.
"""

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example
from driftbook.diagnostics import Severity

CODE = "DB108"
NAME = "second-document"
TITLE = "A second document in one file"
SEVERITY = Severity.ERROR
FOUND_BY = "load"
EXPECTED = "one document per file"
EXAMPLE = Example(
    TEAM,
    "kind: team\n",
    "kind: team\nname: other\n---\nkind: team\n",
    "---\nkind: team\n",
)
