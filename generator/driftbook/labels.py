"""The labels of alerts that do not vary from place to place."""

from driftbook import names
from driftbook.conditions.scope import Scope
from driftbook.model import Catalog, Condition


def constant(catalog: Catalog, condition: Condition, scope: Scope) -> dict[str, str]:
    """All of `names.ALERT_LABELS` but the alert's name, and what an override matches.

    The match tells the rule of an override from the general one.
    """
    invariant = scope.invariant
    return {
        "invariant": invariant.name,
        "stage": condition.stage,
        "condition": condition.kind,
        "severity": catalog.stages[condition.stage].severity,
        "service": invariant.service,
        "dataset": invariant.dataset.name,
        "owner": invariant.owner.name,
        "tier": str(invariant.tier),
        **scope.match,
    }


def possible(catalog: Catalog, condition: Condition, scope: Scope) -> dict[str, str | None]:
    """Every label that an alert of the condition may bear; None where its value varies."""
    return {
        **dict.fromkeys((*scope.identity, *catalog.prometheus.external_labels)),
        "alertname": names.alert(scope.invariant.name),
        **constant(catalog, condition, scope),
    }
