"""The scenarios in which the pipeline itself is restarted or reloaded."""

import time

from e2e.expectations import Shows
from e2e.faults import Scenario
from e2e.parts import Clock
from e2e.play import Play
from e2e.process import Process
from e2e.stack import BOOT, ready

RESEND = 60.0
"""Seconds after which Prometheus tells of an alert again (`--rules.alert.resend-delay`)."""
HOSTS = frozenset(("hosts",))
JUMP = 5.0
LEAKS = (("clocks-agree", "early"), ("clocks-agree", "mid"))
"""After a restart or a reload, Alertmanager tells what is older than `group_wait` at once, and what
hides that, which comes with it, may be seen a moment too late: issue 4064 and, for reloads before
0.30, pull request 4705 of prometheus/alertmanager."""


def prometheus_restarted(play: Play) -> None:
    """While one alert fires, one with a long `for` is pending and one with a short `for` too."""
    play.calm(15)
    clock, stack = play.stack.clock, play.stack
    assert clock
    since = clock.lost(10.0, 1)
    play.inflict("the kernel's bound on its error is 10 s, then Prometheus restarts")
    play.sleep(since + 24 - time.time())
    jumped = clock.offset(lambda passed: 0.5)
    play.sleep(2)
    stopped = time.time()
    stack.processes["prometheus"].stop()
    stack.processes["prometheus"].start()
    ready(stack, "prometheus")
    back = time.time()
    play.late += RESEND
    tick = stack.made.catalog.prometheus.evaluation_interval
    play.expect("clocks-kept", "early", since, Shows(back - stopped + tick))
    # Its time before the restart counts; it is restored with the second evaluation after that.
    play.expect("clocks-kept", "late", since, Shows(back - stopped + 3 * tick))
    # Its `for` is too short for that, and starts anew. What fires in the first seconds, before
    # Prometheus has found Alertmanager, is told when it is told again.
    play.expect("clocks-agree", "mid", jumped, Shows(back - jumped + tick + RESEND))
    play.once("clocks-kept", "early", "late")
    play.told_once("clocks-agree", "mid")
    play.may(*LEAKS)
    clock.offset(lambda passed: 0.0)
    well = clock.lost(0.01, 1)
    play.inflict("the clock is right again")
    play.resolved("clocks-kept", "late", well)


def alertmanager_restarted(play: Play) -> None:
    """It keeps what it has told, and hears of what fires again from Prometheus."""
    clock, alertmanager = _jumped(play)
    play.inflict("Alertmanager restarts while it fires")
    play.late += RESEND
    alertmanager.stop()
    alertmanager.start()
    ready(play.stack, "alertmanager")
    back = time.time()
    there = play.until(lambda: play.stack.alertmanager.alerts("clocks-agree"), RESEND + BOOT)
    play.check("clocks-agree: is known again", there, seen=time.time() - back)
    play.sleep(back + RESEND + 30 - time.time())
    play.hidden("clocks-agree")
    play.told_once("clocks-agree", "late")
    play.may(*LEAKS)
    alertmanager.stop()
    clock.offset(lambda passed: 0.0)
    play.inflict("Alertmanager is down while the clock is set right")
    play.sleep(10)
    alertmanager.start()
    ready(play.stack, "alertmanager")
    # Told again after a time that is as long as a turn of the group.
    play.resolved("clocks-agree", "late", time.time())
    play.told_once("clocks-agree", "late")


def reloaded(play: Play) -> None:
    """The rules and routes of a catalog with another team, and another title of what fires."""
    clock, _ = _jumped(play)
    play.late += RESEND
    play.inflict("configuration reloaded while it fires")
    play.stack.load(play.changed)
    for server in (play.stack.prometheus, play.stack.alertmanager):
        server.reload()
    play.sleep(RESEND + 30)
    play.hidden("clocks-agree")
    play.told_once("clocks-agree", "late")
    play.may(*LEAKS)
    well = clock.offset(lambda passed: 0.0)
    play.inflict("the clock is set right")
    play.resolved("clocks-agree", "late", well)
    play.told_once("clocks-agree", "late")


def _jumped(play: Play) -> tuple[Clock, Process]:
    play.calm(15)
    clock = play.stack.clock
    assert clock
    since = clock.offset(lambda passed: JUMP)
    play.inflict("clock jumps by 5 s")
    play.expect("clocks-agree", "late", since, Shows())
    return clock, play.stack.processes["alertmanager"]


RESTARTS = (
    Scenario("prometheus-restarted", HOSTS, prometheus_restarted),
    Scenario("alertmanager-restarted", HOSTS, alertmanager_restarted),
    Scenario("reloaded", HOSTS, reloaded),
)
CHANGED = {
    "invariants/billing-team.yaml": """\
kind: team
name: billing
title: Billing team
contact: "#billing"
receivers:
  early: {webhook_configs: [{url: "http://pager.cosmiccart.example/billing/early"}]}
  mid: {webhook_configs: [{url: "http://pager.cosmiccart.example/billing/mid"}]}
  late: {webhook_configs: [{url: "http://pager.cosmiccart.example/billing/late"}]}
""",
    "invariants/hosts/clocks-told.yaml": """\
kind: invariant
name: clocks-told
title: Hosts agree with Prometheus on the time
dataset: clocks
property: clock-agreement
owner: billing
signal: {use: clock-node/scrape-skew}
stages:
  late: {above: 1m, for: 1m}
runbook: clock-wrong
""",
}
"""Files that a colleague adds."""
TITLE = ("is right to 10 ms", "agrees with the others to 10 ms")
"""What is said otherwise in the file of the invariant that fires."""
