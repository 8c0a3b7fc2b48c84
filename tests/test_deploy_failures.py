"""Deployments that fail, each in its own way, and leave what was there."""

import os
import resource
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from driftbook.deploy import ruler
from driftbook.deploy.folder import Folder
from driftbook.errors import Exit, FatalError
from servers import (
    Live,
    Proxy,
    command,
    deployed,
    edit,
    free_port,
    project,
    prometheus,
    proxy,
    until,
)
from test_deploy_prometheus import FILES, OTHERS, target

STOCK = "invariants/shop/stock-drift.yaml"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    folder = tmp_path / "prometheus"
    (folder / "rules").mkdir(parents=True)
    (folder / "others.yaml").write_text(yaml.safe_dump(OTHERS))
    with prometheus(folder, FILES) as live:
        yield live


@pytest.fixture
def between(server: Live) -> Iterator[Proxy]:
    with proxy(server.url) as one:
        yield one


@pytest.fixture
def root(tmp_path: Path, server: Live, between: Proxy) -> Path:
    """A catalog that is deployed, and has changed since; its target is behind the proxy."""
    root = project(tmp_path / "catalog", target(between.url, server.folder / "rules"))
    assert deployed(root)[0] == Exit.OK
    edit(root, STOCK, "early: {above: 5,", "early: {above: 6,")
    return root


class Before:
    """What was there, to be compared with what is there."""

    def __init__(self, server: Live) -> None:
        self.server = server
        self.state = self.now()

    def now(self) -> tuple[object, ...]:
        rules = self.server.folder / "rules"
        files = {p.name: p.read_bytes() for p in (rules / "current").iterdir()}
        return os.readlink(rules / "current"), files, self.queries()

    def queries(self) -> list[tuple[str, str]]:
        groups = self.server.groups()
        return [(name, r["query"]) for name, g in sorted(groups.items()) for r in g["rules"]]

    def holds(self) -> None:
        assert self.now() == self.state
        entries = [p.name for p in (self.server.folder / "rules").rglob(".*") if p.name != ".lock"]
        assert entries == []


def fails(root: Path, *parts: str, **options: Any) -> str:
    with pytest.raises(FatalError) as caught:
        deployed(root, **options)
    said = f"{caught.value} hint: {caught.value.hint}"
    for part in parts:
        assert part in said, said
    return said


UNDONE = "Restored: the files are what they were"
RUNS = ", and Prometheus runs what it ran before."


def test_rules_of_a_newer_prometheus_are_refused_and_undone(
    server: Live, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, texts = Before(server), ruler.texts
    newer = b"interval: 1s\n    query_offset: 1m"
    monkeypatch.setattr(
        ruler,
        "texts",
        lambda job: {n: t.replace(b"interval: 1s", newer) for n, t in texts(job).items()},
    )
    fails(root, "answers 500 to POST /-/reload: failed to reload config", UNDONE + RUNS)
    before.holds()


def test_what_others_broke_is_told_from_what_is_deployed(server: Live, root: Path) -> None:
    before = Before(server)
    (server.folder / "others.yaml").write_text("groups: nonsense")
    fails(root, "answers 500", UNDONE, "Prometheus did not read them again", RUNS)
    before.holds()


def test_a_server_that_does_not_read_the_folder(server: Live, root: Path) -> None:
    config = server.folder / "prometheus.yml"
    config.write_text(config.read_text().replace("rules/current/*.rules.yaml", "rules/*.yaml"))
    server.reload()
    before = Before(server)
    assert "driftbook:watchdog" not in server.groups()
    fails(root, "Prometheus does not run it within 4 s: it does not load", "/current/", UNDONE)
    before.holds()


def test_a_reload_that_is_not_allowed(server: Live, root: Path, between: Proxy) -> None:
    before = Before(server)
    between.before = lambda method, path: (
        (403, "Lifecycle API is not enabled.") * (method == "POST") or None
    )
    fails(
        root,
        "answers 403 to POST /-/reload: Lifecycle API is not enabled.",
        UNDONE,
        "--web.enable-lifecycle",
    )
    before.holds()


def test_a_server_that_dies_in_between(server: Live, root: Path, between: Proxy) -> None:
    before = Before(server)

    def dies(method: str, path: str) -> tuple[int, str] | None:
        if path == "/-/reload" and server.process.poll() is None:
            server.process.kill()
            server.process.wait()
        return (502, "no server") if server.process.poll() is not None else None

    between.before = dies
    said = fails(root, "answers 502", UNDONE, "it cannot be told what Prometheus runs")
    assert "did not read them again" in said
    link, _, queries = before.state
    with prometheus(server.folder, FILES) as again:
        before.server = again
        assert (os.readlink(server.folder / "rules/current"), before.queries()) == (link, queries)


def test_a_server_that_comes_back_in_time(tmp_path: Path, server: Live, between: Proxy) -> None:
    directory = server.folder / "rules"
    more = "within: 30s, timeout: 2s"
    root = project(tmp_path / "catalog", target(between.url, directory, more))
    answers = [(503, "starting")] * 6
    between.before = lambda method, path: (
        answers.pop() if answers and (directory / "current").exists() and method == "GET" else None
    )
    assert deployed(root)[0] == Exit.OK
    assert not answers


def test_a_folder_that_cannot_be(root: Path, between: Proxy) -> None:
    path = root / "invariants/catalog.yaml"
    head = path.read_text().partition("targets:")[0]
    path.write_text(f"{head}targets:\n  {target(between.url, Path('/sys/driftbook'))}\n")
    edit(root, STOCK, "early: {above: 6,", "early: {above: 6,")
    fails(root, "cannot ", " to /sys/driftbook: ")


def test_a_folder_that_may_only_be_read(server: Live, root: Path) -> None:
    setpriv = shutil.which("setpriv")
    assert setpriv
    before = Before(server)
    rules = server.folder / "rules"
    folders = (rules, rules / "versions")
    for folder in folders:
        folder.chmod(0o555)
    caps = [setpriv, "--bounding-set", "-dac_override,-dac_read_search"] * (os.getuid() == 0)
    for options in ((), ("--plan",)):
        line = [*caps, *command(root, *options)]
        done = subprocess.run(line, capture_output=True, text=True)
        assert done.returncode == Exit.ENVIRONMENT, done.stderr
        assert f"cannot write to {rules}: nobody lets us write to {rules}" in done.stderr
        assert "hint: nothing was changed" in done.stderr
    for folder in folders:
        folder.chmod(0o755)
    before.holds()


@pytest.mark.parametrize("runs", [True, False], ids=["there", "first"])
def test_a_plan_refuses_a_place_that_cannot_be(tmp_path: Path, server: Live, runs: bool) -> None:
    (tmp_path / "file").write_text("")
    url = server.url if runs else f"http://127.0.0.1:{free_port()}"
    for place, said in (
        ("none/rules", "/none is not there"),
        ("file", "/file is not a folder"),
        ("file/rules", "/file is not a folder"),
    ):
        root = project(tmp_path / f"for {place}", target(url, tmp_path / place))
        fails(root, f"cannot deploy to {tmp_path}/{place}: ", said, plan=True)


def test_a_full_disk(server: Live, root: Path) -> None:
    before = Before(server)
    done = subprocess.run(
        command(root),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000)),
    )
    assert done.returncode == Exit.ENVIRONMENT
    assert f"cannot write to {server.folder}/rules: File too large" in done.stderr
    before.holds()


def test_two_at_once(server: Live, root: Path, between: Proxy) -> None:
    before = Before(server)
    with Folder(server.folder / "rules").locked():
        fails(root, "somebody else deploys to", "try again when it is done")
    before.holds()
    go = threading.Event()
    between.before = lambda method, path: None if method == "GET" else waits(go)
    with subprocess.Popen(command(root)) as first:
        until(lambda: "POST /-/reload" in between.paths()[-1], "the first one reloads")
        fails(root, "somebody else deploys to")
        go.set()
    assert first.returncode == Exit.OK
    assert deployed(root)[1] == "here: nothing to do\n"


def waits(event: threading.Event) -> None:
    event.wait(20)


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM], [signal.SIGINT] * 3])
def test_ctrl_c_in_the_middle(
    server: Live, root: Path, between: Proxy, signals: list[signal.Signals]
) -> None:
    before = Before(server)
    go, count = threading.Event(), len(between.seen)
    between.before = lambda method, path: None if method == "GET" else waits(go)
    default = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731
    with subprocess.Popen(
        command(root), stderr=subprocess.PIPE, text=True, preexec_fn=default
    ) as process:
        until(lambda: "POST /-/reload" in between.paths()[count:], "it reloads")
        for number in signals:
            process.send_signal(number)
            time.sleep(0.3)
        go.set()
        _, said = process.communicate(timeout=60)
    assert process.returncode == Exit.INTERRUPTED, said
    assert f"Interrupted. {UNDONE}{RUNS}" in said
    before.holds()


def test_somebody_changed_the_folder_since_the_plan(
    server: Live, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, plan = Before(server), ruler.plan

    def meanwhile(*given: Any) -> Any:
        made = plan(*given)
        folder = Folder(server.folder / "rules")
        folder.point(folder.stage({}))
        return made

    monkeypatch.setattr(ruler, "plan", meanwhile)
    fails(root, "has changed since it was looked at")
    Folder(server.folder / "rules").point(str(before.state[0]))


@pytest.mark.parametrize("slow", ["plan", "reload", "trickle"])
def test_a_slow_server(server: Live, root: Path, between: Proxy, slow: str) -> None:
    before = Before(server)
    edit(root, "invariants/catalog.yaml", "timeout: 2s", "timeout: 1s")
    go = threading.Event()

    def late(method: str, path: str) -> tuple[int, str] | None:
        if (method == "POST") is (slow == "reload"):
            go.wait(30)
        return None

    between.before = late
    between.trickle = slow == "trickle"
    if slow == "trickle":
        between.before = lambda method, path: None
    parts = (UNDONE,) if slow == "reload" else ()
    fails(root, "does not answer within 1 s", *parts)
    go.set()
    before.holds()


def test_a_reload_that_takes_longer_than_an_answer_may(
    server: Live, root: Path, between: Proxy
) -> None:
    edit(root, "invariants/catalog.yaml", "timeout: 2s", "timeout: 300ms")
    between.before = lambda method, path: time.sleep(1.5) if method == "POST" else None
    assert deployed(root)[0] == Exit.OK
