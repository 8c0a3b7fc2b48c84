"""Where the output is deployed to, with the defaults of each kind of target."""

from collections.abc import Callable, Mapping
from typing import Any

from driftbook.model import (
    AlertmanagerTarget,
    Auth,
    Connection,
    KubernetesTarget,
    MimirTarget,
    PrometheusTarget,
    Secret,
    Target,
    TargetSettings,
    Tls,
    VmalertTarget,
)
from driftbook.units import seconds

TIMEOUT, WITHIN = "10s", "2m"
SECRETS = {"basic": "password", "bearer": "token"}
"""What the secret of each kind of authentication is called."""
PATHS = {
    "mimir": ("/prometheus/config/v1/rules", "/api/v1/alerts"),
    "cortex": ("/api/v1/rules", "/api/v1/alerts"),
}
"""Of the ruler's and the Alertmanager's configuration, below the URL."""


def targets(data: Mapping[str, Any]) -> dict[str, Target]:
    """By name. The first kind counts where there are more, none where there is none."""
    found = {}
    for name, block in data.items():
        for kind, settings in block.items():
            found[name] = Target(name, kind, KINDS[kind](settings))
            break
    return found


def _prometheus(data: Mapping[str, Any]) -> TargetSettings:
    return PrometheusTarget(_connection(data), data["directory"], data.get("pid_file", ""))


def _alertmanager(data: Mapping[str, Any]) -> TargetSettings:
    return AlertmanagerTarget(_connection(data), data["directory"], data.get("pid_file", ""))


def _vmalert(data: Mapping[str, Any]) -> TargetSettings:
    return VmalertTarget(
        _connection(data),
        data["directory"],
        data.get("pid_file", ""),
        data.get("keep_firing_for", "refuse"),
    )


def _kubernetes(data: Mapping[str, Any]) -> TargetSettings:
    name = data.get("name", "driftbook")
    return KubernetesTarget(
        data["directory"],
        data["namespace"],
        name,
        tuple(sorted(data.get("labels", {}).items())),
        data.get("alertmanager", "none"),
        data.get("secret", f"alertmanager-{name}"),
    )


def _mimir(data: Mapping[str, Any]) -> TargetSettings:
    connection = _connection(data)
    own = data.get("alertmanager", False)
    other = _connection({**data, **own}) if isinstance(own, Mapping) else connection
    ruler, alertmanager = PATHS[data.get("api", "mimir")]
    return MimirTarget(
        connection,
        data.get("tenant", ""),
        data.get("namespace", "driftbook"),
        ruler,
        other if own else None,
        alertmanager,
    )


def _connection(data: Mapping[str, Any]) -> Connection:
    return Connection(
        data["url"].rstrip("/"),
        seconds(data.get("timeout", TIMEOUT)),
        seconds(data.get("within", WITHIN)),
        _auth(data.get("auth", {})),
        Tls(**data.get("tls", {})),
    )


def _auth(data: Mapping[str, Any]) -> Auth | None:
    for kind, block in data.items():
        word = SECRETS[kind]
        secret = Secret(block.get(f"{word}_file", ""), block.get(f"{word}_env", ""))
        return Auth(secret, block.get("username", ""))
    return None


KINDS: dict[str, Callable[[Mapping[str, Any]], TargetSettings]] = {
    "prometheus": _prometheus,
    "alertmanager": _alertmanager,
    "vmalert": _vmalert,
    "kubernetes": _kubernetes,
    "mimir": _mimir,
}
