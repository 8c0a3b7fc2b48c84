"""A receiver uses what the declared Alertmanager does not have.

An older Alertmanager refuses the whole configuration, or never sends. The versions are from
Alertmanager's change log.
"""

from collections.abc import Iterator

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example, Subject, found
from driftbook.checks.receivers import blocks
from driftbook.diagnostics import Diagnostic, Path, Severity, nearest

CODE = "DB604"
NAME = "receiver-feature"
TITLE = "An integration that is unknown or too new"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    TEAM,
    'mid: {slack_configs: [{channel: "#shop-urgent", api_url_file: /etc/alertmanager/slack}]}',
    "mid: {webhook_configs: [{url_file: /etc/alertmanager/hook}]}",
    "mid: {webhook_configs: [{url: 'http://relay.internal/shop'}]}",
)


_SINCE: dict[str, tuple[int, int]] = {
    "discord_configs": (0, 25),
    "email_configs": (0, 1),
    "incidentio_configs": (0, 29),
    "jira_configs": (0, 28),
    "mattermost_configs": (0, 30),
    "msteams_configs": (0, 26),
    "msteamsv2_configs": (0, 28),
    "opsgenie_configs": (0, 1),
    "pagerduty_configs": (0, 1),
    "pushover_configs": (0, 1),
    "rocketchat_configs": (0, 28),
    "slack_configs": (0, 1),
    "sns_configs": (0, 23),
    "telegram_configs": (0, 24),
    "victorops_configs": (0, 1),
    "webex_configs": (0, 25),
    "webhook_configs": (0, 1),
    "wechat_configs": (0, 1),
}
_FIELDS: dict[tuple[str, str], tuple[int, int]] = {
    ("webhook_configs", "url_file"): (0, 26),
    ("webhook_configs", "timeout"): (0, 28),
    ("webhook_configs", "payload"): (0, 32),
    ("telegram_configs", "bot_token_file"): (0, 26),
    ("telegram_configs", "chat_id_file"): (0, 31),
    ("telegram_configs", "message_thread_id"): (0, 28),
    ("pushover_configs", "user_key_file"): (0, 26),
    ("pushover_configs", "token_file"): (0, 26),
    ("pushover_configs", "device"): (0, 26),
    ("discord_configs", "webhook_url_file"): (0, 27),
    ("discord_configs", "content"): (0, 28),
    ("msteams_configs", "webhook_url_file"): (0, 27),
    ("msteams_configs", "summary"): (0, 27),
    ("email_configs", "auth_password_file"): (0, 25),
    ("email_configs", "auth_secret_file"): (0, 31),
    ("pagerduty_configs", "routing_key_file"): (0, 25),
    ("pagerduty_configs", "service_key_file"): (0, 25),
    ("pagerduty_configs", "timeout"): (0, 30),
    ("slack_configs", "timeout"): (0, 30),
    ("slack_configs", "api_url_file"): (0, 22),
    ("slack_configs", "message_text"): (0, 31),
    ("slack_configs", "app_token_file"): (0, 30),
    ("victorops_configs", "api_key_file"): (0, 25),
    ("opsgenie_configs", "api_key_file"): (0, 24),
    ("wechat_configs", "api_secret_file"): (0, 31),
}


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Receivers of teams and the watchdog's; the base is the organisation's own."""
    version = subject.catalog.alertmanager.version
    said = set()
    for file, path, block in blocks(subject, base=False):
        integration = str(path[-2])
        since = _SINCE.get(integration)
        if since is None or since > version:
            if (file, path[:-1]) not in said:
                said.add((file, path[:-1]))
                yield _unknown(file, path[:-1], integration, version)
            continue
        for field in block:
            needed = _FIELDS.get((integration, field), version)
            if needed > version:
                message = f"`{field}` needs Alertmanager {_text(needed)}"
                expected = f"a setting of Alertmanager {_text(version)}"
                yield found(CODE, message, file, (*path, field), expected=expected, on_key=True)


def _unknown(file: str, path: Path, integration: str, version: tuple[int, int]) -> Diagnostic:
    if integration in _SINCE:
        message = f"`{integration}` needs Alertmanager {_text(_SINCE[integration])}"
        expected = f"an integration of Alertmanager {_text(version)}"
    else:
        message = f"`{integration}` is not an integration of Alertmanager"
        expected = nearest(integration, _SINCE) or "one such as slack_configs"
    return found(CODE, message, file, path, expected=expected, on_key=True)


def _text(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
