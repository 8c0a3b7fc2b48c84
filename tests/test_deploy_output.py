"""What `deploy` and `doctor` write for programs when something is wrong, and never write."""

import json
from pathlib import Path
from typing import Any

import pytest
from click import UsageError
from rich.console import Console

from driftbook.commands import doctor
from driftbook.deploy import http
from driftbook.deploy.folder import Folder
from driftbook.deploy.http import Client
from driftbook.errors import Exit, FatalError
from driftbook.model import Connection
from servers import deployed, free_port, project
from test_deploy_prometheus import target

Out = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody comes back in these tests."""
    monkeypatch.setattr(http, "BACKOFF", 0.0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Its target is a folder of a server that does not run."""
    return project(tmp_path / "catalog", target(nobody(), tmp_path / "rules"))


def nobody(user: str = "") -> str:
    return f"http://{user}127.0.0.1:{free_port()}"


def examined(root: Path, **options: Any) -> int:
    return doctor.run(root, Console(), **{"url": nobody(), "format_": "json", **options})


def both(root: Path) -> tuple[Any, ...]:
    """Deploy and doctor, to be run with these options."""
    return (
        lambda: deployed(root, format_="json")[0],
        lambda: deployed(root, format_="json", plan=True)[0],
        lambda: examined(root),
    )


def test_a_faulty_catalog(root: Path, capsys: Out) -> None:
    path = root / "invariants/shop/orders-lag.yaml"
    path.write_text(path.read_text() + "nonsense: 1\n")
    for run in both(root):
        assert run() == Exit.FINDINGS
        told = json.loads(capsys.readouterr().out)
        assert told["ok"] is False
        assert told["diagnostics"][0]["file"] == "invariants/shop/orders-lag.yaml"


def test_output_that_is_stale_or_not_proved(root: Path, capsys: Out) -> None:
    assert deployed(root, format_="json", unproved=False) == (Exit.FINDINGS, "")
    assert "there is no proof" in json.loads(capsys.readouterr().out)["diagnostics"][0]["message"]
    stale = root / "rules/prometheus/shop/orders-lag.rules.yaml"
    stale.write_text(stale.read_text() + "# more\n")
    assert deployed(root, format_="json") == (Exit.FINDINGS, "")
    told = json.loads(capsys.readouterr().out)["diagnostics"]
    assert told[0]["file"] == "rules/prometheus/shop/orders-lag.rules.yaml"


def test_a_server_that_cannot_be_reached(root: Path, tmp_path: Path, capsys: Out) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "current").symlink_to("versions/none")
    for run in both(root):
        with pytest.raises(FatalError, match="cannot reach"):
            run()
        told = json.loads(capsys.readouterr().out)
        assert told["ok"] is False
        assert "cannot reach" in told["error"]["message"]


def test_a_target_that_fails(root: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Folder, files: object) -> str:
        raise FatalError("the disk is full", "make room")

    monkeypatch.setattr(Folder, "stage", full)
    with pytest.raises(FatalError):
        deployed(root, format_="json")
    told = json.loads(capsys.readouterr().out)
    assert told["error"] == {"message": "the disk is full", "hint": "make room"}


def test_what_was_done(root: Path, capsys: Out) -> None:
    assert deployed(root, format_="json") == (Exit.OK, "")
    told = json.loads(capsys.readouterr().out)
    assert len(told["changes"]) == 4
    assert told["start"].startswith("prometheus ")


def test_wrong_usage(root: Path, capsys: Out) -> None:
    for run in (
        lambda: deployed(root, "nowhere", format_="json"),
        lambda: deployed(root, format_="json", yes=False),
        lambda: examined(root, target=("nowhere",)),
    ):
        with pytest.raises(UsageError):
            run()
        assert "error" in json.loads(capsys.readouterr().out)


def test_one_server_is_named_once(root: Path) -> None:
    with pytest.raises(UsageError, match="--target here and --url both name the Prometheus"):
        examined(root, target=("here",))
    with pytest.raises(UsageError, match="--target here and --target here both name"):
        examined(root, url="", target=("here", "here"))


@pytest.mark.parametrize("user", ["me:secret@", "me:se@cret@", ":secret@", "secret@"])
def test_secrets_of_an_address_are_not_shown(root: Path, capsys: Out, user: str) -> None:
    with pytest.raises(FatalError) as caught:
        examined(root, url=nobody(user))
    assert "cannot reach http://127.0.0.1" in str(caught.value)
    assert "cret" not in f"{caught.value}{caught.value.hint}{capsys.readouterr().out}"


@pytest.mark.parametrize("url", ["http://me:secret@[", "http://me:secret@127.0.0.1:99999999"])
def test_secrets_of_an_address_that_is_none_are_not_shown(root: Path, url: str) -> None:
    with pytest.raises(FatalError) as caught:
        examined(root, url=url)
    assert "cret" not in f"{caught.value}{caught.value.hint}"


def test_a_secret_in_an_address_is_sent_unencrypted(tmp_path: Path) -> None:
    client = Client(Connection("http://me:secret@prometheus.example", 1, 1), tmp_path)
    said = "the secret for http://prometheus.example is sent unencrypted: anybody may read it"
    assert client.cautions == (said,)
