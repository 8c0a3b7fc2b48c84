"""An invariant that uses a signal of a pack, as YAML to start from."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from driftbook.model import STAGES
from driftbook.packs.shapes import PackSignal, Suggestion

DATASET = "your-dataset"
RUNBOOK = "your-runbook"
"""Stand where the reader has to name one of their own."""
LONGEST = 63


def invariant(signal: PackSignal, dataset: str = "", runbook: str = "", version: str = "") -> str:
    """A whole document with the stages that the pack suggests, sources of figures as comments."""
    document = {
        "kind": "invariant",
        "name": name(signal),
        "title": signal.title,
        "dataset": dataset or DATASET,
        "property": signal.property,
    }
    lines = [_line(document, key) for key in document]
    lines += ["signal:", f"  use: {signal.name}"]
    if version:
        lines.append(f'  exporter_version: "{version}"')
    lines.append("stages:")
    for stage in STAGES:
        if stage in signal.suggested:
            lines += (f"  {line}" for line in _stage(stage, signal.suggested[stage]))
    return "\n".join((*lines, f"runbook: {runbook or RUNBOOK}", ""))


def plain(markdown: str) -> str:
    """Markdown of a pack as plain text."""
    return markdown.replace("`", "").replace("**", "")


def name(signal: PackSignal) -> str:
    """`pack-signal`, without repeating words that both have, short enough for a name."""
    first = signal.pack.split("-")
    own = signal.id.split("-")
    rest = own[len(first) :] if own[: len(first)] == first and own != first else own
    return "-".join((*first, *rest))[:LONGEST].rstrip("-")


def _line(document: Mapping[str, Any], key: str) -> str:
    return yaml.safe_dump({key: document[key]}, width=10_000, allow_unicode=True).rstrip("\n")


def _stage(stage: str, suggestion: Suggestion) -> Iterator[str]:
    if suggestion.source:
        yield f"# {suggestion.source}"
    if suggestion.note:
        yield f"# {' '.join(suggestion.note.split())}"
    when = suggestion.when
    if not isinstance(when, tuple):
        yield f"{stage}: {flow(when)}"
        return
    yield f"{stage}:"
    yield from (f"  - {flow(one)}" for one in when)


def flow(when: Mapping[str, Any]) -> str:
    """A condition on one line, as catalogs write it."""
    return yaml.safe_dump(
        dict(when), default_flow_style=True, width=10_000, sort_keys=False, allow_unicode=True
    ).strip()
