"""A Prometheus server: rule files in a folder, and a reload that is watched."""

from driftbook.deploy import compare, ruler
from driftbook.deploy.base import Job, Say
from driftbook.deploy.http import Client, RefusedError
from driftbook.deploy.plan import Plan

KIND = ruler.Kind("Prometheus", compare.PROMETHEUS)


def plan(job: Job) -> Plan:
    """See `base.Deployer`."""
    client = Client(job.settings.connection, job.root)
    return ruler.plan(job, KIND, client, ruler.texts(job), _version(job, client))


def apply(job: Job, plan: Plan, say: Say) -> None:
    """See `base.Deployer`."""
    client = Client(job.settings.connection, job.root)
    ruler.apply(job, KIND, client, plan.work, lambda: "", say)


def _version(job: Job, client: Client) -> tuple[str, ...]:
    """A caution where the server is older than what the catalog was checked for."""
    try:
        text = str(client.json("/api/v1/status/buildinfo")["data"]["version"])
        version = tuple(int(part) for part in text.split(".")[:2])
    except (RefusedError, KeyError, TypeError, ValueError):
        return ()
    needed = job.catalog.prometheus.version
    if version >= needed:
        return ()
    return (f"{client.url} is Prometheus {text}, the catalog is for {needed[0]}.{needed[1]}",)
