"""What signals of packs would read now: at a Prometheus server, or on pages of metrics."""
