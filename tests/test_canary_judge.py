"""What observations of a canary mean, held against the definitions over the whole history."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from driftbook.canary import judge
from driftbook.canary.judge import Bounds, Judge, Propagated, Read

BOUNDS = Bounds(stale_after=10, think_time=2, patience=3)
TARGETS = ("a", "b")


@dataclass(frozen=True)
class Write:
    version: int
    at: float


@st.composite
def histories(draw: st.DrawFn) -> list[Write | Read]:
    """Events in the order in which they end: versions grow, some writes are never acknowledged."""
    now, version, events = 100.0, 0, []
    for _ in range(draw(st.integers(1, 60))):
        now += draw(st.sampled_from((0.0, 0.5, 1.0, 3.0, 8.0)))
        if draw(st.integers(0, 2)) == 0:
            version += draw(st.integers(1, 2))
            events.append(Write(version, now))
        else:
            lasted = draw(st.sampled_from((0.0, 1.0, 3.0)))
            read = draw(st.integers(0, version + 1))
            events.append(Read(draw(st.sampled_from(TARGETS)), read, now - lasted, now))
    return events


def writes(events: list[Write | Read]) -> list[Write]:
    return [event for event in events if isinstance(event, Write)]


def reads(events: list[Write | Read]) -> list[Read]:
    return [event for event in events if isinstance(event, Read)]


def expected(read: Read, known: list[int]) -> int:
    """The newest version that the read should have shown, 0 where it did."""
    newest = max(known, default=0)
    return newest if newest > read.version else 0


@given(histories())
def test_reads_are_judged_by_the_definitions(events: list[Write | Read]) -> None:
    subject = Judge(TARGETS, BOUNDS)
    for index, event in enumerate(events):
        if isinstance(event, Write):
            subject.wrote(event.version, event.at)
            continue
        verdict = subject.read(event)
        before = events[:index]
        told = event.started - BOUNDS.think_time
        stale = event.started - BOUNDS.stale_after
        old = [w.version for w in writes(before) if w.at <= stale]
        own = [w.version for w in writes(before) if w.at <= told]
        earlier = [r.version for r in reads(before) if r.ended <= told]
        assert verdict.stale == expected(event, old)
        assert verdict.own_write == expected(event, own)
        assert verdict.monotonic == expected(event, earlier)


@given(histories())
def test_every_write_propagates_once(events: list[Write | Read]) -> None:
    subject = Judge(TARGETS, BOUNDS)
    found: list[Propagated] = []
    for event in events:
        if isinstance(event, Write):
            found += subject.wrote(event.version, event.at)
        else:
            found += subject.read(event).propagated
    wanted = []
    for write in writes(events):
        for target in TARGETS:
            of_target = [r for r in reads(events) if r.target == target]
            shown = [r.ended for r in of_target if r.version >= write.version]
            if shown:
                wanted.append(Propagated(target, write.version, max(0.0, min(shown) - write.at)))
    key = lambda one: (one.target, one.version)  # noqa: E731  # a one-line key
    assert sorted(found, key=key) == sorted(wanted, key=key)


@given(histories())
def test_what_is_pending_is_what_has_not_been_shown(events: list[Write | Read]) -> None:
    subject = Judge(TARGETS, BOUNDS)
    for event in events:
        if isinstance(event, Write):
            subject.wrote(event.version, event.at)
        else:
            subject.read(event)
    end = max(event.at if isinstance(event, Write) else event.ended for event in events) + 1
    for target in TARGETS:
        newest = max((r.version for r in reads(events) if r.target == target), default=0)
        unseen = [w.at for w in writes(events) if w.version > newest]
        assert subject.pending(target, end) == (end - min(unseen) if unseen else 0)


def test_a_long_outage_takes_bounded_memory_and_keeps_the_oldest_write() -> None:
    subject = Judge(["a"], BOUNDS)
    count = 3 * judge.MOST_PENDING
    for version in range(1, count + 1):
        subject.wrote(version, float(version))
    assert subject.pending("a", count) == count - 1
    shown = subject.read(Read("a", count, count, count)).propagated
    assert shown[0] == Propagated("a", 1, count - 1)
    assert 2 < len(shown) <= judge.MOST_PENDING
    assert subject.pending("a", count + 1) == 0
