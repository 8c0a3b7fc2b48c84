"""A function over many things on all cores, by processes that are copies of this one.

What is worked on is in every copy already; only results are sent. Where the system cannot fork,
or there is too little to do, the work is done here.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")
FEW = 64
"""Things that are not worth another process."""
CHUNK = 16


class Mapped(Protocol):
    """`map`, or `mapped` below."""

    def __call__(self, function: Callable[[T], R], things: Sequence[T], /) -> Iterable[R]:
        """The results, in the order of the things."""


_work: tuple[Callable[[Any], Any], Sequence[Any]]
"""What the copies inherit."""


def mapped(function: Callable[[T], R], things: Sequence[T]) -> Iterator[R]:
    """The results, in the order of the things; like `map`, but for where it is done.

    Raises what the function raises, and BrokenProcessPool where the system ends a copy.
    """
    global _work
    cores = os.cpu_count() or 1
    forks = "fork" in multiprocessing.get_all_start_methods()
    if len(things) < FEW or cores < 2 or not forks:
        yield from map(function, things)
        return
    _work = function, things
    pool = ProcessPoolExecutor(cores, multiprocessing.get_context("fork"), _quiet)
    try:
        yield from pool.map(_one, range(len(things)), chunksize=CHUNK)
    finally:
        pool.shutdown(cancel_futures=True)


def _quiet() -> None:
    """Ctrl-C reaches every copy; the one that has them ends them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _one(index: int) -> Any:
    function, things = _work
    return function(things[index])
