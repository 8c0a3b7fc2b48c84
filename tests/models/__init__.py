"""Slow, obvious models of the stage conditions, to hold the compiled rules to what they mean.

The product never uses them, and they know no PromQL: they see samples with times, and say for each
evaluation at which places an alert fires. `test_models.py` asks the real promtool the same.

Times are in seconds and start at 0; series have a sample every `step`, rules are evaluated every
`tick`. Edges of windows are not avoided, but modelled: Prometheus 2 takes a sample that lies
exactly at the start of a window or of the lookback, Prometheus 3 does not, and `World.closed` says
which of them the engine at hand is. So windows that are whole numbers of ticks, which people write,
are tested, not only those that no sample can be at the edge of.

Where floating point decides, a model answers None: it does not know. `for` and `keep_firing_for`
are run over both possibilities, and ticks at which these differ are not asked for.
"""
