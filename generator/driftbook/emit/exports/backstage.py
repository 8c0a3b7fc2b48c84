"""`site/catalog-info.yaml`: the catalog for Backstage, with the site as its TechDocs.

The catalog is a Component, teams are Groups, services are Systems, datasets are Resources that
depend on what they are derived from. It lies beside `mkdocs.yml`, where `dir:.` points TechDocs to.
The rules for names and tags are those of Backstage's "Descriptor Format of Catalog Entities".
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from driftbook import names
from driftbook.emit import yamltext
from driftbook.emit.artifact import Artifact
from driftbook.model import Catalog, Dataset

Entity = dict[str, Any]
API = "backstage.io/v1alpha1"
LONGEST = 63
"""Characters of a name or a tag."""


def artifact(catalog: Catalog) -> Artifact:
    """One YAML document for each entity."""
    documents = "---\n".join(yamltext.dump(entity) for entity in entities(catalog))
    return Artifact(names.BACKSTAGE, f"# {names.header(catalog.origin.file)}\n{documents}")


def entities(catalog: Catalog) -> list[Entity]:
    """All of them, each before those that need it."""
    return [
        *_groups(catalog),
        *_systems(catalog),
        _component(catalog),
        *(_resource(catalog, d) for _, d in sorted(catalog.datasets.items())),
    ]


def name(text: str) -> str:
    """A text as a name: no more than 63 characters, letters, digits and `-` between them."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "driftbook"
    if len(slug) <= LONGEST:
        return slug
    digest = hashlib.sha256(slug.encode()).hexdigest()[:8]
    return f"{slug[: LONGEST - 9].rstrip('-')}-{digest}"


def _entity(kind: str, metadata: Entity, spec: Entity) -> Entity:
    filled = {key: value for key, value in metadata.items() if value}
    return {"apiVersion": API, "kind": kind, "metadata": filled, "spec": spec}


def _component(catalog: Catalog) -> Entity:
    """Owned by the team that has most of it."""
    metadata = {
        "name": name(catalog.title),
        "title": catalog.title,
        "description": "What must hold of the data, who is told when it does not, and what to do.",
        "annotations": {"backstage.io/techdocs-ref": "dir:."},
        "links": _links(catalog, {"Runbooks": ""}, catalog.repo_url),
        "tags": ["consistency", "runbooks"],
    }
    spec = {
        "type": "documentation",
        "lifecycle": "production",
        "owner": f"group:default/{name(_owner(i.owner.name for i in catalog.compiled()))}",
        "dependsOn": [f"resource:default/{name(d)}" for d in sorted(catalog.datasets)],
    }
    return _entity("Component", metadata, spec)


def _groups(catalog: Catalog) -> Iterator[Entity]:
    for _, team in sorted(catalog.teams.items()):
        metadata = {
            "name": name(team.name),
            "title": team.title,
            "annotations": _docs(catalog, f"/teams/{team.name}/"),
            "links": _links(catalog, {"What it owns": f"teams/{team.name}/"}),
        }
        profile = {"displayName": team.title}
        yield _entity("Group", metadata, {"type": "team", "profile": profile, "children": []})


def _systems(catalog: Catalog) -> Iterator[Entity]:
    """A service with data belongs to the team that owns most of that."""
    owners: dict[str, list[str]] = {}
    for _, dataset in sorted(catalog.datasets.items()):
        owners.setdefault(dataset.service, []).append(dataset.owner.name)
    for service, mine in sorted(owners.items()):
        spec = {"owner": f"group:default/{name(_owner(mine))}"}
        metadata = {"name": name(service), "title": service, "description": f"Data of {service}."}
        yield _entity("System", metadata, spec)


def _resource(catalog: Catalog, dataset: Dataset) -> Entity:
    metadata = {
        "name": name(dataset.name),
        "title": dataset.title,
        "description": dataset.impact.strip(),
        "annotations": _docs(catalog, f"/datasets/{dataset.name}/"),
        "links": _links(catalog, {"Contract and alerts": f"datasets/{dataset.name}/"}),
        "tags": [name(dataset.store), f"tier-{dataset.tier}"],
    }
    spec = {
        "type": "dataset",
        "owner": f"group:default/{name(dataset.owner.name)}",
        "system": f"system:default/{name(dataset.service)}",
        "dependsOn": [f"resource:default/{name(d)}" for d in dataset.derived_from],
    }
    return _entity("Resource", metadata, {k: v for k, v in spec.items() if v})


def _docs(catalog: Catalog, path: str) -> dict[str, str]:
    """The page of an entity in the documentation of the catalog."""
    return {
        "backstage.io/techdocs-entity": f"component:default/{name(catalog.title)}",
        "backstage.io/techdocs-entity-path": path,
    }


def _links(catalog: Catalog, pages: dict[str, str], repository: str = "") -> list[dict[str, str]]:
    base = catalog.site_url.rstrip("/")
    found = [{"url": f"{base}/{path}", "title": title} for title, path in pages.items()]
    return [*found, {"url": repository, "title": "Source"}] if repository else found


def _owner(owners: Iterable[str]) -> str:
    """The one that is there most often; of several, the first by name."""
    counted = Counter(owners)
    return min(counted, key=lambda owner: (-counted[owner], owner), default="unknown")
