"""The canary's configuration: what is refused, where, and with which status."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from driftbook.canary.config import Server, load
from driftbook.canary.stores import Key, StoreError
from driftbook.canary.stores.redis import Redis
from driftbook.checks import (
    bad_duration,
    bad_name,
    bad_value,
    duplicate_key,
    duplicate_name,
    inline_secret,
    not_in_list,
    unknown_key,
    unreadable_file,
)
from driftbook.checks.kit import Check
from driftbook.errors import Exit
from driftbook.files import UnreadableError
from sample import ROOT
from walkthrough import fences

GOOD = """\
probes:
  - dataset: orders
    store: postgresql
    source: {name: home, url: "postgresql://canary@db-1/shop"}
    targets:
      - {name: away, url: "postgresql://canary@db-2/shop"}
      - {name: far, url_env: CANARY_FAR}
"""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_FAR", "postgresql://canary:secret@db-3/shop")


def codes(folder: Path, text: str) -> list[str]:
    path = folder / "canary.yaml"
    path.write_text(text, encoding="utf-8")
    probes, wrong = load(path)
    assert bool(probes) != bool(wrong)
    return [one.code for one in wrong]


def test_defaults_and_bounds(tmp_path: Path) -> None:
    path = tmp_path / "canary.yaml"
    path.write_text(GOOD, encoding="utf-8")
    (probe,), wrong = load(path)
    assert not wrong
    assert (probe.session, probe.every, probe.poll, probe.timeout) == ("driftbook", 1, 0.1, 2)
    assert (probe.bounds.stale_after, probe.bounds.think_time) == (10, 1)
    assert probe.targets[1].url() == "postgresql://canary:secret@db-3/shop"


@pytest.mark.parametrize(
    ("right", "wrong", "check"),
    [
        ("dataset: orders", "dataset: Orders", bad_name),
        ("store: postgresql", "store: mongodb", not_in_list),
        ("store: postgresql", "stoer: postgresql", unknown_key),
        ("store: postgresql", "store: redis", bad_value),
        ("store: postgresql", "store: postgresql\n    every: 0s", bad_duration),
        ("canary@db-1", "canary:secret@db-1", inline_secret),
        ("canary@db-1/shop", "db-1/shop?password=secret", inline_secret),
        ("postgresql://canary@db-1/shop", "host=db-1 password=secret", bad_value),
        ("url_env: CANARY_FAR", "url_env: CANARY_NEAR", unreadable_file),
        ("url_env: CANARY_FAR", "url_file: nowhere", unreadable_file),
        ("url_env: CANARY_FAR", "url_env: CANARY_FAR, url_file: x", unknown_key),
        (", url_env: CANARY_FAR", "", unknown_key),
        ("name: far", "name: away", duplicate_name),
        ("name: far", "name: far, name: farther", duplicate_key),
    ],
)
def test_what_is_refused(right: str, wrong: str, check: Check, tmp_path: Path) -> None:
    assert right in GOOD
    found = codes(tmp_path, GOOD.replace(right, wrong))
    assert set(found) == {check.CODE}


def test_two_probes_of_one_source(tmp_path: Path) -> None:
    again = GOOD + GOOD.partition("\n")[2]
    assert codes(tmp_path, again) == [duplicate_name.CODE]


def test_a_secret_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "url"
    server = Server("home", "url_file", str(file))
    with pytest.raises(UnreadableError):
        server.url()
    for url in ("postgresql://a@b/c", "postgresql://d@e/f"):
        file.write_text(f"{url}\n")
        assert server.url() == url


def test_the_documented_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs/how-to/run-a-canary.md").read_text("utf-8")
    shown = next(f for f in fences(text) if "canary.yaml" in f.attributes.get("title", ""))
    (tmp_path / "secrets").mkdir()
    for name in ("orders-eu-west-1.url", "orders-eu-west-2.url"):
        (tmp_path / "secrets" / name).write_text("postgresql://canary:secret@db/shop\n")
    for name in ("STOCK_CACHE_PRIMARY", "STOCK_CACHE_REPLICA_1"):
        monkeypatch.setenv(name, "rediss://canary:secret@cache/0")
    assert codes(tmp_path, shown.body) == []
    assert {probe["store"] for probe in yaml.safe_load(shown.body)["probes"]} == {
        "postgresql",
        "redis",
    }


def command(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", f"{code}from driftbook.cli import main; main()", "canary"]
    return subprocess.run([*words, *options], capture_output=True, text=True, check=False)


def test_faults_go_to_standard_error(tmp_path: Path) -> None:
    path = tmp_path / "canary.yaml"
    path.write_text(GOOD.replace("canary@db-1", "canary:secret@db-1"), encoding="utf-8")
    done = command("", "--config", str(path))
    assert done.returncode == Exit.FINDINGS
    assert not done.stdout
    assert "canary.yaml:4:" in done.stderr
    assert "DB603" in done.stderr
    done = command("", "-C", str(tmp_path), "--config", "none.yaml")
    assert done.returncode == Exit.FINDINGS
    assert "cannot read the file: it does not exist" in done.stderr
    assert command("", "--config", str(path), "--listen", "9730x").returncode == Exit.USAGE


def test_without_the_extra(tmp_path: Path) -> None:
    path = tmp_path / "canary.yaml"
    path.write_text(GOOD, encoding="utf-8")
    done = command("import sys; sys.modules['psycopg'] = None; ", "--config", str(path))
    assert done.returncode == Exit.ENVIRONMENT
    assert "pip install 'driftbook[canary]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("end", ["?x=y", "?ssl_ca_certs=y"])
def test_an_option_that_redis_does_not_know_is_a_fault_of_the_store(end: str) -> None:
    store = Redis(lambda: f"redis://127.0.0.1:1{end}", Key("orders", "s"), 1.0)
    with pytest.raises(StoreError, match="an option that is unknown"):
        store.read()
