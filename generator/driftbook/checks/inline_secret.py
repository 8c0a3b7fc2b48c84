"""A receiver or a target carries a password, a key, a token or a secret URL itself.

Everyone who can read the repository could use it, for ever. Every integration reads its secrets
from files: `routing_key_file`, `api_url_file`, `auth_password_file`; so does a target, or from the
environment. The base is looked at too, since it becomes part of the generated configuration.
"""

import re
from collections.abc import Iterator
from typing import Any

from driftbook.checks.example import TEAM
from driftbook.checks.kit import Example, Subject, found, target_urls
from driftbook.checks.receivers import blocks
from driftbook.diagnostics import Diagnostic, Path, Severity

CODE = "DB603"
NAME = "inline-secret"
TITLE = "A secret in the catalog"
SEVERITY = Severity.ERROR
FOUND_BY = "check"
EXAMPLE = Example(
    TEAM,
    "routing_key_file: /etc/alertmanager/shop-pd",
    "routing_key: 0123456789abcdef0123456789abcdef",
    "routing_key_file: /etc/alertmanager/secrets/shop-pd",
)


_SECRET = frozenset(
    (
        *("routing_key", "service_key", "token", "password", "bearer_token", "credentials"),
        *("api_key", "auth_password", "auth_secret", "secret_key", "bot_token", "user_key"),
        *("client_secret", "webhook_url", "api_secret", "app_token", "alert_source_token"),
        *("smtp_auth_password", "smtp_auth_secret", "slack_api_url", "slack_app_token"),
        *("opsgenie_api_key", "wechat_api_secret", "victorops_api_key", "telegram_bot_token"),
        *("token_id", "rocketchat_token", "rocketchat_token_id", "mattermost_webhook_url"),
    )
)
_URL_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s]*@")
_HOOK = re.compile(
    r"https?://(hooks\.slack\.com/|discord(app)?\.com/api/webhooks/"
    r"|[^/]*\.webhook\.office\.com/|[^/]*\.logic\.azure\.com|chat\.googleapis\.com/)",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Every block of every receiver, the base's global settings, and the addresses of targets."""
    for file, path, block in blocks(subject):
        yield from _inside(file, path, block)
    settings = subject.catalog.alertmanager.base.get("global", {})
    yield from _inside(subject.base_file, ("global",), settings)
    for document in subject.of_kind("catalog"):
        for path, url in target_urls(document.data):
            if _URL_WITH_PASSWORD.search(url):
                message = "the URL holds a password"
                yield found(CODE, message, document.file, path, expected="`auth` beside it")


def _inside(file: str, path: Path, value: Any) -> Iterator[Diagnostic]:
    if isinstance(value, dict):
        for key, child in value.items():
            if isinstance(child, str) and child and _secret(key, (*path, key)):
                message = f"`{key}` holds a secret"
                expected = f"`{key}_file`, a file on the Alertmanager's machine"
                yield found(CODE, message, file, (*path, key), expected=expected)
            else:
                yield from _inside(file, (*path, key), child)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _inside(file, (*path, index), child)
    elif isinstance(value, str) and (_URL_WITH_PASSWORD.search(value) or _HOOK.search(value)):
        message = "the URL is a secret, or holds one"
        expected = "a `*_file` setting, or a relay that knows the secret"
        yield found(CODE, message, file, path, expected=expected)


def _secret(key: str, path: Path) -> bool:
    if key == "api_url":
        return "slack_configs" in path
    if key == "key":
        return "tls_config" in path
    return key in _SECRET
