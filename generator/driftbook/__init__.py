"""Driftbook: a catalog of consistency invariants, compiled into proven alerts and runbooks."""

__version__ = "0.1.0"
