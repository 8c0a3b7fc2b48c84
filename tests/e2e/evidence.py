"""What Prometheus has stored of an alert, to tell where the time went."""

import requests

from driftbook.model import Condition
from e2e.asks import Prometheus, Series


def times(
    prometheus: Prometheus, invariant: str, what: Condition, since: float
) -> tuple[float, float] | None:
    """Seconds until it was pending, and from there until it fired; None where it did not."""
    begun: dict[str, float] = {}
    for labels, samples in _stored(prometheus, invariant, what):
        if labels["condition"] == what.kind:
            state = labels["alertstate"]
            first = min((at for at, _ in samples if at > since - 1), default=None)
            if first is not None:
                begun[state] = min(first, begun.get(state, first))
    if "firing" not in begun:
        return None
    pending = begun.get("pending", begun["firing"])
    return pending - since, begun["firing"] - pending


def joined(prometheus: Prometheus, invariant: str, what: Condition) -> bool:
    """Whether another condition of the stage has fired, and so has made the group before.

    What joins a group waits for its next turn. On a busy machine a late scrape is enough for
    something to be `missing`.
    """
    fired = _stored(prometheus, invariant, what, ',alertstate="firing"')
    return any(labels["condition"] != what.kind for labels, _ in fired)


def _stored(
    prometheus: Prometheus, invariant: str, what: Condition, more: str = ""
) -> list[Series]:
    selector = f'ALERTS{{invariant="{invariant}",stage="{what.stage}"{more}}}'
    try:
        return prometheus.samples(selector)
    except requests.RequestException:
        return []
