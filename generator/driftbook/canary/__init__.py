"""A prober: it writes a version at a source, reads it at every target, and exports what it saw.

`judge.py` says what an observation means and touches nothing; `stores/` talks to the databases;
`metrics.py` is the contract of docs/reference/canary.md; `loop.py` runs it all. The packages that
the stores need come with the extra `driftbook[canary]`.
"""
