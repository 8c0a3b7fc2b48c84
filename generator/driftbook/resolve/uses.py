"""Signals of packs: what `use` stands for, written into the document as if in full.

Everything behind this sees `expr`, `unit`, `worse`, `identity`, and whatever else the pack says,
beside `use`. Places of what stands nowhere in the file lead to `use`: their path goes on behind it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from driftbook import packs
from driftbook.checks import bad_value, exporter_version, unknown_key, unknown_reference
from driftbook.checks.kit import found
from driftbook.diagnostics import Diagnostic, Path, Place, nearest
from driftbook.document import Document
from driftbook.packs import BadValue, Pack, PackSignal
from driftbook.resolve.references import Unresolved

USE: Path = ("signal", "use")
VERSION: Path = ("signal", "exporter_version")


def expanded(documents: Iterable[Document]) -> tuple[list[Document], list[Diagnostic]]:
    """The documents with every `use` written out, without those that cannot be, and why not.

    Takes documents whose shape is right.
    """
    documents = list(documents)
    heads = [d for d in documents if d.kind == "catalog"]
    faults = [fault for head in heads for fault in _of_catalog(head)]
    made = []
    for document in documents:
        if document.kind == "invariant" and "use" in document.data["signal"]:
            try:
                document = _expanded(document, heads[0] if heads else None, faults)
            except Unresolved:
                continue
        made.append(document)
    return made, faults


def _of_catalog(head: Document) -> Iterable[Diagnostic]:
    """What is wrong with the versions that hold for the whole catalog."""
    for name, version in head.data.get("exporter_versions", {}).items():
        path: Path = ("exporter_versions", name)
        if name not in packs.names():
            message = f'there is no pack "{name}"'
            expected = nearest(name, packs.names()) or "a pack; `driftbook packs list` names them"
            code = unknown_reference.CODE
            yield found(code, message, head.file, path, expected=expected, on_key=True)
        elif not packs.fits(version, packs.load(name).versions):
            yield _unfit(head.file, path, version, name, packs.load(name).versions)


def _unfit(
    file: str, path: Path, version: str, what: str, versions: str, other: Place | None = None
) -> Diagnostic:
    message = f'"{what}" does not fit version {version} of the exporter'
    return found(exporter_version.CODE, message, file, path, expected=versions, other=other)


def _expanded(document: Document, head: Document | None, faults: list[Diagnostic]) -> Document:
    """The document, written out. Raises Unresolved when that cannot be; `faults` says why."""
    written = document.data["signal"]
    pack, signal = _named(document, written["use"], faults)
    version = _version(document, head, pack.name)
    expr = _versioned(document, head, pack, signal, faults)
    given = written.get("with", {})
    try:
        added = packs.added(signal, written.get("identity"))
        made = packs.grouped(packs.applied(signal, expr, given), added)
        expected = packs.grouped(packs.applied(signal, signal.expected, given), added)
        supporting = {
            name: {**own, "expr": packs.applied(signal, own["expr"], given)}
            for name, own in signal.supporting.items()
        }
    except BadValue as bad:
        faults.append(_bad(document, signal, bad))
        raise Unresolved from None
    means = packs.plain(signal.absent.means)
    full: dict[str, Any] = {
        **({"expected": expected} if expected else {}),
        **({} if signal.absent.fault else {"missing": {"not_applicable": means}}),
        **written,
        "expr": made,
        "unit": signal.unit,
        "worse": signal.worse,
        "identity": [*added, *signal.identity],
        "exporter_version": version,
    }
    data = {**document.data, "signal": full}
    if supporting:
        data["supporting"] = {**supporting, **document.data.get("supporting", {})}
    return replace(document, data=data)


def _named(document: Document, name: str, faults: list[Diagnostic]) -> tuple[Pack, PackSignal]:
    """Pack and signal by their name. Raises Unresolved, which is reported."""
    pack_name, _, signal_name = name.partition("/")
    if pack_name not in packs.names():
        message = f'there is no pack "{pack_name}"'
        known = packs.names()
        expected = nearest(pack_name, known) or "a pack; `driftbook packs list` names them"
    elif not (pack := packs.load(pack_name)).finished:
        message = f'the pack "{pack_name}" is not finished'
        expected = "another pack; `driftbook packs list` names them"
    elif signal_name not in pack.signals:
        message = f'the pack "{pack_name}" has no signal "{signal_name}"'
        expected = nearest(signal_name, pack.signals) or "one of " + ", ".join(pack.signals)
    else:
        return pack, pack.signals[signal_name]
    faults.append(found(unknown_reference.CODE, message, document.file, USE, expected=expected))
    raise Unresolved


def _versioned(
    document: Document,
    head: Document | None,
    pack: Pack,
    signal: PackSignal,
    faults: list[Diagnostic],
) -> str:
    """The expression for the version that is stated, if any. Raises Unresolved."""
    own = "exporter_version" in document.data["signal"]
    version = _version(document, head, pack.name)
    if not version:
        if expr := signal.expr():
            return expr
        message = f'"{signal.name}" has other metrics in other versions of the exporter'
        ranges = " or ".join(s.versions for s in signal.spellings)
        expected = f"`exporter_version`, {ranges}"
        fault = found(exporter_version.CODE, message, document.file, USE, expected=expected)
        faults.append(fault)
        raise Unresolved
    if not own and not packs.fits(version, pack.versions):
        raise Unresolved  # reported at the catalog
    other = Place(head.file, ("exporter_versions", pack.name)) if head and not own else None
    path = VERSION if own else USE
    for what, versions in ((pack.name, pack.versions), (signal.name, signal.versions)):
        if not packs.fits(version, versions):
            faults.append(_unfit(document.file, path, version, what, versions, other))
            raise Unresolved
    if not (expr := signal.expr(version)):
        ranges = " or ".join(s.versions for s in signal.spellings)
        faults.append(_unfit(document.file, path, version, signal.name, ranges, other))
        raise Unresolved
    return expr


def _version(document: Document, head: Document | None, pack: str) -> str:
    """The version of the exporter, the signal's own word before the catalog's, or ""."""
    general: Mapping[str, str] = head.data.get("exporter_versions", {}) if head else {}
    return str(document.data["signal"].get("exporter_version") or general.get(pack, ""))


def _bad(document: Document, signal: PackSignal, bad: BadValue) -> Diagnostic:
    """What is wrong below `with`, or with `identity`."""
    if bad.key == "identity":
        path: Path = ("signal", "identity")
        return found(bad_value.CODE, str(bad), document.file, path, expected=bad.expected)
    path = ("signal", "with", bad.key)
    known = packs.keys(signal)
    if bad.key not in known:
        expected = nearest(bad.key, known) or "one of " + ", ".join(known)
        code = unknown_key.CODE
        return found(code, str(bad), document.file, path, expected=expected, on_key=True)
    message, expected = str(bad), bad.expected
    return found(bad_value.CODE, message, document.file, path, expected=expected, offset=bad.offset)
