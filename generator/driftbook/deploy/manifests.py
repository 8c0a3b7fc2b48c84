"""Kubernetes objects for the Prometheus operator, as texts.

One PrometheusRule for each service, and more of them where one would be too long: the operator
copies each into a ConfigMap, and refuses what fills more than half of one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from driftbook import names
from driftbook.emit import yamltext
from driftbook.errors import FatalError
from driftbook.model import KubernetesTarget

LIMIT = 524_288
"""Bytes of the rules of one PrometheusRule; `MaxConfigMapDataSize` of the operator."""
ROOM = 0.9
"""Share of the limit that is used: the operator writes the same rules in its own way."""
MOUNTED = "/etc/alertmanager/config"
"""Where the operator mounts the Secret; the configuration itself is read from another folder."""
KUSTOMIZATION = "kustomization.yaml"
WATCHDOG = "watchdog"
RawGroup = Mapping[str, Any]
"""A group as a rule file holds it."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The groups that belong in one place: those of a service, or the watchdog."""

    name: str
    groups: tuple[RawGroup, ...]


def rule_sets(
    files: Mapping[str, Mapping[str, Any]], kept: Mapping[str, list[RawGroup]]
) -> list[RuleSet]:
    """The compiled rule files by service. kept: groups that stay, by the name of their set."""
    found: dict[str, list[RawGroup]] = {}
    for file, data in sorted(files.items()):
        service = file.removeprefix(f"{names.RULES}/").rpartition("/")[0] or WATCHDOG
        found.setdefault(service, []).extend(data.get("groups") or ())
    for name, groups in kept.items():
        found.setdefault(name, []).extend(groups)
    return [RuleSet(name, tuple(groups)) for name, groups in sorted(found.items())]


def rules(target: KubernetesTarget, sets: Iterable[RuleSet]) -> dict[str, str]:
    """File name -> text of every PrometheusRule. Raises FatalError for a group that is too long."""
    made = {}
    for one in sets:
        stem = f"{target.name}-{WATCHDOG if one.name == WATCHDOG else f'rules-{one.name}'}"
        for number, groups in enumerate(_packed(one), 1):
            name = stem if number == 1 else f"{stem}-{number}"
            source = f"{names.RULES}/{'' if one.name == WATCHDOG else f'{one.name}/'}"
            body = {
                "apiVersion": "monitoring.coreos.com/v1",
                "kind": "PrometheusRule",
                "metadata": _metadata(target, name),
                "spec": {"groups": groups},
            }
            made[f"{name}.yaml"] = _text(source, body)
    return made


def secret(
    target: KubernetesTarget, config: Mapping[str, Any], others: Mapping[str, str]
) -> dict[str, str]:
    """The Secret with the whole configuration of Alertmanager, which names its secrets as files.

    others: further files beside the configuration, such as templates. {} where none is wanted.
    """
    if target.alertmanager != "secret":
        return {}
    templates = [
        name if name.startswith("/") else f"{MOUNTED}/{name}"
        for name in config.get("templates", ())
    ]
    moved = {**config, **({"templates": templates} if templates else {})}
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": _metadata(target, target.secret),
        "type": "Opaque",
        "stringData": {"alertmanager.yaml": yamltext.dump(moved), **others},
    }
    return {f"{target.name}-alertmanager.yaml": _text(names.ALERTMANAGER, body)}


def kustomization(files: Iterable[str]) -> str:
    """What `kubectl apply -k` reads."""
    body = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": sorted(files),
    }
    return _text("rules/", body)


def _packed(one: RuleSet) -> Iterator[list[RawGroup]]:
    """Groups in their order, as many in one object as fit."""
    now: list[RawGroup] = []
    size = 0
    for group in one.groups:
        more = len(yamltext.dump({"groups": [group]}).encode())
        if more > LIMIT * ROOM:
            message = (
                f"the group {group['name']} alone has {more} bytes of rules; {LIMIT} is the most"
            )
            raise FatalError(message, "split its invariant")
        if now and size + more > LIMIT * ROOM:
            yield now
            now, size = [], 0
        now.append(group)
        size += more
    if now:
        yield now


def _metadata(target: KubernetesTarget, name: str) -> dict[str, Any]:
    labels = {"app.kubernetes.io/managed-by": "driftbook", **dict(target.labels)}
    return {"name": name, "namespace": target.namespace, "labels": labels}


def _text(source: str, body: dict[str, Any]) -> str:
    return f"# {names.header(source)}\n{yamltext.dump(body)}"
