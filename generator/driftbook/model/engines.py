"""What the output will run on, and when and how stages are told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Prometheus:
    """What the rules will run on. Intervals in seconds.

    external_url: where people reach it, or "".
    """

    version: tuple[int, int]
    scrape_interval: float
    evaluation_interval: float
    external_labels: tuple[str, ...] = ()
    external_url: str = ""


@dataclass(frozen=True, slots=True)
class TimeInterval:
    """Hours in which a stage may notify; `days` and `times` as written in the catalog."""

    name: str
    days: tuple[str, ...]
    times: tuple[str, ...]
    location: str = ""


@dataclass(frozen=True, slots=True)
class StagePolicy:
    """How a stage is told: severity, `always` or a time interval's name, repeat in seconds."""

    severity: str
    notify: str
    repeat: float


@dataclass(frozen=True, slots=True)
class Change:
    """A metric that marks changes of services, such as deploys.

    time: `value`, a gauge of the unix time of the change, or `start`, a series that begins with
    it. ref_label: names the version or the ticket, or "". within: seconds back in which a change
    is worth naming. services: those that the metric knows, () for all.
    """

    selector: str
    what: str
    service_label: str
    ref_label: str
    time: Literal["value", "start"]
    within: float
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """base: the organisation's configuration as plain data; watchdog: receiver of the heartbeat.

    external_url: where people reach it, or "". notifications: who words what receivers leave open,
    our templates or Alertmanager's.
    """

    version: tuple[int, int]
    watchdog: Mapping[str, Any]
    base: Mapping[str, Any] = field(default_factory=dict)
    base_file: str = ""
    external_url: str = ""
    notifications: Literal["driftbook", "plain"] = "driftbook"
