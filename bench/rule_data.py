"""The series that the rules of `catalogs.py` look at: backfilled for a while, then scraped.

Each invariant has 20 places, which are pairs of five regions. Nearly all are calm; in a hundredth
of the invariants one place has been beyond the bound of mid for a while.
"""

import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

STEP = 30
"""Seconds from one sample to the next, and from one evaluation to the next."""
REGIONS = ("eu-west-2", "us-east-1", "us-west-2", "sa-east-1", "ap-south-1")
PLACES = [
    f'source_region="{source}",target_region="{target}"'
    for source in REGIONS
    for target in REGIONS
    if source != target
]
HOUR, COUNTED, VIOLATED = 3660, 5700, 1200
"""Seconds of history: what a trend looks back on, what failures do, and what persistence does."""
BOUND = 10
NOISE = [f"{2 + (n * 7 % 16) / 20:g}" for n in range(16)]
LATE = [f"{12 + (n * 7 % 16) / 20:g}" for n in range(16)]


def now() -> int:
    """Seconds since 1970 at the last step."""
    return int(time.time()) // STEP * STEP


def _lags(invariants: int) -> Iterator[tuple[int, str, list[str]]]:
    """Invariant, place and the values that it goes through again and again."""
    for n in range(invariants):
        for at, place in enumerate(PLACES):
            values = LATE if n % 100 == 0 and at == 0 else NOISE
            turn = (n + at) % len(values)
            yield n, place, values[turn:] + values[:turn]


def _own(n: int, invariants: int) -> str:
    return f'service="service-{n % max(1, invariants // 10)}",shard="{n}"'


def _told(n: int, place: str, invariants: int, nodes: int) -> list[str]:
    """The series of a place: every node tells the same."""
    own = _own(n, invariants)
    return [f'replication_lag_seconds_p99{{{own},{place},node="{node}"}}' for node in range(nodes)]


def _written(series: str, values: list[str], end: int, seconds: int) -> str:
    """The samples of a series in OpenMetrics."""
    steps = range(end // STEP - seconds // STEP, end // STEP + 1)
    return "".join(f"{series} {values[s % len(values)]} {s * STEP}\n" for s in steps)


def scraped(invariants: int, nodes: int, end: int) -> Iterator[str]:
    """OpenMetrics of what exporters told, until the end."""
    for n, place, values in _lags(invariants):
        for series in _told(n, place, invariants, nodes):
            yield _written(series, values, end, HOUR)
    for n in range(invariants):
        yield _written(f"repair_failures_total{{{_own(n, invariants)}}}", ["0"], end, COUNTED)
    for n in range(max(1, invariants // 10)):
        for place in PLACES:
            series = f'region_pair_info{{service="service-{n}",{place}}}'
            yield _written(series, ["1"], end, STEP)
    yield "# EOF\n"


def recorded(invariants: int, end: int) -> Iterator[str]:
    """OpenMetrics of what the rules recorded, until the end."""
    for n, place, values in _lags(invariants):
        yield _written(f'drift:signal{{invariant="lag-{n}",{place}}}', values, end, HOUR)
    for n, place, values in _lags(invariants):
        beyond = [str(int(float(value) > BOUND)) for value in values]
        series = f'drift:violation{{invariant="lag-{n}",bound="{BOUND}",{place}}}'
        yield _written(series, beyond, end, VIOLATED)
    yield "# EOF\n"


def backfill(lines: Iterable[str], into: Path, promtool: Path) -> None:
    """Blocks of OpenMetrics."""
    text = into.with_suffix(".om")
    with text.open("w") as file:
        file.writelines(lines)
    command = [promtool, "tsdb", "create-blocks-from", "--max-block-duration=24h"]
    subprocess.run([*command, "openmetrics", text, into], capture_output=True, check=True)
    text.unlink()


def page(invariants: int, nodes: int, step: int) -> bytes:
    """What exporters tell at a step."""
    lines = [
        f"{series} {values[step % len(values)]}"
        for n, place, values in _lags(invariants)
        for series in _told(n, place, invariants, nodes)
    ]
    lines += [f"repair_failures_total{{{_own(n, invariants)}}} 0" for n in range(invariants)]
    lines += [
        f'region_pair_info{{service="service-{n}",{place}}} 1'
        for n in range(max(1, invariants // 10))
        for place in PLACES
    ]
    return "\n".join([*lines, ""]).encode()


@contextmanager
def exporter(invariants: int, nodes: int) -> Iterator[str]:
    """Address of a server that tells another of four pages at each scrape."""
    pages, turn = [page(invariants, nodes, step) for step in range(4)], count()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages[next(turn) % len(pages)]
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
