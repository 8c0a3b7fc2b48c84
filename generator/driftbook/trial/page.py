"""Pages of metrics as exporters serve them, read into samples as Prometheus would store them."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from prometheus_client import parser as plain
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as openmetrics

from driftbook.errors import FatalError
from driftbook.promql.text import escaped
from driftbook.trial.server import reason

SPAN, STEP = 5400, 60
"""Seconds for which samples are held to have been as they are, so that spans of time have some."""
JOB = "page"
LARGEST = 200_000_000
_NAME = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """Samples of one target: metric and labels -> value. at: unix time of the scrape."""

    instance: str
    at: float
    samples: dict[tuple[str, tuple[tuple[str, str], ...]], float]

    @property
    def metrics(self) -> frozenset[str]:
        """The names of its metrics, `up` besides."""
        return frozenset(name for name, _ in self.samples) | {"up"}


def read(where: str, root: Path, timeout: float) -> Page:
    """The page at an address, or in a file. Raises FatalError where it cannot be read."""
    if re.match(r"https?://", where):
        text, at, instance = _fetched(where, timeout), time.time(), urlsplit(where).netloc
        instance = instance.rpartition("@")[2]
    else:
        path = root / where
        try:
            if path.stat().st_size > LARGEST:
                raise FatalError(f"{where} is too large for a page of metrics")
            text, at = path.read_text(encoding="utf-8"), path.stat().st_mtime
        except UnicodeDecodeError:
            raise FatalError(f"{where} is not text in UTF-8") from None
        except OSError as error:
            raise FatalError(f"cannot read {where}: {error.strerror or error}") from None
        instance = path.stem
    return Page(instance, at, dict(_samples(where, text, instance)))


def _fetched(url: str, timeout: float) -> str:
    shown = re.sub(r"//[^/@]*@", "//", url)
    try:
        answer = requests.get(url, timeout=timeout)
    except requests.Timeout:
        message = f"{shown} does not answer within {timeout:g} s"
        raise FatalError(message, "Give it more time by --timeout.") from None
    except requests.RequestException as error:
        raise FatalError(f"cannot read {shown}: {reason(error)}") from None
    if answer.status_code != 200:
        raise FatalError(f"{shown} answers {answer.status_code} {answer.reason}")
    return answer.content.decode("utf-8", "replace")


def _samples(
    where: str, text: str, instance: str
) -> Iterator[tuple[tuple[str, tuple[tuple[str, str], ...]], float]]:
    target = {"instance": instance, "job": JOB}
    written = set(_NAME.findall(text))
    try:
        for family in _families(text):
            for sample in family.samples:
                name = sample.name
                if name not in written and name.removesuffix("_total") in written:
                    name = name.removesuffix("_total")  # the parser's addition
                own = {f"exported_{k}" if k in target else k: v for k, v in sample.labels.items()}
                labels = {k: v for k, v in {**own, **target}.items() if v}
                yield (name, tuple(sorted(labels.items()))), float(sample.value)
    except Exception as error:  # the parsers raise whatever their code runs into
        message = f"{where} is not a page of metrics: {error}"
        raise FatalError(message, "It is what an exporter serves at /metrics.") from None


def _families(text: str) -> Iterable[Metric]:
    parse: Callable[[str], Iterable[Metric]] = plain.text_string_to_metric_families
    if text.rstrip().endswith("# EOF"):
        parse = openmetrics.text_string_to_metric_families
    return parse(text)


def lines(pages: Sequence[Page], wanted: frozenset[str], at: float) -> Iterator[str]:
    """Samples in OpenMetrics, constant up to a time, and `up` of every page.

    wanted: names of metrics. Times that are values stay as old as they were.
    """
    times = range(int(at) - SPAN, int(at) + 1, STEP)
    for page in pages:
        up = ("up", (("instance", page.instance), ("job", JOB)))
        for (name, labels), value in ((up, 1.0), *page.samples.items()):
            if name in wanted or name == "up":
                inside = ",".join(f'{k}="{escaped(v)}"' for k, v in labels)
                series = f"{name}{{{inside}}} {value!r}"
                yield from (f"{series} {when}" for when in times)
