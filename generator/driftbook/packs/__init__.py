"""Signal packs: what the exporters of well-known systems measure, as data, ready to be used.

One pack is one exporter of one system, one YAML file beside this module; its shape is
`schema/pack.schema.json`. A pack is read when something uses it, and once.
"""

from driftbook.packs.expression import Matchers, rendered
from driftbook.packs.given import BadValue, applied, keys
from driftbook.packs.identity import added, grouped
from driftbook.packs.load import load, names, path, signal
from driftbook.packs.paste import plain
from driftbook.packs.shapes import (
    Absent,
    Case,
    Companion,
    Metric,
    Pack,
    PackSignal,
    Parameter,
    Reading,
    Spelling,
    Suggestion,
)
from driftbook.packs.targets import TARGET_LABELS
from driftbook.packs.versions import fits, is_version

__all__ = [
    "TARGET_LABELS",
    "Absent",
    "BadValue",
    "Case",
    "Companion",
    "Matchers",
    "Metric",
    "Pack",
    "PackSignal",
    "Parameter",
    "Reading",
    "Spelling",
    "Suggestion",
    "added",
    "applied",
    "fits",
    "grouped",
    "is_version",
    "keys",
    "load",
    "names",
    "path",
    "plain",
    "rendered",
    "signal",
]
