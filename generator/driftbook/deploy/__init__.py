"""Bringing the compiled output to where it runs: a plan, then a change that is whole or not at all.

One module for each kind of target, listed here by the key of its block in the catalog.
"""

from driftbook.deploy import alertmanager, kubernetes, mimir, prometheus, vmalert
from driftbook.deploy.base import Deployer

KINDS: dict[str, Deployer] = {
    "prometheus": prometheus,
    "alertmanager": alertmanager,
    "vmalert": vmalert,
    "kubernetes": kubernetes,
    "mimir": mimir,
}
"""Every kind of target that can be deployed to."""
