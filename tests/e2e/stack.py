"""Everything that a scenario needs, running: from the stores to Alertmanager."""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

from driftbook import names
from driftbook.prove import engines
from driftbook.units import duration
from e2e import parts
from e2e.asks import Alertmanager, Prometheus
from e2e.made import ROOT, Made
from e2e.parts import Clock, Store
from e2e.process import Process, port

GRACE = 10
"""Seconds of `for` from which Prometheus restores what was pending before a restart; 10 min unless
stated, which is scaled down with the catalog's times."""
BOOT = 90.0


@dataclass
class Stack:
    """cluster: the external label. services: those whose rules are loaded and that run."""

    cluster: str
    services: frozenset[str]
    made: Made
    folder: Path
    processes: dict[str, Process] = field(default_factory=dict)
    targets: dict[str, tuple[str, int]] = field(default_factory=dict)
    stores: dict[str, Store] = field(default_factory=dict)
    clock: Clock | None = None
    prometheus: Prometheus = field(init=False)
    alertmanager: Alertmanager = field(init=False)

    @property
    def orders(self) -> Store:
        """PostgreSQL."""
        return self.stores["orders"]

    @property
    def stock(self) -> Store:
        """Redis."""
        return self.stores["stock"]

    def load(self, made: Made) -> None:
        """The compiled rules and routes go where Prometheus and Alertmanager read them."""
        self.made = made
        rules = self.folder / "rules"
        shutil.rmtree(rules, ignore_errors=True)
        rules.mkdir()
        for file in made.rule_files(self.services):
            shutil.copy(file, rules)
        for name in (names.ALERTMANAGER, names.NOTIFICATIONS):
            shutil.copy(made.root / name, self.folder)

    def dead(self) -> list[str]:
        """Processes that have ended by themselves or were ended."""
        return [name for name, process in self.processes.items() if not process.alive]

    def logs(self) -> str:
        """The ends of all logs."""
        logs = {name: process.said() for name, process in self.processes.items()}
        for name, store in self.stores.items():
            for file in sorted(store.cluster.folder.glob("*/server.log")):
                text = file.read_text(encoding="utf-8", errors="replace")
                logs[f"{name} {file.parent.name}"] = "\n".join(text.splitlines()[-8:])
        return "\n".join(f"--- {name}\n{said}" for name, said in logs.items())

    def shown(self) -> bool:
        """Whether every target is up and every signal has a value."""
        with suppress(requests.RequestException):
            signals = {m["invariant"] for m, _ in self.prometheus.values(names.SIGNAL)}
            wanted = {i.name for i in self.made.catalog.compiled() if i.service in self.services}
            return signals >= wanted
        return False

    def scraped(self) -> bool:
        """Whether every target is up."""
        with suppress(requests.RequestException):
            return len(self.prometheus.values("up == 1")) == len(self.targets)
        return False


@contextmanager
def stack(cluster: str, services: frozenset[str], made: Made, folder: Path) -> Iterator[Stack]:
    """The parts, and the rules when all are scraped; nothing of it is left behind."""
    folder.mkdir(parents=True)
    one = Stack(cluster, services, made, folder)
    with ExitStack() as opened:
        for name, make in (("orders", parts.postgresql), ("stock", parts.redis)):
            if any(service.partition("-")[0] == name for service in services):
                store = opened.enter_context(make(folder))
                one.stores[name] = store
                if name in services:
                    one.targets |= store.targets
                    one.processes |= store.exporters
        if "hosts" in services:
            one.clock, one.processes["exporter-host"], targets = opened.enter_context(
                parts.host(folder)
            )
            one.targets |= targets
        probed = {s.removesuffix("-canary") for s in services if s.endswith("-canary")}
        if probed:
            stores = {name: one.stores[name] for name in sorted(probed)}
            one.processes["canary"], targets = opened.enter_context(parts.canary(stores, folder))
            one.targets |= targets
        one.load(made)
        _alertmanager(one, opened)
        _prometheus(one, opened)
        _begin(one)
        yield one


def _begin(one: Stack) -> None:
    """Prometheus gets the rules when it has scraped everything, so that nothing is `missing`."""
    end = time.monotonic() + BOOT
    while not one.scraped():
        assert time.monotonic() < end, f"not every target is up:\n{one.logs()}"
        time.sleep(0.1)
    _configure(one, ["rules/*.rules.yaml"])
    one.prometheus.reload()


def _alertmanager(one: Stack, opened: ExitStack) -> None:
    engine = engines.require(ROOT).alertmanager
    if files := engines.share(engine):
        (one.folder / engines.SHARE_NAME).symlink_to(files)
    at = port()
    words = [
        "--config.file=alertmanager.yaml",
        "--storage.path=alertmanager.data",
        f"--web.listen-address=127.0.0.1:{at}",
        "--cluster.listen-address=",
    ]
    one.alertmanager = Alertmanager(f"http://127.0.0.1:{at}")
    _serve(one, opened, Process("alertmanager", [engine.path, *words], one.folder))


def _prometheus(one: Stack, opened: ExitStack) -> None:
    at = port()
    _configure(one, [])
    words = [
        "--config.file=prometheus.yaml",
        "--storage.tsdb.path=prometheus.data",
        f"--web.listen-address=127.0.0.1:{at}",
        "--web.enable-lifecycle",
        f"--rules.alert.for-grace-period={GRACE}s",
    ]
    one.prometheus = Prometheus(f"http://127.0.0.1:{at}")
    program = engines.require(ROOT).prometheus.path
    _serve(one, opened, Process("prometheus", [program, *words], one.folder))


def _configure(one: Stack, rules: list[str]) -> None:
    text = yaml.safe_dump({**_config(one), "rule_files": rules}, sort_keys=False)
    (one.folder / "prometheus.yaml").write_text(text, encoding="utf-8")


def _config(one: Stack) -> dict[str, Any]:
    """As the documentation says, with what the catalog states."""
    stated = one.made.catalog.prometheus
    jobs = sorted({job for job, _ in one.targets.values()})
    return {
        "global": {
            "scrape_interval": duration(stated.scrape_interval),
            "scrape_timeout": duration(stated.scrape_interval),
            "evaluation_interval": duration(stated.evaluation_interval),
            "external_labels": {"cluster": one.cluster},
        },
        "alerting": {
            "alertmanagers": [
                {"static_configs": [{"targets": [one.alertmanager.url.removeprefix("http://")]}]}
            ]
        },
        "scrape_configs": [
            {
                "job_name": job,
                "static_configs": [
                    {"targets": [f"127.0.0.1:{at}"], "labels": {"instance": instance}}
                    for instance, (of, at) in one.targets.items()
                    if of == job
                ],
            }
            for job in jobs
        ],
    }


def _serve(one: Stack, opened: ExitStack, process: Process) -> None:
    opened.callback(process.kill)
    one.processes[process.name] = process
    ready(one, process.name)


def ready(one: Stack, name: str) -> None:
    """Waits until Prometheus or Alertmanager serves."""
    client = one.prometheus if name == "prometheus" else one.alertmanager
    process, end = one.processes[name], time.monotonic() + BOOT
    while not client.ready():
        assert process.alive, f"{name} ended:\n{process.said()}"
        assert time.monotonic() < end, f"{name} is not ready:\n{process.said()}"
        time.sleep(0.1)
