"""Functions of PromQL that are young, experimental, or called often."""

YOUNG = {
    "atan2": (2, 31),
    "histogram_avg": (2, 51),
    "histogram_stddev": (2, 49),
    "histogram_stdvar": (2, 49),
}
"""Functions that are younger than what every supported Prometheus has, and since when."""
EXPERIMENTAL = frozenset(
    (
        "double_exponential_smoothing",
        "end",
        "first_over_time",
        "histogram_quantiles",
        "holt_winters",
        "info",
        "limit_ratio",
        "limitk",
        "mad_over_time",
        "max_of",
        "min_of",
        "range",
        "sort_by_label",
        "sort_by_label_desc",
        "start",
        "step",
        "ts_of_first_over_time",
        "ts_of_last_over_time",
        "ts_of_max_over_time",
        "ts_of_min_over_time",
    )
)
"""Functions behind a feature flag, or renamed between 2.42 and 3.x."""


AGGREGATIONS = frozenset(
    (
        *("avg", "bottomk", "count", "count_values", "group", "limit_ratio", "limitk", "max"),
        *("min", "quantile", "stddev", "stdvar", "sum", "topk"),
    )
)
"""What takes `by` and `without`."""

FUNCTIONS = AGGREGATIONS - EXPERIMENTAL | frozenset(
    (
        *("abs", "absent", "absent_over_time", "avg_over_time", "ceil", "changes"),
        *("clamp", "clamp_max", "clamp_min", "count", "count_over_time", "count_values", "delta"),
        *("deriv", "exp", "floor", "group", "histogram_quantile", "idelta", "increase", "irate"),
        *("label_join", "label_replace", "last_over_time", "ln", "log10", "log2", "max"),
        *("max_over_time", "min", "min_over_time", "predict_linear", "present_over_time"),
        *("quantile", "quantile_over_time", "rate", "resets", "round", "scalar", "sgn", "sort"),
        *("sqrt", "stddev", "stddev_over_time", "stdvar", "stdvar_over_time", "sum"),
        *("sum_over_time", "time", "timestamp", "topk", "vector"),
    )
)
"""What people call most, to name the nearest."""
