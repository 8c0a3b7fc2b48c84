"""What notifications say: a real Alertmanager executes the generated templates.

The labels are as hostile as labels can be. What arrives at each channel is taken apart again: links
lead to exactly the labels and the stage of the alert, and nothing of a label becomes markup.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import requests
import yaml
from markdown_it import MarkdownIt

from channels import Channels, channels
from driftbook import names
from driftbook.alerts import alerts
from driftbook.checks import example as small
from driftbook.emit import notifications, routes
from driftbook.emit.notifications.receivers import FIELDS
from driftbook.model import STAGES, Catalog, StageName
from driftbook.prove import server
from driftbook.prove.workers import Workers
from proving import real_engines
from sample import ROOT, compiled, write_files

HOSTILE = (
    "a&b=c#d?\"q\" 'x' <script>alert(1)</script> <!channel> *b* [l](http://e) ü日 %41+\n\\{}|~`"
)
"""A label value that means something to every channel."""
FILE = Path(names.NOTIFICATIONS).name
KINDS = ("slack", "pagerduty", "opsgenie", "victorops", "webex", "discord", "telegram", "webhook")
Sent = dict[str, Any]


def catalog(root: Path) -> Catalog:
    """Its places are told apart by region and shard, in the cluster of their Prometheus."""
    files = dict(small.FILES)
    files[small.INVARIANT] = files[small.INVARIANT].replace("by (region)", "by (region, shard)")
    files[small.INVARIANT] = files[small.INVARIANT].replace("[region]\n", "[region, shard]\n")
    return compiled(write_files(root, files))


def receiver(url: str, mail: str, secret: Path) -> Mapping[str, Any]:
    """Every channel whose address can be set, none of which states what it says.

    Discord and Telegram take their secrets from files only from 0.26 on, so that no catalog for
    0.25 can hold them.
    """
    resolved = {"send_resolved": True}
    key = str(secret)
    return {
        "slack_configs": [{"api_url_file": f"{key}.slack", **resolved}],
        "email_configs": [
            {
                "to": "shop@shop.example",
                "from": "alertmanager@shop.example",
                "smarthost": mail,
                "require_tls": False,
                "headers": {"X-Shop": "drift"},
                **resolved,
            }
        ],
        "pagerduty_configs": [{"routing_key_file": key, "url": f"{url}/pagerduty", **resolved}],
        "opsgenie_configs": [{"api_key_file": key, "api_url": f"{url}/opsgenie", **resolved}],
        "victorops_configs": [
            {"api_key_file": key, "api_url": f"{url}/victorops/", "routing_key": "r", **resolved}
        ],
        "webex_configs": [
            {
                "api_url": f"{url}/webex",
                "room_id": "r",
                "http_config": {"authorization": {"credentials_file": key}},
                **resolved,
            }
        ],
        "discord_configs": [{"webhook_url": f"{url}/discord", **resolved}],
        "telegram_configs": [
            {"api_url": f"{url}/telegram", "bot_token": "t", "chat_id": 1, **resolved}
        ],
        "webhook_configs": [{"url": f"{url}/webhook", **resolved}],
    }


def loud(made: Sent) -> Sent:
    """The configuration, in no hurry to wait."""

    def hasten(route: Sent) -> None:
        route.pop("active_time_intervals", None)
        route.update(group_wait="1s", group_interval="1s")
        for child in route.get("routes", []):
            hasten(child)

    hasten(made["route"])
    return made


class Running:
    """An Alertmanager with the generated configuration, and what it has sent."""

    def __init__(self, made: Catalog, url: str, arrived: Channels) -> None:
        self.catalog, self.url, self.arrived = made, url, arrived

    def post(
        self,
        cluster: str,
        stage: StageName,
        places: list[Mapping[str, str]],
        since: float = 0.0,
        ago: float = 0.0,
    ) -> None:
        """Alerts at places that began these seconds since; with ago they ended these seconds ago.

        Alertmanager does not wait for others of the group where an alert is older than that.
        """
        (invariant,) = (i for i in self.catalog.compiled() if i.name == "orders-lag")
        alert = next(a for a in alerts(self.catalog, invariant) if a.condition.stage == stage)
        now = datetime.now(UTC)
        ended = now - timedelta(seconds=ago) if ago else now + timedelta(hours=1)
        annotations = {**alert.annotations, "description": f"{HOSTILE} is 31s behind."}
        sent = [
            {
                "labels": {"alertname": alert.name, **alert.labels, "cluster": cluster, **place},
                "annotations": annotations,
                "startsAt": (now - timedelta(seconds=since)).isoformat(),
                "endsAt": ended.isoformat(),
            }
            for place in places
        ]
        http = requests.Session()
        http.trust_env = False
        answer = http.post(f"{self.url}/api/v2/alerts", json=sent, timeout=20)
        assert answer.status_code == 200, answer.text

    def told(self, cluster: str, number: int = 1) -> Mapping[str, Any]:
        """What each channel got of a cluster's alerts, the number-th time."""
        marks = (f"cluster {cluster}", f"'cluster': '{cluster}'")

        def mine(kind: str) -> list[Any]:
            found = self.arrived.at(f"/{kind}")
            return [body for body in found if any(mark in str(body) for mark in marks)]

        def mails() -> list[Any]:
            return [m for m in self.arrived.mails if f"cluster {cluster}" in str(m["subject"])]

        # what closes an alert at Opsgenie has its id and no words
        wanted = [k for k in KINDS if k != "opsgenie" or number == 1]
        self.arrived.wait(
            lambda: all(len(mine(k)) >= number for k in wanted) and len(mails()) >= number
        )
        return {k: mine(k)[number - 1] for k in wanted} | {"mail": mails()[number - 1]}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    root = tmp_path_factory.mktemp("catalog")
    made = catalog(root)
    secret = root / "secret"
    with channels() as (arrived, url, mail), Workers() as workers:
        secret.write_text("key")
        (root / "secret.slack").write_text(f"{url}/slack")
        to = receiver(url, mail, secret)
        team = replace(made.teams["shop"], receivers=dict.fromkeys(STAGES, to))
        owned = {n: replace(i, owner=team) for n, i in made.invariants.items()}
        made = replace(made, teams={"shop": team}, invariants=owned)
        texts = {Path(a.path).name: a.text for a in routes.emit(made)}
        config = loud(yaml.safe_load(texts[Path(names.ALERTMANAGER).name]))
        with server.alertmanager(config, real_engines(), workers, {FILE: texts[FILE]}) as started:
            yield Running(made, started.url, arrived)


class Links(HTMLParser):
    """Addresses, names of tags, and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def leads(link: str, stage: str, labels: Mapping[str, str]) -> None:
    """To the page of the invariant, with exactly these labels, at the stage."""
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://runbooks.example.org/invariants/orders-lag/"
    )
    assert parts.fragment == stage
    assert dict(parse_qsl(parts.query, strict_parsing=bool(labels))) == dict(labels)
    assert "+" not in parts.query, "a blank is %20 for every reader"


def one_line(text: str) -> str:
    """As templates show a value: no line feed in it."""
    return re.sub(r"\s+", " ", text)


PLACE = {"region": HOSTILE, "shard": "7"}


@pytest.fixture(scope="module")
def one(running: Running) -> Mapping[str, Any]:
    """One alert at a hostile place."""
    running.post("one", "late", [PLACE])
    return running.told("one")


WHERE = {"cluster": "one", **PLACE}


def test_slack(one: Mapping[str, Any]) -> None:
    (sent,) = one["slack"]["attachments"]
    assert sent["title"].startswith("OrdersLag late: cluster one, region a&amp;b=c#d?")
    assert sent["color"] == "danger"
    leads(sent["title_link"], "late", WHERE)
    links = dict(re.findall(r"<([^|<>]*)\|([^<>]*)>", sent["text"]))
    assert [*links.values()] == ["Runbook", "Dashboard", "Silence"]
    leads(next(iter(links)).replace("&amp;", "&"), "late", WHERE)
    rest = re.sub(r"<[^|<>]*\|[^<>]*>", "", sent["text"] + sent["title"] + sent["fallback"])
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", rest), "nothing of a label is markup"
    assert "*Users:* Shoppers do not see what they have ordered." in sent["text"]
    assert "*First step:* " in sent["text"]
    assert len(sent["text"]) < 3000


def test_pagerduty(one: Mapping[str, Any]) -> None:
    sent, payload = one["pagerduty"], one["pagerduty"]["payload"]
    assert payload["summary"].startswith("OrdersLag late: cluster one, region a&b=c#d?")
    assert ". Late: " in payload["summary"]
    assert len(payload["summary"]) <= 1024
    assert payload["severity"] == "critical"
    assert (payload["source"], payload["component"], payload["group"]) == (
        ("orders", "orders", "shop")
    )
    assert payload["class"]
    assert [link["text"] for link in sent["links"]] == ["Runbook", "Dashboard", "Silence"]
    leads(sent["links"][0]["href"], "late", WHERE)
    details = payload["custom_details"]
    assert details["impact"].startswith("Shoppers do not see")
    assert details["first_step"]
    assert one_line(HOSTILE)[:60] in details["firing"]
    assert details["resolved"] == ""


def test_mail(one: Mapping[str, Any]) -> None:
    mail = one["mail"]
    assert mail["subject"].startswith("OrdersLag late: cluster one, region a&b=c#d?")
    assert mail["x-shop"] == "drift"
    plain, html = (part.get_content() for part in mail.iter_parts())
    page = Links(html)
    assert "script" not in page.tags
    assert page.tags == {"html", "head", "meta", "title", "body", "h1", "p", "b", "br", "a"}
    assert not re.search(r"(?:src|url\()", html.replace(one_line(HOSTILE), "")), "no pictures"
    leads(page.links[0], "late", WHERE)
    assert page.links[1] == "https://grafana.example.org/d/orders-lag"
    assert one_line(HOSTILE) in one_line(page.text)
    (link,) = re.findall(r"^Runbook: (.*)$", plain.replace("\r", ""), re.M)
    leads(link, "late", WHERE)
    assert one_line(HOSTILE) in plain


def test_silence_form(one: Mapping[str, Any]) -> None:
    """The filter names the stage, so that a silence of early never hides late."""
    link = one["pagerduty"]["links"][-1]["href"]
    base, filter_ = link.split("/#/silences/new?filter=")
    assert base.startswith("http://")
    escaped = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    assert unquote(filter_) == (
        f'{{alertname="OrdersLag",cluster="one",region="{escaped}",shard="7",stage="late"}}'
    )


def test_markdown_is_escaped(one: Mapping[str, Any]) -> None:
    """For Webex and Discord, as CommonMark reads it."""
    texts = [one["webex"]["markdown"], one["discord"]["embeds"][0]["description"]]
    for text in texts:
        page = Links(MarkdownIt("commonmark", {"html": True}).render(text))
        assert page.tags <= {"p", "strong", "a"}, page.tags
        assert len(page.links) == 3
        leads(page.links[0], "late", WHERE)
        assert one_line(HOSTILE)[:100] in one_line(page.text)
    assert len(one["discord"]["embeds"][0]["title"]) <= 256
    assert len(texts[1]) <= 4096


def test_telegram_takes_what_arrives(one: Mapping[str, Any]) -> None:
    text = one["telegram"]["text"]
    page = Links(text)
    assert page.tags <= {"b", "a"}
    assert len(text) <= 4096
    leads(page.links[0], "late", WHERE)


def test_other_channels(one: Mapping[str, Any]) -> None:
    title = "OrdersLag late: cluster one"
    assert one["opsgenie"]["message"].startswith(title)
    assert len(one["opsgenie"]["message"]) <= 130
    leads(one["opsgenie"]["details"]["runbook"], "late", WHERE)
    assert one["opsgenie"]["description"].startswith(title)
    assert one["victorops"]["entity_display_name"].startswith(title)
    assert one_line(HOSTILE) in one["victorops"]["state_message"]


def test_a_webhook_has_what_a_link_is_made_of(one: Mapping[str, Any]) -> None:
    """No template changes its JSON; docs/how-to/notifications.md says how to build the link."""
    (alert,) = one["webhook"]["alerts"]
    url, _, anchor = alert["annotations"]["runbook_url"].partition("#")
    assert url == "https://runbooks.example.org/invariants/orders-lag/"
    assert anchor == "late"
    assert alert["labels"]["region"] == HOSTILE


def test_several_alerts_have_their_own_links(running: Running) -> None:
    places = [{"region": HOSTILE, "shard": str(n)} for n in range(8)]
    running.post("many", "mid", places)
    told = running.told("many")
    (sent,) = told["slack"]["attachments"]
    common = {"cluster": "many", "region": HOSTILE}
    assert sent["title"].startswith("OrdersLag mid: 8 alerts, cluster many, region a")
    assert sent["color"] == "warning"
    leads(sent["title_link"], "mid", common)
    own = [url for url, words in re.findall(r"<([^|<>]*)\|(Runbook)>", sent["text"])]
    leads(own[0].replace("&amp;", "&"), "mid", common)
    assert len(own) == 1 + 5
    for number, url in enumerate(own[1:]):
        leads(url.replace("&amp;", "&"), "mid", {**common, "shard": str(number)})
    assert "… and 3 more" in sent["text"]
    html = Links(told["mail"].get_body(("html",)).get_content())
    assert sum("shard=" in link for link in html.links) == 8
    assert len(told["discord"]["embeds"][0]["description"]) <= 4096
    assert len(told["telegram"]["text"]) <= 4096
    assert "… and 5 more" in told["telegram"]["text"]
    assert len(sent["text"]) < 6000


def test_what_cleared(running: Running) -> None:
    running.post("gone", "early", [{"region": "eu", "shard": "1"}], since=1200)
    running.told("gone")
    running.post("gone", "early", [{"region": "eu", "shard": "1"}], since=1200, ago=1)
    told = running.told("gone", number=2)
    (sent,) = told["slack"]["attachments"]
    assert sent["title"] == "OrdersLag early, resolved: cluster gone, region eu, shard 1"
    assert sent["color"] == "good"
    assert sent["text"].startswith("No longer true: Early: ")
    assert "*Fired:* from 20" in sent["text"]
    assert re.search("for (?:20m[0-9]s|19m5[0-9]s)$", sent["text"], re.M)
    assert "First step" not in sent["text"]
    assert told["pagerduty"]["event_action"] == "resolve"
    assert "No longer fires" in told["mail"].get_body(("html",)).get_content()


def render(folder: Path, text: str, data: Mapping[str, Any], kind: str = "text") -> str:
    """What amtool makes of a text with the generated templates."""
    (folder / "data.json").write_text(json.dumps(data))
    done = subprocess.run(
        [
            *(str(real_engines().amtool.path), "template", "render"),
            *(f"--template.glob={folder / FILE}", f"--template.text={text}"),
            *(f"--template.type={kind}", f"--template.data={folder / 'data.json'}"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def told_of(
    labels: Mapping[str, str], annotations: Mapping[str, str], status: str = "firing"
) -> dict[str, Any]:
    """A notification of one alert."""
    times = {"startsAt": "2026-03-02T03:04:05Z", "endsAt": "2026-03-02T03:20:05Z"}
    alert = {"status": status, "labels": labels, "annotations": annotations, **times}
    return {
        "receiver": "r",
        "status": status,
        "alerts": [alert],
        "groupLabels": {},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": "http://alerts.example.org",
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the generated templates lie."""
    root = tmp_path_factory.mktemp("templates")
    made = notifications.artifact(catalog(root / "catalog"))
    (root / FILE).write_text(made.text)
    return root


def defined(folder: Path) -> list[str]:
    return re.findall(r'{{ define "([^"]+)" -?}}', (folder / FILE).read_text())


RUNBOOK = "https://runbooks.example.org/invariants/orders-lag/#late"


def test_every_template_renders_whatever_is_missing(folder: Path) -> None:
    """A foreign alert without a single annotation or label that we know."""
    own = [n for n in defined(folder) if not n.startswith("driftbook.alert") and ".alert." not in n]
    assert len(own) > 20
    text = "".join(f'[{name}]{{{{ template "{name}" . }}}}' for name in own)
    for status in ("firing", "resolved"):
        said = render(folder, text, told_of({"alertname": "Other"}, {}, status))
        assert "[driftbook.title]Other" in said
        assert "[driftbook.link][" in said, "no link where there is no page"
    html = '{{ template "driftbook.email.html" . }}{{ template "driftbook.telegram.rest" . }}'
    assert "Other" in render(folder, html, told_of({"alertname": "Other"}, {}), "html")


def test_only_labels_of_the_catalog_travel(folder: Path) -> None:
    """What relabelling added says nothing to the page, and may be nobody's business there."""
    labels = {"alertname": "OrdersLag", "stage": "late", "region": "eu", "token": "t0p", "pod": "p"}
    data = told_of(labels, {"runbook_url": RUNBOOK})
    assert render(folder, '{{ template "driftbook.link" . }}', data) == RUNBOOK.replace(
        "#", "?region=eu#"
    )
    text = "".join(f'{{{{ template "driftbook.{n}" . }}}}' for n in ("text", "silence", "firing"))
    assert "t0p" not in render(folder, text, data)


@pytest.mark.parametrize("length", [200, 2000, 100_000])
def test_long_values_stay_within_what_channels_take(folder: Path, length: int) -> None:
    labels = {"alertname": "OrdersLag", "stage": "late", "region": "é<" * length}
    said = dict.fromkeys(("summary", "description", "impact", "first_step"), "x " * length)
    data = told_of(labels, {**said, "runbook_url": RUNBOOK})
    most = {
        "state": 200,
        "slack.state": 800,
        "pagerduty.state": 900,
        "link": 1700,
        "short": 500,
        "markdown.details": 4096 if length < 2000 else 10**6,
        "email.subject": 350,
    }
    for name, limit in most.items():
        assert len(render(folder, f'{{{{ template "driftbook.{name}" . }}}}', data)) <= limit, name
    link = render(folder, '{{ template "driftbook.link" . }}', data)
    leads(link, "late", {"region": labels["region"]} if length * 9 < 1500 else {})


def test_a_script_is_no_link(folder: Path) -> None:
    data = told_of({"alertname": "A"}, {"dashboard_url": "javascript:alert(1)"})
    page = Links(render(folder, '{{ template "driftbook.email.html" . }}', data, "html"))
    assert page.links[0] == "#ZgotmplZ"


def test_a_missing_file_costs_words_and_no_notification(tmp_path: Path) -> None:
    """Somebody copies the configuration and forgets the templates beside it."""
    made = catalog(tmp_path)
    with channels() as (arrived, url, mail), Workers() as workers:
        secret = tmp_path / "secret"
        secret.write_text("key")
        (tmp_path / "secret.slack").write_text(f"{url}/slack")
        to = receiver(url, mail, secret)
        team = replace(made.teams["shop"], receivers=dict.fromkeys(STAGES, to))
        owned = {n: replace(i, owner=team) for n, i in made.invariants.items()}
        made = replace(made, teams={"shop": team}, invariants=owned)
        config = loud(routes.config(made))
        with server.alertmanager(config, real_engines(), workers) as started:
            Running(made, started.url, arrived).post("one", "late", [PLACE])
            arrived.wait(lambda: all(arrived.at(f"/{k}") for k in KINDS) and bool(arrived.mails))
    for kind in KINDS:
        assert "OrdersLag" in str(arrived.at(f"/{kind}")[0]), kind
    assert arrived.mails[0]["subject"] == "OrdersLag"
    sent = arrived.at("/pagerduty")[0]
    assert sent["payload"]["summary"] == "OrdersLag"
    assert [link["text"] for link in sent["links"]] == ["Dashboard"]


STATED: Mapping[str, Sent] = {
    "slack_configs": {"channel": "#a", "title": "mine", "text": ""},
    "email_configs": {"to": "a@example.org", "headers": {"subject": "mine"}, "html": "mine"},
    "pagerduty_configs": {"routing_key_file": "k", "details": {"a": "mine"}, "severity": "info"},
    "telegram_configs": {"bot_token": "t", "chat_id": 1, "parse_mode": "MarkdownV2"},
    "webhook_configs": {"url": "http://relay.internal/"},
}


def test_what_is_stated_wins(tmp_path: Path) -> None:
    made = catalog(tmp_path)
    given = {kind: [block] for kind, block in STATED.items()}
    said = notifications.filled(made, "late", given)
    for kind, block in STATED.items():
        assert said[kind][0].items() >= block.items(), kind
    assert said["telegram_configs"] == given["telegram_configs"], "its Markdown is left alone"
    assert said["webhook_configs"] == given["webhook_configs"]
    assert "title_link" in said["slack_configs"][0]
    assert set(said["email_configs"][0]["headers"]) == {"subject"}
    plain = replace(made, alertmanager=replace(made.alertmanager, notifications="plain"))
    assert notifications.filled(plain, "late", given) == given


def test_headers_are_completed(tmp_path: Path) -> None:
    block = {"to": "a@example.org", "headers": {"Reply-To": "b@example.org"}}
    (said,) = notifications.filled(catalog(tmp_path), "late", {"email_configs": [block]})[
        "email_configs"
    ]
    assert list(said["headers"]) == ["Reply-To", "Subject"]
    assert block["headers"] == {"Reply-To": "b@example.org"}, "the catalog stays as it is"


def test_alertmanager_takes_every_field(tmp_path: Path) -> None:
    """All kinds of 0.25 in one configuration; it refuses fields that it does not know."""
    blocks: dict[str, Sent] = {
        "pushover_configs": {"user_key": "u", "token": "t"},
        "sns_configs": {"topic_arn": "arn:aws:sns:eu:1:a", "sigv4": {"region": "eu"}},
        "wechat_configs": {"api_secret": "s", "corp_id": "c"},
    }
    made = catalog(tmp_path)
    given = {**receiver("http://127.0.0.1:1", "127.0.0.1:1", tmp_path / "secret")}
    given |= {kind: [block] for kind, block in blocks.items()}
    team = replace(made.teams["shop"], receivers=dict.fromkeys(STAGES, given))
    made = replace(made, teams={"shop": team})
    for artifact in routes.emit(made):
        (tmp_path / Path(artifact.path).name).write_text(artifact.text)
    done = subprocess.run(
        [str(real_engines().amtool.path), "check-config", tmp_path / "alertmanager.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 templates" in done.stdout
    unused = set(FIELDS) - set(given) - {"jira_configs", "mattermost_configs"}
    assert unused == {"msteams_configs", "msteamsv2_configs", "rocketchat_configs"}


def test_the_file_is_marked_and_named_beside_the_organisations_own(tmp_path: Path) -> None:
    made = catalog(tmp_path)
    base = {"route": {"receiver": "a"}, "receivers": [{"name": "a"}], "templates": ["own/*.tmpl"]}
    made = replace(made, alertmanager=replace(made.alertmanager, base=base))
    assert routes.config(made)["templates"] == [FILE, "own/*.tmpl"]
    first = notifications.artifact(made).text.splitlines()[0]
    assert first == f"{{{{/* {names.header('invariants/catalog.yaml')} */}}}}"


def test_documented_templates_exist(folder: Path) -> None:
    page = (ROOT / "docs/how-to/notifications.md").read_text()
    named = set(re.findall(r"`(driftbook\.[a-z.]+)`", page))
    assert len(named) > 5
    assert named <= {*defined(folder), "driftbook.tmpl"}
