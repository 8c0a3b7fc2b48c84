"""Questions to a running Prometheus and Alertmanager."""

from typing import Any

import requests

Series = tuple[dict[str, str], list[tuple[float, float]]]
"""Labels, and samples as unix time and value."""


class Client:
    """Of a server on the loopback. Raises requests.RequestException while it does not answer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy has no business on the loopback

    def get(self, path: str, **params: str) -> Any:
        """The answer as data."""
        answer = self._http.get(f"{self.url}{path}", params=params, timeout=20)
        answer.raise_for_status()
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else answer.text

    def reload(self) -> None:
        """Read the configuration again."""
        answer = self._http.post(f"{self.url}/-/reload", timeout=20)
        assert answer.status_code == 200, answer.text

    def ready(self) -> bool:
        """Whether it serves."""
        try:
            return bool(self._http.get(f"{self.url}/-/ready", timeout=5).status_code == 200)
        except requests.RequestException:
            return False


class Prometheus(Client):
    """What it has stored."""

    def values(self, expr: str) -> list[tuple[dict[str, str], float]]:
        """An instant query."""
        found = self.get("/api/v1/query", query=expr)["data"]["result"]
        return [(one["metric"], float(one["value"][1])) for one in found]

    def samples(self, selector: str, seconds: int = 1800) -> list[Series]:
        """Raw samples of the last so many seconds."""
        found = self.get("/api/v1/query", query=f"{selector}[{seconds}s]")["data"]["result"]
        return [(one["metric"], [(t, float(v)) for t, v in one["values"]]) for one in found]


class Alertmanager(Client):
    """What it has been told and does about it."""

    def alerts(self, invariant: str) -> list[dict[str, Any]]:
        """The active alerts of an invariant."""
        found: list[dict[str, Any]] = self.get(
            "/api/v2/alerts", filter=f'invariant="{invariant}"', active="true", inhibited="true"
        )
        return found

    def hidden(self, invariant: str) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """Stage and condition of each active alert -> those of the alerts that hide it."""
        alerts = self.alerts(invariant)
        names = {a["fingerprint"]: (a["labels"]["stage"], a["labels"]["condition"]) for a in alerts}
        return {
            names[a["fingerprint"]]: [names.get(p, ("", p)) for p in a["status"]["inhibitedBy"]]
            for a in alerts
        }
