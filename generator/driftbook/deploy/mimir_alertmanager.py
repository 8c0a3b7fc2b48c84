"""The Alertmanager of a tenant of Mimir, Cortex or Grafana Cloud.

It reads no files, so secrets that receivers name as files are read here and sent in their place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from driftbook import names
from driftbook.deploy.base import Job
from driftbook.deploy.http import Client
from driftbook.deploy.plan import Change, How
from driftbook.emit import yamltext
from driftbook.errors import FatalError
from driftbook.model import MimirTarget

UNFIT = ("ca_file", "cert_file", "key_file")
"""Files that this Alertmanager takes in no form."""
_END = "_file"
_NONE = "alertmanager storage object not found"
"""What Mimir and Cortex say of a tenant that has no configuration; any other 404 is of the path."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the API takes and gives: the configuration and its templates, with secrets in them."""

    text: str
    templates: tuple[tuple[str, str], ...]

    def body(self) -> bytes:
        """As it is sent."""
        data = {"alertmanager_config": self.text, "template_files": dict(self.templates)}
        return yaml.safe_dump(data, allow_unicode=True).encode()


@dataclass(frozen=True, slots=True)
class Work:
    """before: None where the tenant had no configuration."""

    before: Config | None
    wanted: Config


def plan(job: Job) -> tuple[Work | None, list[Change], tuple[str, ...]]:
    """The change, its words and its cautions; nothing where the target leaves the routes alone."""
    target: MimirTarget = job.settings
    if target.alertmanager is None:
        return None, [], ()
    client = _client(job)
    before, wanted = _stored(client, target), _wanted(job)
    if before == wanted:
        return None, [], client.cautions
    how: How = "changed" if before else "added"
    return Work(before, wanted), [Change(how, "file", "alertmanager.yaml")], client.cautions


def send(job: Job, config: Config) -> None:
    """Raises FatalError where it is not stored as it was sent."""
    client, target = _client(job), job.settings
    client.ask(
        "POST",
        target.alertmanager_path,
        ok=(200, 201, 202),
        data=config.body(),
        content_type="application/yaml",
    )
    if _stored(client, target) != config:
        raise FatalError(f"{client.url} does not store the configuration as it was sent")


def restore(job: Job, work: Work) -> None:
    """What was there before."""
    if work.before is not None:
        send(job, work.before)
        return
    _client(job).ask("DELETE", job.settings.alertmanager_path, ok=(200, 202, 204, 404))


def _client(job: Job) -> Client:
    target: MimirTarget = job.settings
    if target.alertmanager is None:
        raise ValueError("the target has no Alertmanager")
    headers = {"X-Scope-OrgID": target.tenant} if target.tenant else {}
    return Client(target.alertmanager, job.root, headers)


def _stored(client: Client, target: MimirTarget) -> Config | None:
    answer = client.ask("GET", target.alertmanager_path, ok=(200, 404))
    if answer.status == 404 and _NONE not in answer.text:
        hint = "Mimir runs it only where it is named: -target=all,alertmanager"
        raise FatalError(
            f"{client.url} has no Alertmanager API at {target.alertmanager_path}", hint
        )
    if answer.status == 404:
        return None
    try:
        data = yaml.load(answer.text, Loader=yaml.CSafeLoader)
        templates = tuple(sorted((data.get("template_files") or {}).items()))
        return Config(data["alertmanager_config"], templates)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        message = f"{client.url} does not answer {target.alertmanager_path} as an Alertmanager does"
        raise FatalError(message, "see `alertmanager` of the target") from None


def _wanted(job: Job) -> Config:
    folder = (job.root / names.ALERTMANAGER).parent
    templates = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.tmpl"))}
    config = inlined(job.disk.alertmanager or {}, job.root)
    return Config(yamltext.dump(config), tuple(templates.items()))


def inlined(value: Any, root: Path) -> Any:
    """Plain data with the content of files in place of their names.

    Raises FatalError for a file that cannot be read, and for one that has no other form.
    """
    if isinstance(value, Mapping):
        return dict(_entry(key, inner, root) for key, inner in value.items())
    if isinstance(value, list):
        return [inlined(inner, root) for inner in value]
    return value


def _entry(key: str, value: Any, root: Path) -> tuple[str, Any]:
    if not key.endswith(_END) or not isinstance(value, str):
        return key, inlined(value, root)
    if key in UNFIT:
        message = f"`{key}: {value}`: the Alertmanager of Mimir reads no certificates of its own"
        raise FatalError(
            message, "leave `alertmanager` out of the target, or the key out of the receiver"
        )
    try:
        return key.removesuffix(_END), (root / value).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        said = getattr(fault, "strerror", None) or "it is not UTF-8"
        hint = "the machine that deploys to this target needs the secrets of the receivers"
        raise FatalError(
            f"cannot read {value}, which `{key}` of a receiver names: {said}", hint
        ) from None
