"""What a receiver says where its team does not say it: each field names a template of ours.

`{{ block "x" . }}{{ end }}` is `{{ template "x" . }}`, but says nothing where the template file is
missing, where `template` would make Alertmanager drop the notification. So one field of each
channel starts with the name of the alert, and something arrives even then.

The fields are those of Alertmanager's `config/notifiers.go`, 0.25 to 0.34. A webhook sends JSON,
which no template changes.
"""

from collections.abc import Callable, Mapping
from typing import Any

from driftbook.alerts import LINKS
from driftbook.model import Catalog, StageName

Fields = Mapping[str, Any]
Filler = Callable[[Catalog, StageName, Fields], Fields]

_NAME = "{{ .CommonLabels.alertname }}"
_PAGERDUTY = ("critical", "error", "warning", "info")
"""The severities that PagerDuty takes."""


def filled(catalog: Catalog, stage: StageName, receiver: Fields) -> dict[str, Any]:
    """A receiver whose integrations of known kinds say what its team left open."""
    if catalog.alertmanager.notifications == "plain":
        return dict(receiver)
    return {
        kind: [_completed(catalog, stage, kind, block) for block in blocks]
        if kind in FIELDS and isinstance(blocks, list)
        else blocks
        for kind, blocks in receiver.items()
    }


def _completed(catalog: Catalog, stage: StageName, kind: str, block: Any) -> Any:
    """What is stated wins, field by field; it also stays in front."""
    if not isinstance(block, Mapping):
        return block
    fields = FIELDS[kind]
    ours = dict(fields(catalog, stage, block) if callable(fields) else fields)
    headers = ours.pop("headers", {})
    made = {**block, **{key: value for key, value in ours.items() if key not in block}}
    return {**made, "headers": {**(made.get("headers") or {}), **headers}} if headers else made


def _block(template: str) -> str:
    return f'{{{{ block "driftbook.{template}" . }}}}{{{{ end }}}}'


def _headed(template: str) -> str:
    """The alert's name, which is there in any case, and what follows it."""
    return _NAME + _block(template)


def _links(catalog: Catalog) -> dict[str, str]:
    """What can be opened, by the words for it."""
    more = {
        kind.capitalize(): f"{{{{ .CommonAnnotations.{annotation} }}}}"
        for kind, annotation in LINKS.items()
        if kind in catalog.links
    }
    return {"Runbook": _block("link"), **more, "Silence": _block("silence")}


def _said(catalog: Catalog) -> dict[str, str]:
    """What annotations say, for channels that show names and values."""
    derived = any(i.dataset.derived_from for i in catalog.compiled())
    wanted = {"impact": True, "first_step": True, "upstream": derived}
    wanted["recent_changes"] = bool(catalog.changes)
    return {key: f"{{{{ .CommonAnnotations.{key} }}}}" for key, there in wanted.items() if there}


def _pagerduty(catalog: Catalog, stage: StageName, block: Fields) -> Fields:
    """`source` may not be empty, and links without an address are left out by Alertmanager."""
    severity = catalog.stages[stage].severity
    return {
        "description": _headed("pagerduty.state"),
        **({"severity": severity} if severity in _PAGERDUTY else {}),
        "source": "{{ with .CommonLabels.dataset }}{{ . }}{{ else }}Alertmanager{{ end }}",
        "class": "{{ .CommonLabels.condition }}",
        "component": "{{ .CommonLabels.dataset }}",
        "group": "{{ .CommonLabels.service }}",
        "details": {
            **_said(catalog),
            "firing": _block("firing"),
            "resolved": _block("resolved"),
        },
        "links": [{"href": href, "text": text} for text, href in _links(catalog).items()],
    }


def _opsgenie(catalog: Catalog, stage: StageName, block: Fields) -> Fields:
    links = {text.lower(): href for text, href in _links(catalog).items()}
    return {
        "message": _headed("state"),
        "description": _headed("rest"),
        "details": {**_said(catalog), **links},
    }


def _email(catalog: Catalog, stage: StageName, block: Fields) -> Fields:
    """Names of headers have no case."""
    stated = any(str(header).lower() == "subject" for header in block.get("headers") or {})
    headers = {} if stated else {"Subject": _headed("state")}
    return {"html": _block("email.html"), "text": _headed("rest"), "headers": headers}


def _telegram(catalog: Catalog, stage: StageName, block: Fields) -> Fields:
    """Its own Markdown needs an escaping that templates cannot do; then it is left alone."""
    mode = block.get("parse_mode", "HTML")
    if mode == "HTML":
        return {"message": f"<b>{_NAME}</b>{_block('telegram.rest')}"}
    return {} if mode else {"message": _headed("rest")}


_SLACK_NAME = '{{ reReplaceAll "[<>&]" "" .CommonLabels.alertname }}'
_MARKDOWN = _headed("markdown.rest")
FIELDS: Mapping[str, Fields | Filler] = {
    "discord_configs": {"title": _headed("state"), "message": _block("markdown.details")},
    "email_configs": _email,
    "jira_configs": {"summary": _headed("state"), "description": _headed("rest")},
    "mattermost_configs": {"text": _MARKDOWN},
    "msteams_configs": {"title": _headed("state"), "text": _block("markdown.details")},
    "msteamsv2_configs": {"title": _headed("state"), "text": _block("markdown.details")},
    "opsgenie_configs": _opsgenie,
    "pagerduty_configs": _pagerduty,
    "pushover_configs": {
        "title": _headed("state"),
        "message": _headed("rest"),
        "url": _block("short"),
        "url_title": "Runbook",
    },
    "rocketchat_configs": {
        "title": _headed("state"),
        "title_link": _block("link"),
        "text": _block("markdown.details"),
    },
    "slack_configs": {
        "title": _SLACK_NAME + _block("slack.state"),
        "title_link": _block("link"),
        "text": _block("slack.text"),
        "fallback": _SLACK_NAME + _block("slack.state"),
        "color": _block("slack.color"),
    },
    "sns_configs": {"subject": _headed("sns.state"), "message": _headed("rest")},
    "telegram_configs": _telegram,
    "victorops_configs": {
        "entity_display_name": _headed("state"),
        "state_message": _headed("rest"),
    },
    "webex_configs": {"message": _MARKDOWN},
    "wechat_configs": {"message": _headed("rest")},
}
"""Kind of integration -> the fields that we fill in, or what makes them for a block."""
