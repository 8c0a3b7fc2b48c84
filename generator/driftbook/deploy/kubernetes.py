"""Manifests for the Prometheus operator as files, which a GitOps tool or kubectl applies."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from driftbook import names
from driftbook.deploy import compare, groups, manifests
from driftbook.deploy.base import Job, Say
from driftbook.deploy.change import unstoppable
from driftbook.deploy.cost import cost
from driftbook.deploy.folder import ours
from driftbook.deploy.manifests import KUSTOMIZATION, RawGroup
from driftbook.deploy.plan import Change, Plan
from driftbook.errors import FatalError
from driftbook.model import KubernetesTarget


@dataclass(frozen=True, slots=True)
class Work:
    """Texts by file name: as they are to be, and as they are. What is in neither is not ours."""

    wanted: Mapping[str, str]
    present: Mapping[str, str]


def plan(job: Job) -> Plan:
    """See `base.Deployer`. Nobody is asked, so that no alert is known to be disturbed."""
    target: KubernetesTarget = job.settings
    folder = job.path(target.directory)
    present, foreign = _read(folder)
    there = dict(_groups(target, present))
    here = {group["name"] for data in job.disk.rules.values() for group in data.get("groups") or ()}
    gone = {name: pair for name, pair in there.items() if name not in here}
    kept: dict[str, list[RawGroup]] = {}
    for owner, group in () if job.prune else gone.values():
        kept.setdefault(owner, []).append(group)
    sets = manifests.rule_sets(job.disk.rules, kept)
    wanted = manifests.rules(target, sets)
    wanted |= manifests.secret(target, job.disk.alertmanager or {}, _templates(job.root))
    cautions = []
    if KUSTOMIZATION in foreign:
        cautions.append(f"{KUSTOMIZATION} is yours: name the manifests in it yourself")
    else:
        wanted[KUSTOMIZATION] = manifests.kustomization(wanted)
    if clash := sorted(foreign & wanted.keys()):
        message = f"{folder / clash[0]} was not written by driftbook and is in the way"
        raise FatalError(message, "move it elsewhere, or give the target another `directory`")
    new = groups.parsed(group for one in sets for group in one.groups)
    old = groups.parsed(group for _, group in there.values())
    if not job.prune:
        old |= {name: new[name] for name in gone}
    return Plan(
        (*compare.changes(new, old), *_files(wanted, present)),
        () if job.prune else tuple(sorted(gone)),
        cautions=tuple(cautions),
        costs=tuple(cost(g, job.catalog.prometheus.scrape_interval) for g in new.values()),
        work=Work(wanted, present),
    )


def apply(job: Job, plan: Plan, say: Say) -> None:
    """See `base.Deployer`."""
    folder = job.path(job.settings.directory)
    work: Work = plan.work
    if _read(folder)[0] != work.present:
        message = f"{folder} has changed since it was looked at"
        raise FatalError(message, "nothing was changed; run it again")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _bring(folder, work.wanted, work.present)
    except BaseException as fault:
        with unstoppable():
            said = _bring_back(folder, work)
        if isinstance(fault, OSError):
            raise FatalError(f"cannot write to {folder}: {fault.strerror}\n  {said}") from None
        say(f"Interrupted. {said}")
        raise
    say(f"{len(work.wanted)} manifests in {folder}")


def _bring(folder: Path, wanted: Mapping[str, str], present: Mapping[str, str]) -> None:
    """Every file is whole at any time: it is renamed into its place."""
    for name, text in wanted.items():
        if present.get(name) != text:
            part = folder / f".{name}.{os.getpid()}"
            try:
                part.write_text(text, encoding="utf-8")
                os.replace(part, folder / name)
            finally:
                part.unlink(missing_ok=True)
    for name in present.keys() - wanted.keys():
        (folder / name).unlink(missing_ok=True)


def _bring_back(folder: Path, work: Work) -> str:
    """Restores what was there; says what came of it."""
    try:
        for name in work.wanted.keys() - work.present.keys():
            if (folder / name).is_file() and ours((folder / name).read_bytes()):
                (folder / name).unlink()
        for name, text in work.present.items():
            if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text:
                (folder / name).write_text(text, encoding="utf-8")
    except OSError as fault:
        return f"NOT restored: {fault.strerror}. Take the folder from your repository."
    return "Restored: the manifests are what they were."


def _read(folder: Path) -> tuple[dict[str, str], set[str]]:
    """Our files with their texts, and the names of all others."""
    try:
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
        texts = {e.name: e.read_bytes() for e in entries if e.is_file() and e.suffix == ".yaml"}
        mine = {name: text.decode() for name, text in texts.items() if ours(text)}
    except (OSError, UnicodeDecodeError) as fault:
        raise FatalError(f"cannot read {folder}: {fault}") from None
    return mine, {entry.name for entry in entries} - set(mine)


def _groups(
    target: KubernetesTarget, present: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, RawGroup]]]:
    """Name -> name of its rule set and the group, for every group of our manifests."""
    for name, text in present.items():
        try:
            data: Any = yaml.load(text, Loader=yaml.CSafeLoader)
            if data["kind"] == "PrometheusRule":
                yield from ((g["name"], (_set(target, g, name), g)) for g in data["spec"]["groups"])
        except (yaml.YAMLError, KeyError, TypeError):
            continue  # edited by hand: it is written anew


def _set(target: KubernetesTarget, group: RawGroup, file: str) -> str:
    """The service in the labels of its alerts; for one without, what the file is called."""
    for rule in group.get("rules") or ():
        if service := rule.get("labels", {}).get("service"):
            return str(service)
    return file.removeprefix(f"{target.name}-").removeprefix("rules-").removesuffix(".yaml")


def _templates(root: Path) -> dict[str, str]:
    """Notification templates beside the configuration."""
    folder = (root / names.ALERTMANAGER).parent
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.tmpl"))}


def _files(wanted: Mapping[str, str], present: Mapping[str, str]) -> Iterator[Change]:
    """Manifests that differ."""
    for name in sorted(wanted.keys() | present.keys()):
        if name not in present:
            yield Change("added", "manifest", name)
        elif name not in wanted:
            yield Change("removed", "manifest", name)
        elif wanted[name] != present[name]:
            yield Change("changed", "manifest", name)
