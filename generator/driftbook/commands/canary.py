"""`driftbook canary`: write, read at every replica, and export what that shows."""

import gc
import logging
import signal
import socket
import time
from pathlib import Path

import click
from prometheus_client import CollectorRegistry, start_http_server
from rich.console import Console

from driftbook.canary.config import Probe, load
from driftbook.canary.loop import Prober, Run
from driftbook.canary.stores import stores
from driftbook.commands import findings
from driftbook.errors import Exit, FatalError


def run(root: Path, console: Console, *, config: Path, listen: str, once: bool = False) -> int:
    """Runs until SIGTERM or SIGINT. once: until every target has shown a write, then prints.

    listen: `127.0.0.1:9730`, `[::1]:9730`, or `:9730` for all addresses. Raises UsageError where
    it is neither, FatalError where the extra is not installed or the port is taken.
    """
    address, port = _address(listen)
    gc.enable()  # the command line turns it off for compiles, which end soon
    path = root / config
    probes, wrong = load(path)
    if wrong:
        findings.write(wrong, path.resolve().parent, Console(stderr=True, soft_wrap=True), "text")
        return Exit.FINDINGS
    try:
        stores()
    except ImportError as error:
        hint = "pip install 'driftbook[canary]'"
        raise FatalError(f"the canary needs more packages: {error}", hint) from error
    _log()
    registry = CollectorRegistry()
    prober = Prober(probes, registry)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: prober.ended.set())
    return _once(prober, console) if once else _serve(prober, registry, address, port)


def _address(listen: str) -> tuple[str, int]:
    address, _, port = listen.rpartition(":")
    if ":" not in listen or not port.isdecimal() or int(port) > 65535:
        raise click.UsageError(f'"{listen}" is no ADDRESS:PORT such as 127.0.0.1:9730 or :9730')
    return address.strip("[]"), int(port)


def _serve(prober: Prober, registry: CollectorRegistry, address: str, port: int) -> int:
    everywhere = "::" if socket.has_dualstack_ipv6() else "0.0.0.0"
    try:
        server, thread = start_http_server(port, address or everywhere, registry)
    except OSError as error:
        raise FatalError(f"cannot listen on {address}:{port}: {error.strerror}") from error
    logging.info("listening on %s:%d", address, port)
    prober.start()
    prober.ended.wait()
    server.shutdown()
    server.server_close()
    thread.join()
    prober.stop()
    return Exit.OK


def _once(prober: Prober, console: Console) -> int:
    """A line for each target; a finding where one has not shown a write in time."""
    prober.start()
    bounds = [run.probe.bounds for run in prober.runs]
    until = time.monotonic() + max(bound.stale_after + bound.patience for bound in bounds)
    while not all(_done(run) for run in prober.runs) and time.monotonic() < until:
        if prober.ended.wait(0.02):
            break
    prober.stop()
    for run in prober.runs:
        for target in run.probe.targets:
            console.print(_line(run, target.name), markup=False)
    return Exit.OK if all(_done(run) and _in_time(run) for run in prober.runs) else Exit.FINDINGS


def _done(run: Run) -> bool:
    return len(run.first) == len(run.probe.targets)


def _in_time(run: Run) -> bool:
    return max(run.first.values()) <= run.probe.stale_after


def _line(run: Run, target: str) -> str:
    probe = run.probe
    way = f"{probe.dataset}: {probe.source.name} -> {target}"
    if target in run.first:
        return f"{way}: seen after {run.first[target]:.3f} s"
    return f"{way}: not seen{_why(run, probe, target)}"


def _why(run: Run, probe: Probe, target: str) -> str:
    troubles = run.trouble.get(("source", probe.source.name)) or run.trouble.get(("target", target))
    return "; " + "; ".join(f"{what}: {said}" for what, said in (troubles or {}).items())


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
