"""The running system, asked once for what several checks need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import yaml

from driftbook.deploy.http import Client
from driftbook.errors import FatalError
from driftbook.model import Catalog
from driftbook.prove.compiled import Compiled

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """groups: what `/api/v1/rules` answers. config: of Prometheus, parsed. version: its own.

    alertmanager: None where nobody named one.
    """

    catalog: Catalog
    disk: Compiled
    prometheus: Client
    alertmanager: Client | None
    groups: tuple[Mapping[str, Any], ...]
    config: Mapping[str, Any]
    version: str

    def query(self, expr: str) -> list[tuple[Labels, float]]:
        """Labels and value of every series of an instant query. Raises FatalError."""
        path = "/api/v1/query"
        form = urlencode({"query": expr}).encode()  # in an address, a long one would be refused
        kind = "application/x-www-form-urlencoded"
        data = self.prometheus.ask("POST", path, data=form, content_type=kind).json()
        try:
            return [(one["metric"], float(one["value"][1])) for one in data["data"]["result"]]
        except (KeyError, TypeError, ValueError, IndexError):
            raise strange(self.prometheus, path) from None

    def counts(self, expr: str, label: str) -> dict[str, int]:
        """Values by one label."""
        return {labels.get(label, ""): int(value) for labels, value in self.query(expr)}


def look(
    catalog: Catalog, disk: Compiled, prometheus: Client, alertmanager: Client | None
) -> Subject:
    """Raises FatalError where Prometheus does not answer as one."""
    rules, config = "/api/v1/rules", "/api/v1/status/config"
    version = "/api/v1/status/buildinfo"
    try:
        groups = tuple(prometheus.json(rules)["data"]["groups"] or ())
        settings = yaml.load(prometheus.json(config)["data"]["yaml"], Loader=yaml.CSafeLoader)
        number = str(prometheus.json(version)["data"]["version"])
    except (KeyError, TypeError, yaml.YAMLError):
        raise strange(prometheus, "its API") from None
    return Subject(catalog, disk, prometheus, alertmanager, groups, settings or {}, number)


def strange(client: Client, path: str) -> FatalError:
    """For an answer of another shape than Prometheus gives."""
    return FatalError(f"{client.url} does not answer {path} as Prometheus does")
