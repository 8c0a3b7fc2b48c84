"""What other tools read: it has the published shape, agrees with the rules, and tells no secret."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
import yaml

from driftbook import names, pipeline, schema, site
from driftbook.alerts import alerts
from driftbook.checks import example as small
from driftbook.emit import exports, rules
from driftbook.emit.exports import backstage
from driftbook.model import STAGES, Catalog
from sample import ROOT, compiled, example, hostile, site_pages, write_files

EXPORTED = {"catalog-export": names.CATALOG_EXPORT, "alerts-export": names.ALERTS_EXPORT}
OLD = (
    small.FILES[small.INVARIANT]
    .replace("name: orders-lag", "name: orders-age")
    .replace("title: Order", "title: Old order")
)


@pytest.fixture(scope="module")
def reference() -> Catalog:
    """The catalog of this project."""
    checked = pipeline.check(ROOT)
    assert checked.catalog is not None
    return checked.catalog


@pytest.fixture
def aged(tmp_path: Path) -> Catalog:
    """A catalog with a retired invariant, and one that had another name."""
    files = dict(small.FILES)
    files[small.INVARIANT] += "renamed_from: [order-delay]\n"
    files["invariants/shop/orders-age.yaml"] = f"{OLD}lifecycle: retired\nsuccessor: orders-lag\n"
    return compiled(write_files(tmp_path, files))


def digests(catalog: Catalog) -> dict[str, str]:
    return {a.path: hashlib.sha256(a.text.encode()).hexdigest() for a in rules.emit(catalog)}


def texts(catalog: Catalog) -> dict[str, str]:
    return {a.path: a.text for a in exports.emit(catalog, digests(catalog))}


def read(catalog: Catalog, kind: str) -> dict[str, Any]:
    """A document, which must have its published shape."""
    document: dict[str, Any] = json.loads(texts(catalog)[EXPORTED[kind]])
    jsonschema.validate(document, schema.schema(kind))
    assert document["$schema"] == schema.schema(kind)["$id"]
    return document


@pytest.mark.parametrize("kind", EXPORTED)
def test_the_reference_catalog_has_the_published_shape(reference: Catalog, kind: str) -> None:
    assert read(reference, kind)["title"] == reference.title


@pytest.mark.parametrize("kind", EXPORTED)
def test_unknown_keys_are_no_shape(aged: Catalog, kind: str) -> None:
    document = read(aged, kind) | {"extra": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema.schema(kind))


def test_schemas_are_published_beside(aged: Catalog) -> None:
    made = texts(aged)
    for kind in EXPORTED:
        assert json.loads(made[f"site/pages/schema/{kind}.schema.json"]) == schema.schema(kind)


def test_every_page_exists(aged: Catalog) -> None:
    pages = set(site_pages(aged))
    document = read(aged, "catalog-export")
    for kind in ("teams", "datasets", "invariants", "runbooks", "remediations", "scenarios"):
        assert document[kind], kind
        for name, entry in document[kind].items():
            assert f"{entry['page']}index.md" in pages, (kind, name)
    for name, alert in read(aged, "alerts-export")["alerts"].items():
        assert f"{alert['page']}index.md" in pages
        assert f"alerts/{name}/index.html" in pages


def test_numbers_are_in_base_units(tmp_path: Path) -> None:
    document = read(example(tmp_path), "catalog-export")
    assert document["datasets"]["orders"]["contract"]["max_staleness"] == {"value": 10.0}
    assert document["prometheus"]["evaluation_interval_seconds"] == 30.0
    lag = document["invariants"]["orders-lag"]
    late = [c for c in lag["conditions"] if c["condition"] == "above"]
    assert [(c["bound"], c["unit"], c["for_seconds"], c["match"]) for c in late] == [
        (30.0, "seconds", 300.0, {}),
        (40.0, "seconds", 300.0, {"region": "ap-south-1"}),
    ]
    assert late[0]["says"] == "a region is over 30 s for 5 min"
    conflicts = document["invariants"]["orders-conflicts"]["conditions"]
    assert conflicts[0]["bound"] == pytest.approx(1 / 60)


def test_rules_and_exports_agree(reference: Catalog) -> None:
    """Every alert that the rules can raise is there, with its stage, link and receiver."""
    known = read(reference, "alerts-export")["alerts"]
    document = read(reference, "catalog-export")["invariants"]
    made = digests(reference)
    for invariant in reference.compiled():
        entry = document[invariant.name]
        assert entry["rules"]["sha256"] == made[entry["rules"]["file"]]
        plan = alerts(reference, invariant)
        assert len(entry["conditions"]) == len(plan)
        for alert in plan:
            stage = known[alert.name]["stages"][alert.condition.stage]
            assert stage["url"] == alert.annotations["runbook_url"]
            assert stage["severity"] == alert.labels["severity"]
            assert alert.labels["condition"] in stage["conditions"]
            for label in ("owner", "service", "dataset"):
                assert known[alert.name][label] == alert.labels[label]


def test_no_alert_that_was_ever_sent_is_missing(aged: Catalog) -> None:
    known = read(aged, "alerts-export")["alerts"]
    assert {n: (a["state"], a["successor"], sorted(a["stages"])) for n, a in known.items()} == {
        "OrderDelay": ("renamed", "OrdersLag", []),
        "OrdersAge": ("retired", "OrdersLag", []),
        "OrdersConflicts": ("active", "", ["early", "late", "mid"]),
        "OrdersLag": ("active", "", ["early", "late", "mid"]),
    }
    assert known["OrderDelay"]["page"] == "invariants/orders-lag/"
    assert known["OrdersLag"]["old_names"] == ["OrderDelay"]
    assert read(aged, "catalog-export")["invariants"]["orders-age"]["rules"] is None


def test_receivers_are_told_by_name_and_kind_only(aged: Catalog) -> None:
    block = {"url": "https://s3cret.example/", "http_config": {"proxy_url": "http://s3cret"}}
    to: Mapping[str, Any] = {"webhook_configs": [block]}
    team = replace(aged.teams["shop"], receivers=dict.fromkeys(STAGES, to))
    watchdog = {"webhook_configs": [block]}
    made = replace(
        aged,
        teams={"shop": team},
        invariants={n: replace(i, owner=team) for n, i in aged.invariants.items()},
        alertmanager=replace(
            aged.alertmanager,
            watchdog=watchdog,
            base={"global": {"smtp_auth_password_file": "s3cret"}, "receivers": [block]},
        ),
    )
    said = "".join(texts(made).values()) + backstage.artifact(made).text
    assert "s3cret" not in said
    receivers = read(made, "catalog-export")["teams"]["shop"]["receivers"]
    assert receivers["late"] == {
        "name": "driftbook-shop-late",
        "ways": ["webhook"],
        "hours": "at any time",
    }


def test_any_text_comes_out_as_it_is(tmp_path: Path) -> None:
    catalog = example(tmp_path)
    made = hostile(catalog, "</script>\n\"'\\ \u2028 ü: {{ x }} --- # [a]")
    made = replace(made, origin=catalog.origin)  # names of files have no line feeds
    document = read(made, "catalog-export")
    assert document["title"] == made.title
    for entity in yaml.safe_load_all(backstage.artifact(made).text):
        valid(entity)


# --- Backstage: the rules of its "Descriptor Format of Catalog Entities" --------------------------

NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
DNS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TAG = re.compile(r"[a-z0-9:+#]+(-[a-z0-9:+#]+)*")
SPEC = {
    "Component": {"type", "lifecycle", "owner"},
    "Group": {"type", "children"},
    "Resource": {"type", "owner"},
    "System": {"owner"},
}
REFERENCE = re.compile(r"(?P<kind>[a-z]+):default/(?P<name>.+)")


def valid(entity: Mapping[str, Any]) -> None:
    """What Backstage would refuse."""
    assert entity["apiVersion"] in ("backstage.io/v1alpha1", "backstage.io/v1beta1")
    assert set(entity) == {"apiVersion", "kind", "metadata", "spec"}
    metadata, spec = entity["metadata"], entity["spec"]
    assert NAME.fullmatch(metadata["name"])
    assert len(metadata["name"]) <= 63
    for key, value in metadata.get("annotations", {}).items():
        prefix, _, suffix = key.partition("/")
        assert all(DNS.fullmatch(part) and len(part) <= 63 for part in prefix.split("."))
        assert NAME.fullmatch(suffix)
        assert isinstance(value, str)
    for tag in metadata.get("tags", ()):
        assert TAG.fullmatch(tag)
        assert len(tag) <= 63
    for link in metadata.get("links", ()):
        assert urlsplit(link["url"]).scheme in ("http", "https")
        assert link["title"]
    assert SPEC[entity["kind"]] <= set(spec)
    assert all(spec[key] for key in SPEC[entity["kind"]] - {"children"})


def references(entity: Mapping[str, Any]) -> Iterator[str]:
    spec = entity["spec"]
    yield from (spec[key] for key in ("owner", "system") if key in spec)
    yield from spec.get("dependsOn", ())


def test_backstage_takes_every_entity(reference: Catalog) -> None:
    found = list(yaml.safe_load_all(backstage.artifact(reference).text))
    there = [f"{e['kind'].lower()}:default/{e['metadata']['name']}" for e in found]
    assert len(set(there)) == len(there)
    for entity in found:
        valid(entity)
        assert set(references(entity)) <= set(there)
    assert {e["kind"] for e in found} == set(SPEC)
    assert len(there) == 1 + len(reference.teams) + len(reference.datasets) + len(
        {d.service for d in reference.datasets.values()}
    )


def test_the_site_is_the_documentation(reference: Catalog) -> None:
    """`dir:.` is where the file lies, beside `mkdocs.yml`; the others name a page of it."""
    assert Path(names.BACKSTAGE).parent == Path(site.config.FILE).parent
    found = {e["metadata"]["name"]: e for e in backstage.entities(reference)}
    (whole,) = (e for e in found.values() if e["kind"] == "Component")
    assert whole["metadata"]["annotations"] == {"backstage.io/techdocs-ref": "dir:."}
    pages = set(site_pages(reference))
    for entity in found.values():
        said = entity["metadata"].get("annotations", {})
        if path := said.get("backstage.io/techdocs-entity-path"):
            assert f"{path.strip('/')}/index.md" in pages
            whom = f"component:default/{whole['metadata']['name']}"
            assert said["backstage.io/techdocs-entity"] == whom


@pytest.mark.parametrize("text", ["Ünïcode & more", "x" * 200, "!!", "a_b.c", "-a-"])
def test_names_are_names(text: str) -> None:
    assert NAME.fullmatch(backstage.name(text))
    assert len(backstage.name(text)) <= 63
    assert backstage.name("x" * 200) != backstage.name("x" * 201)


def test_a_file_of_the_project_stays(tmp_path: Path) -> None:
    made = example(tmp_path)
    site.write_pages(tmp_path, made)
    written = tmp_path / names.BACKSTAGE
    assert names.MARK in written.read_text()
    assert json.loads((tmp_path / names.CATALOG_EXPORT).read_text())["version"] == 1
    written.write_text("kind: Component\n")
    site.write_pages(tmp_path, made)
    assert written.read_text() == "kind: Component\n"


def test_the_committed_file_is_up_to_date(reference: Catalog) -> None:
    assert (ROOT / names.BACKSTAGE).read_text() == backstage.artifact(reference).text
