"""Pages of docs/reference/packs/ from the packs that ship: one for each, and their index."""

from collections.abc import Iterable, Iterator
from typing import Any

from driftbook import packs
from driftbook.emit.pages.markdown import code as escaped
from driftbook.emit.pages.markdown import fence
from driftbook.packs import Case, Pack, PackSignal, Suggestion
from driftbook.packs.paste import flow

VERDICTS = {
    "healthy": "reads calm, as it should",
    "broken": "is beyond a suggested bound",
    "silent": "**reads calm although something is wrong**; a companion tells",
    "noisy": "is beyond a suggested bound although all is well",
    "absent": "is gone, which alerts",
}


def pages(mark: str) -> dict[str, Iterator[str]]:
    """Path below docs/reference/ -> lines."""
    every = [packs.load(name) for name in packs.names()]
    made = {f"packs/{pack.name}.md": _page(pack, mark) for pack in every}
    return {"packs/index.md": _index(every, mark), **made}


def _index(every: list[Pack], mark: str) -> Iterator[str]:
    yield from ("# Packs", "", mark, "")
    yield from (
        "A pack holds the signals of one exporter of one system, ready to be used by an invariant:",
        "see [use a signal pack](../../how-to/use-a-signal-pack.md). Each signal is tested by",
        "promtool on sample data, in health and in the faults that it is known not to see.",
        "",
        "| system | pack | exporter | versions | signals |",
        "| --- | --- | --- | --- | --- |",
    )
    for pack in sorted(every, key=lambda pack: (pack.system.lower(), pack.name)):
        cells = (
            _cell(pack.system),
            f"[{pack.name}]({pack.name}.md)",
            _cell(pack.exporter),
            code(pack.versions) if pack.versions else "any",
            len(pack.signals),
        )
        yield f"| {' | '.join(map(str, cells))} |"


def _page(pack: Pack, mark: str) -> Iterator[str]:
    yield from (f"# {pack.title}", "", mark, "")
    yield from ("| what | value |", "| --- | --- |")
    yield f"| pack | `{pack.name}` |"
    yield f"| exporter | {_cell(pack.exporter)} |"
    yield f"| versions | {code(pack.versions) if pack.versions else 'any'} |"
    yield f"| verified | {_cell(pack.verified)} |"
    yield ""
    yield from _list("The exporter needs:", pack.config)
    yield from _list("Good to know:", pack.notes)
    yield from ("| signal | measures | unit |", "| --- | --- | --- |")
    for s in pack.signals.values():
        yield f"| [{s.id}](#{s.id}) | {_cell(s.title)} | {s.unit.replace('_', ' ')} |"
    yield ""
    for signal in pack.signals.values():
        yield from _signal(pack, signal)
    yield from ("## Sources", "")
    yield from (f"- {code(source)}" for source in pack.sources)


def _signal(pack: Pack, signal: PackSignal) -> Iterator[str]:
    yield from (f"## {signal.id}", "", f"{signal.title}.", "")
    yield from _list("", signal.caveats)
    places = ", ".join(f"`{label}`" for label in signal.identity) or "no labels, one value"
    yield from ("| what | value |", "| --- | --- |")
    yield f"| use | `{signal.name}` |"
    yield f"| unit | {signal.unit.replace('_', ' ')}, worse {signal.worse} a bound |"
    yield f"| identity | {places} |"
    yield f"| property | {signal.property} |"
    if signal.versions:
        yield f"| versions | {code(signal.versions)} |"
    yield f"| when gone | {_cell(signal.absent.means)} {_alerts(signal)} |"
    yield f"| source | {code(signal.source)} |"
    yield ""
    yield from _list("What it does not see shows elsewhere:", _companions(signal))
    yield from _parameters(signal)
    for spelling in signal.spellings:
        if spelling.versions:
            yield from (f"Versions {code(spelling.versions)}:", "")
        yield from (fence(spelling.expr, "promql"), "")
    if signal.expected:
        yield from ("The places that must report:", "", fence(signal.expected, "promql"), "")
    yield from _stages(signal)
    yield from _list("Tested:", _cases(pack.cases, signal))
    yield from _list("Not verified:", signal.unverified)


def _alerts(signal: PackSignal) -> str:
    return "An invariant alerts on it." if signal.absent.fault else "An invariant is silent then."


def _companions(signal: PackSignal) -> Iterator[str]:
    for companion in signal.companions:
        pack, _, name = companion.signal.partition("/")
        yield f"[`{companion.signal}`]({pack}.md#{name}): {companion.why}"


def _parameters(signal: PackSignal) -> Iterator[str]:
    if signal.parameters:
        yield from ("| parameter of `with` | value |", "| --- | --- |")
        for p in signal.parameters.values():
            yield f"| `{p.name}` | {p.type}, {code(p.default)} by default. {_cell(p.description)} |"
        yield ""


def _stages(signal: PackSignal) -> Iterator[str]:
    yield from ("| stage | suggested | where the figure is from |", "| --- | --- | --- |")
    for stage, suggestion in signal.suggested.items():
        for when in _whens(suggestion):
            source = code(suggestion.source) if suggestion.source else "nowhere; choose your own."
            note = f" {_cell(suggestion.note)}" if suggestion.note else ""
            yield f"| {stage} | {code(flow(when))} | {source}{note} |"
    yield ""


def _whens(suggestion: Suggestion) -> tuple[Any, ...]:
    return suggestion.when if isinstance(suggestion.when, tuple) else (suggestion.when,)


def _cases(cases: Iterable[Case], signal: PackSignal) -> Iterator[str]:
    for case in cases:
        if signal.id in case.signals:
            verdict = VERDICTS[case.signals[signal.id].verdict]
            yield f"{case.title.rstrip('.')}: {verdict}."


def _list(title: str, items: Iterable[str]) -> Iterator[str]:
    lines = [f"- {' '.join(item.split())}" for item in items]
    if lines:
        yield from ((title, "") if title else ())
        yield from (*lines, "")


def _cell(value: str) -> str:
    return " ".join(value.split()).replace("|", "\\|")


def code(value: str) -> str:
    """An inline code span that people can read in the file as well, where that is safe."""
    return escaped(value) if set("`|\n") & set(value) else f"`{value}`"
