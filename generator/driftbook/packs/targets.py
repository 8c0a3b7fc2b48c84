"""Labels that come from where Prometheus finds its targets, not from the exporters."""

TARGET_LABELS: tuple[str, ...] = (
    "job",
    "instance",
    "cluster",
    "namespace",
    "environment",
    "env",
    "region",
    "zone",
    "datacenter",
    "service",
    "team",
    "pod",
    "container",
    "node",
    "host",
    "shard",
    "tenant",
)
"""Every pack takes these as keys of `with`: they are added to every selector of an expression."""
