"""Where the compiled output is deployed to: one shape for each kind of target."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is read when it is needed: a file, or a variable of the environment.

    Exactly one of both. A relative file lies below the project's root.
    """

    file: str = ""
    env: str = ""


@dataclass(frozen=True, slots=True)
class Auth:
    """username: of basic authentication; "" for a bearer token."""

    secret: Secret
    username: str = ""


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM. insecure: the server's certificate is not verified."""

    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """How a server is reached.

    url: with the path that its own paths come after. timeout: seconds for one answer. within:
    seconds until the server has to run what was deployed.
    """

    url: str
    timeout: float
    within: float
    auth: Auth | None = None
    tls: Tls = Tls()


@dataclass(frozen=True, slots=True)
class FileTarget:
    """A server that reads files of a folder on this machine when it is told to.

    directory: absolute, or below the project's root. pid_file: of the server, which is then told
    by SIGHUP; "" where it is told by `/-/reload`.
    """

    connection: Connection
    directory: str
    pid_file: str = ""


@dataclass(frozen=True, slots=True)
class PrometheusTarget(FileTarget):
    """A Prometheus server, which reads `current/*.rules.yaml` in the folder."""


@dataclass(frozen=True, slots=True)
class AlertmanagerTarget(FileTarget):
    """An Alertmanager, whose configuration is `current/alertmanager.yaml` in the folder."""


@dataclass(frozen=True, slots=True)
class VmalertTarget(FileTarget):
    """vmalert of VictoriaMetrics.

    keep_firing_for: what happens where this vmalert does not know it: the deployment is refused,
    or the alerts are deployed without it.
    """

    keep_firing_for: Literal["refuse", "drop"] = "refuse"


@dataclass(frozen=True, slots=True)
class KubernetesTarget:
    """Manifests for the operator of Prometheus, written as files.

    directory: as of a FileTarget. name: start of the names of all objects. labels: of all objects.
    alertmanager: what carries the routes. secret: name of the Secret where that is `secret`.
    """

    directory: str
    namespace: str
    name: str
    labels: tuple[tuple[str, str], ...] = ()
    alertmanager: Literal["none", "secret"] = "none"
    secret: str = ""


@dataclass(frozen=True, slots=True)
class MimirTarget:
    """The ruler API of Mimir, of Cortex or of Grafana Cloud, and their Alertmanager.

    tenant: of `X-Scope-OrgID`, or "". namespace: of the rule groups; those in it are driftbook's.
    ruler_path, alertmanager_path: of the APIs, below the URLs. alertmanager: how it is reached
    where the routes are deployed too, else None.
    """

    connection: Connection
    tenant: str
    namespace: str
    ruler_path: str
    alertmanager: Connection | None
    alertmanager_path: str


TargetSettings = (
    PrometheusTarget | AlertmanagerTarget | VmalertTarget | KubernetesTarget | MimirTarget
)


@dataclass(frozen=True, slots=True)
class Target:
    """kind: the key of its block in the catalog, such as `prometheus`."""

    name: str
    kind: str
    settings: TargetSettings
