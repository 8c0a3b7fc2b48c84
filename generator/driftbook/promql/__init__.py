"""Reading PromQL: faults with places, labels of results, how counters are used."""

from driftbook.promql.facts import OF_COUNTERS, Facts, Use, can_carry, facts
from driftbook.promql.functions import EXPERIMENTAL, FUNCTIONS, YOUNG
from driftbook.promql.labels import Labels, result_labels
from driftbook.promql.parse import PromqlError, parse
from driftbook.promql.selectors import narrowed
from driftbook.promql.text import comparison_offset, find

__all__ = [
    "EXPERIMENTAL",
    "FUNCTIONS",
    "OF_COUNTERS",
    "YOUNG",
    "Facts",
    "Labels",
    "PromqlError",
    "Use",
    "can_carry",
    "comparison_offset",
    "facts",
    "find",
    "narrowed",
    "parse",
    "result_labels",
]
