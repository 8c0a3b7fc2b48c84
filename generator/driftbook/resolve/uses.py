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

USE: Path = ("signal", "use")
VERSION: Path = ("signal", "exporter_version")


class _Refused(Exception):
    """A `use` that cannot be written out, and why; None where that is reported already."""

    def __init__(self, why: Diagnostic | None) -> None:
        super().__init__()
        self.why = why


def expanded(documents: Iterable[Document]) -> tuple[list[Document], list[Diagnostic]]:
    """The documents with every `use` written out, without those that cannot be, and why not.

    Takes documents whose shape is right.
    """
    documents = list(documents)
    heads = [d for d in documents if d.kind == "catalog"]
    head = heads[0] if heads else None
    faults = [fault for head in heads for fault in _of_catalog(head)]
    made = []
    for document in documents:
        if document.kind == "invariant" and "use" in document.data["signal"]:
            try:
                document = _expanded(document, head)
            except _Refused as refused:
                faults += [refused.why] if refused.why else []
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


def _expanded(document: Document, head: Document | None) -> Document:
    """The document, written out."""
    written = document.data["signal"]
    pack, signal = _named(document, written["use"])
    version, stated = _version(document, head, pack.name)
    expr = _spelling(document, pack, signal, version, stated)
    try:
        full = _full(signal, expr, written)
        supporting = {
            name: {**own, "expr": packs.applied(signal, own["expr"], written.get("with", {}))}
            for name, own in signal.supporting.items()
        }
    except BadValue as bad:
        raise _Refused(_bad(document, signal, bad)) from None
    data = {**document.data, "signal": {**full, "exporter_version": version}}
    if supporting:
        data["supporting"] = {**supporting, **document.data.get("supporting", {})}
    return replace(document, data=data)


def _full(signal: PackSignal, expr: str, written: Mapping[str, Any]) -> dict[str, Any]:
    """What stands below `signal`, with what the pack says. Raises BadValue."""
    given, added = written.get("with", {}), packs.added(signal, written.get("identity"))
    implied: dict[str, Any] = {}
    if signal.expected:
        expected = packs.applied(signal, signal.expected, given)
        implied["expected"] = packs.grouped(expected, added)
    if not signal.absent.fault:
        implied["missing"] = {"not_applicable": packs.plain(signal.absent.means)}
    return {
        **implied,
        **written,
        "expr": packs.grouped(packs.applied(signal, expr, given), added),
        "unit": signal.unit,
        "worse": signal.worse,
        "identity": [*added, *signal.identity],
    }


def _named(document: Document, name: str) -> tuple[Pack, PackSignal]:
    """Pack and signal by their name."""
    pack_name, _, signal_name = name.partition("/")
    if pack_name not in packs.names():
        message = f'there is no pack "{pack_name}"'
        known = packs.names()
        expected = nearest(pack_name, known) or "a pack; `driftbook packs list` names them"
    elif signal_name not in (pack := packs.load(pack_name)).signals:
        message = f'the pack "{pack_name}" has no signal "{signal_name}"'
        expected = nearest(signal_name, pack.signals) or "one of " + ", ".join(pack.signals)
    else:
        return pack, pack.signals[signal_name]
    raise _Refused(found(unknown_reference.CODE, message, document.file, USE, expected=expected))


def _version(document: Document, head: Document | None, pack: str) -> tuple[str, Place | None]:
    """The version of the exporter, the signal's own word before the catalog's; and where it is.

    "" where nobody says.
    """
    if own := document.data["signal"].get("exporter_version"):
        return own, Place(document.file, VERSION)
    general = head.data.get("exporter_versions", {}) if head else {}
    if head and pack in general:
        return general[pack], Place(head.file, ("exporter_versions", pack))
    return "", None


def _spelling(
    document: Document, pack: Pack, signal: PackSignal, version: str, stated: Place | None
) -> str:
    """The expression for a version, if any is stated."""
    if stated is None and (expr := signal.expr()):
        return expr
    ranges = " or ".join(s.versions for s in signal.spellings)
    if stated is None:
        message = f'"{signal.name}" has other metrics in other versions of the exporter'
        code, expected = exporter_version.CODE, f"`exporter_version`, {ranges}"
        raise _Refused(found(code, message, document.file, USE, expected=expected))
    own = stated.path == VERSION
    path, other = (VERSION, None) if own else (USE, stated)
    if not packs.fits(version, pack.versions):
        why = _unfit(document.file, path, version, pack.name, pack.versions) if own else None
        raise _Refused(why)  # that of the catalog is reported there
    if not packs.fits(version, signal.versions):
        raise _Refused(_unfit(document.file, path, version, signal.name, signal.versions, other))
    if expr := signal.expr(version):
        return expr
    raise _Refused(_unfit(document.file, path, version, signal.name, ranges, other))


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
