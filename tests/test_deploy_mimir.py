"""Deployments through the ruler API of Mimir: to a strict stand-in, or to a real one."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from driftbook.errors import Exit, FatalError
from rulers import ALERTS, CONFIG, REAL, Mimir, mimir
from servers import deployed, edit, project, until

LAG = "invariants/shop/orders-lag.yaml"
fake = pytest.mark.skipif(bool(REAL), reason="needs a server that can be made to misbehave")


@pytest.fixture
def server() -> Iterator[Mimir]:
    with mimir() as state:
        yield Mimir(url=REAL) if REAL else state


@pytest.fixture
def tenant() -> str:
    """A tenant of its own for each test."""
    return f"test-{uuid.uuid4().hex[:12]}"


def made(root: Path, server: Mimir, tenant: str, more: str = "") -> Path:
    """A project with the server as its target."""
    block = f"url: {server.url}, tenant: {tenant}, within: 90s{more}"
    secrets = {"/etc/alertmanager/": f"{root}/secrets/"}
    return project(root, f"here:\n  mimir: {{{block}}}\n", **secrets)


def stored(server: Mimir, tenant: str) -> dict[str, Any]:
    """The groups of the namespace, by name, asked for as anybody would."""
    answer = requests.get(
        f"{server.url}{CONFIG}/driftbook", headers={"X-Scope-OrgID": tenant}, timeout=30
    )
    data = yaml.safe_load(answer.text) or {}
    return {group["name"]: group for group in data.get("driftbook", ())}


def send(server: Mimir, tenant: str, group: dict[str, Any]) -> None:
    headers = {"X-Scope-OrgID": tenant, "Content-Type": "application/yaml"}
    url = f"{server.url}{CONFIG}/driftbook"
    answer = requests.post(url, yaml.safe_dump(group), headers=headers, timeout=30)
    assert answer.status_code == 202


def test_groups_arrive_and_are_evaluated(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = made(tmp_path, server, tenant)
    assert deployed(root)[0] == Exit.OK
    files = (yaml.safe_load(p.read_text()) for p in (root / "rules/prometheus").rglob("*.yaml"))
    names = {group["name"] for data in files for group in data["groups"]}
    assert set(stored(server, tenant)) == names
    assert deployed(root) == (Exit.OK, "here: nothing to do\n")


def test_only_what_differs_is_sent(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = made(tmp_path, server, tenant)
    deployed(root)
    edit(root, LAG, "above: 30s", "above: 40s")
    server.seen.clear()
    status, said = deployed(root)
    assert status == Exit.OK
    assert "~ alert OrdersLag late" in said
    if not REAL:
        assert [what for what in server.seen if what.startswith("POST")] == [
            f"POST {CONFIG}/driftbook"
        ]
    assert "40" in json.dumps(stored(server, tenant)["driftbook:orders-lag"])


def test_a_plan_changes_nothing(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = made(tmp_path, server, tenant)
    assert deployed(root, plan=True)[0] == Exit.FINDINGS
    assert stored(server, tenant) == {}


def test_tenants_do_not_see_each_other(tmp_path: Path, server: Mimir, tenant: str) -> None:
    deployed(made(tmp_path, server, tenant))
    assert stored(server, f"{tenant}-other") == {}


def test_groups_that_went_stay_until_they_are_pruned(
    tmp_path: Path, server: Mimir, tenant: str
) -> None:
    root = made(tmp_path, server, tenant)
    deployed(root)
    rule = {"record": "drift:signal", "expr": "vector(1)"}
    send(server, tenant, {"name": "driftbook:a b/c", "interval": "30s", "rules": [rule]})
    assert "driftbook:a b/c stays; --prune removes it" in deployed(root)[1]
    assert "driftbook:a b/c" in stored(server, tenant)
    assert deployed(root, prune=True)[0] == Exit.OK
    assert "driftbook:a b/c" not in stored(server, tenant)


def test_routes_come_with_their_secrets(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = made(tmp_path, server, tenant, ", alertmanager: true")
    _secrets(root, "https://hooks.invalid/secret")
    assert deployed(root)[0] == Exit.OK
    config = _alertmanager(server, tenant)
    assert "https://hooks.invalid/secret" in config["alertmanager_config"]
    assert "_file" not in config["alertmanager_config"]
    assert deployed(root)[1] == "here: nothing to do\n"


def test_a_plan_shows_no_secret(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = made(tmp_path, server, tenant, ", alertmanager: true")
    _secrets(root, "https://hooks.invalid/secret")
    assert "hooks.invalid" not in deployed(root, plan=True)[1]


def test_a_secret_that_is_not_here(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = made(tmp_path, server, tenant, ", alertmanager: true")
    with pytest.raises(FatalError, match=r"cannot read .*, which `.*_file` of a receiver names"):
        deployed(root)
    assert stored(server, tenant) == {}


def _secrets(root: Path, text: str) -> None:
    """Puts a secret into every file that a receiver names."""
    for name in ("slack", "shop-pd", "depot-pd"):
        (root / "secrets").mkdir(exist_ok=True)
        (root / "secrets" / name).write_text(f"{text}\n")


def _alertmanager(server: Mimir, tenant: str) -> dict[str, Any]:
    answer = requests.get(f"{server.url}{ALERTS}", headers={"X-Scope-OrgID": tenant}, timeout=30)
    found: dict[str, Any] = yaml.safe_load(answer.text)
    return found


@fake
def test_a_group_that_is_refused_undoes_the_others(
    tmp_path: Path, server: Mimir, tenant: str
) -> None:
    root = made(tmp_path, server, tenant)
    deployed(root)
    before = stored(server, tenant)
    edit(root, LAG, "above: 30s", "above: 40s")
    server.most_rules = 1
    with pytest.raises(FatalError, match=r"(?s)limit: 1 actual: .*Restored") as told:
        deployed(root)
    assert "400" in str(told.value)
    server.most_rules = 20
    assert stored(server, tenant) == before


@fake
def test_a_ruler_that_breaks_in_between(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = made(tmp_path, server, tenant)
    left = [2]

    def broken(method: str, path: str) -> tuple[int, str] | None:
        if method == "POST":
            left[0] -= 1
            return (500, "out of order") if left[0] < 0 else None
        return None

    server.before = broken
    with pytest.raises(FatalError, match=r"(?s)out of order.*Restored"):
        deployed(root)
    assert stored(server, tenant) == {}


@fake
def test_rulers_that_do_not_load_it(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = project(
        tmp_path, f"here:\n  mimir: {{url: {server.url}, tenant: {tenant}, within: 1s}}\n"
    )
    server.delay = 60
    with pytest.raises(FatalError, match=r"(?s)do not evaluate it yet.*Restored"):
        deployed(root)
    assert stored(server, tenant) == {}


@fake
def test_busy_rulers_are_asked_again(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = made(tmp_path, server, tenant)
    once: set[str] = set()

    def busy(method: str, path: str) -> tuple[int, str] | None:
        if method == "POST" and path not in once:
            once.add(path)
            return 429, "per-rule group rate limit exceeded"
        return None

    server.before = busy
    assert deployed(root)[0] == Exit.OK
    assert once


@fake
def test_no_tenant(tmp_path: Path, server: Mimir) -> None:
    root = project(tmp_path, f"here:\n  mimir: {{url: {server.url}}}\n")
    with pytest.raises(FatalError, match=r"401.*no org id"):
        deployed(root)


@fake
def test_another_address(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = project(tmp_path, f"here:\n  mimir: {{url: {server.url}/x, tenant: {tenant}}}\n")
    with pytest.raises(FatalError, match="has no ruler API"):
        deployed(root)


@fake
def test_a_server_without_the_alertmanager(tmp_path: Path, server: Mimir, tenant: str) -> None:
    """It is told before anything is sent."""
    root = made(tmp_path, server, tenant, ", alertmanager: true")
    _secrets(root, "https://hooks.invalid/secret")
    server.before = lambda method, path: (404, "404 page not found") if path == ALERTS else None
    with pytest.raises(FatalError, match="has no Alertmanager API"):
        deployed(root)
    assert not [what for what in server.seen if not what.startswith("GET")]


@fake
def test_routes_are_undone_too(tmp_path: Path, server: Mimir, tenant: str) -> None:
    root = made(tmp_path, server, tenant, ", alertmanager: true")
    _secrets(root, "https://hooks.invalid/secret")
    server.most_rules = 1
    with pytest.raises(FatalError, match="Restored"):
        deployed(root)
    assert server.tenants[tenant].alertmanager is None


@fake
def test_somebody_else_deployed_meanwhile(tmp_path: Path, server: Mimir, tenant: str) -> None:
    from driftbook.deploy import mimir as deployer
    from driftbook.deploy.base import Job
    from driftbook.prove import compiled as reading
    from sample import compiled

    root = made(tmp_path, server, tenant)
    catalog = compiled(root)
    settings = catalog.targets["here"].settings
    job = Job("here", settings, root, catalog, reading.read(root))
    plan = deployer.plan(job)
    send(server, tenant, {"name": "x", "interval": "30s", "rules": [{"record": "x", "expr": "1"}]})
    with pytest.raises(FatalError, match="has changed since it was looked at"):
        deployer.apply(job, plan, lambda text: None)
    assert until(lambda: set(stored(server, tenant)) == {"x"}, "only theirs")
