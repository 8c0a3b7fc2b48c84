"""How a target is reached: retries, authentication, TLS, and that no secret is ever told."""

import base64
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from driftbook.deploy import http
from driftbook.deploy.http import Client, RefusedError, UnreachableError
from driftbook.errors import FatalError
from driftbook.model import Auth, Connection, Secret, Tls
from servers import Proxy, proxy

SECRET = "correct horse"


@pytest.fixture
def server() -> Iterator[Proxy]:
    with proxy("http://127.0.0.1:9") as one:
        one.before = lambda method, path: (200, '{"a": 1}')
        yield one


def client(url: str, root: Path, **more: Any) -> Client:
    return Client(Connection(url, 1.0, 1.0, **more), root)


def sent(server: Proxy) -> str:
    return server.seen[-1][1].get("Authorization", "")


def test_what_may_pass_is_tried_again(
    server: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BACKOFF", 0.01)
    answers = [(503, ""), (502, ""), (200, '{"a": 1}')]
    server.before = lambda method, path: answers.pop(0) if len(answers) > 1 else answers[0]
    assert client(server.url, tmp_path).json("/x") == {"a": 1}
    assert server.paths() == ["GET /x"] * 3
    answers[:] = [(500, "broken  for\ngood")]
    with pytest.raises(RefusedError, match="answers 500 to POST /y: broken for good"):
        client(server.url, tmp_path).ask("POST", "/y")
    assert server.paths()[3:] == ["POST /y"]
    answers[:] = [(429, "")]
    with pytest.raises(RefusedError, match="answers 429"):
        client(server.url, tmp_path).json("/z")
    assert server.paths()[4:] == ["GET /z"] * (http.RETRIES + 1)


def test_nobody_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF", 0.01)
    with pytest.raises(UnreachableError, match=r"cannot reach http://127.0.0.1:9: .*refused"):
        client("http://127.0.0.1:9", tmp_path).json("/")


def test_a_way_elsewhere_is_not_followed(server: Proxy, tmp_path: Path) -> None:
    server.before = lambda method, path: (302, "")
    with pytest.raises(RefusedError, match="answers 302"):
        client(server.url, tmp_path).ask("POST", "/-/reload")
    assert server.paths() == ["POST /-/reload"]


def test_basic_and_bearer_from_files_and_environment(
    server: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    monkeypatch.setenv("DRIFTBOOK_TEST_SECRET", SECRET)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login x password y\n")
    basic = "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()
    for secret in (Secret(file="secret"), Secret(env="DRIFTBOOK_TEST_SECRET")):
        client(server.url, tmp_path, auth=Auth(secret, "me")).json("/")
        assert sent(server) == basic
        client(server.url, tmp_path, auth=Auth(secret)).json("/")
        assert sent(server) == f"Bearer {SECRET}"
    client(server.url, tmp_path).json("/")
    assert sent(server) == ""


def test_a_wrong_secret_is_not_told(server: Proxy, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    server.before = lambda method, path: (401, "who?")
    with pytest.raises(RefusedError) as caught:
        client(server.url, tmp_path, auth=Auth(Secret(file="secret"), "me")).json("/")
    assert "answers 401 to GET /: who?" in str(caught.value)
    assert "`auth`" in caught.value.hint
    assert SECRET not in f"{caught.value!r} {caught.value.hint}"


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (Secret(env="DRIFTBOOK_NO_SUCH"), "the environment has no DRIFTBOOK_NO_SUCH"),
        (Secret(file="nowhere"), "cannot read the secret in nowhere: No such file"),
        (Secret(file="empty"), "the file empty holds no secret of one line"),
        (Secret(file="lines"), "the file lines holds no secret of one line"),
    ],
)
def test_a_secret_that_is_not_there(tmp_path: Path, secret: Secret, said: str) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "lines").write_text(f"{SECRET}\r\nX-Evil: 1\n")
    with pytest.raises(FatalError) as caught:
        client("http://127.0.0.1:9", tmp_path, auth=Auth(secret))
    assert said in str(caught.value)
    assert "horse" not in str(caught.value)


def test_unsafe_connections_are_cautioned_of(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    auth = Auth(Secret(file="secret"))
    assert client("https://prometheus.internal", tmp_path, auth=auth).cautions == ()
    assert client("http://127.0.0.1:9090", tmp_path, auth=auth).cautions == ()
    (said,) = client("http://prometheus.internal", tmp_path, auth=auth).cautions
    assert "sent unencrypted" in said
    (said,) = client("https://prometheus.internal", tmp_path, tls=Tls(insecure=True)).cautions
    assert "is not verified" in said


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a server's certificate and a client's, made by openssl."""
    folder, openssl = tmp_path_factory.mktemp("tls"), shutil.which("openssl")
    assert openssl, "openssl is not there"

    def make(*options: str) -> None:
        subprocess.run([openssl, *options], cwd=folder, check=True, capture_output=True)

    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    make(*new, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem")
    for name in ("server", "client"):
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "subjectAltName=IP:127.0.0.1")
        make(*new, *signed, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    return folder


@pytest.fixture
def secure(certificates: Path) -> Iterator[Proxy]:
    """It asks for a client's certificate, and says which one it got."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    with proxy("http://127.0.0.1:9", lambda s: context.wrap_socket(s, server_side=True)) as one:
        one.url = one.url.replace("http:", "https:")
        one.before = lambda method, path: (200, '{"a": 1}')
        yield one


def test_a_certificate_is_verified_unless_that_is_turned_off(
    secure: Proxy, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BACKOFF", 0.01)
    with pytest.raises(UnreachableError) as caught:
        client(secure.url, certificates).json("/")
    assert "no safe connection" in str(caught.value)
    assert "certificate" in str(caught.value)
    assert "`tls`" in caught.value.hint
    assert secure.seen == []
    for tls in (Tls(ca_file="ca.pem"), Tls(ca_file=str(certificates / "ca.pem"))):
        assert client(secure.url, certificates, tls=tls).json("/") == {"a": 1}
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates / "client.pem"))
    assert client(secure.url, certificates, tls=Tls(insecure=True)).json("/") == {"a": 1}
    both = Tls("ca.pem", "client.pem", "client.key")
    assert client(secure.url, certificates, tls=both).json("/") == {"a": 1}


def test_certificates_that_are_not_there(certificates: Path) -> None:
    for tls in (Tls(ca_file="none.pem"), Tls("ca.pem", "none.pem", "client.key")):
        with pytest.raises(FatalError, match=r"there is no file .*none\.pem"):
            client("https://127.0.0.1:9", certificates, tls=tls)
