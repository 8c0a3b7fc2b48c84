"""Links with labels of the alert: what a page is given, and what its script makes of it."""

from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

import browsing
from driftbook import names
from driftbook.checks.example import CATALOG, RUNBOOK
from driftbook.emit.pages.addresses import page_address
from sample import FILES, compiled, write_files

REGION = "{{ $labels.region }}"
CLUSTER = "{{ $labels.cluster }}"
SERVER = "https://g.example"
HOSTILE = [
    "javascript:alert(1)",
    "</script><script>window.owned=1</script>",
    'a"b',
    "a'b",
    "a&b=c#d?e",
    "//evil.example/",
    "\\\\evil.example",
    "@evil.example",
    "grün 海 \u202e",
    "a\nb",
    "%2e%2e",
    "100%",
]


@pytest.mark.parametrize(
    ("path", "bare", "filled"),
    [
        ("/d/x?a=1#b", "/d/x?a=1#b", ""),
        (f"/d?a=1&b={REGION}&c=2", "/d?a=1&c=2", "/d?a=1&b=<region>&c=2"),
        (f"/d?b={REGION}&c=2", "/d?c=2", "/d?b=<region>&c=2"),
        (f"/d?b={REGION}", "/d", "/d?b=<region>"),
        (f"/d?b={REGION}#x", "/d#x", "/d?b=<region>#x"),
        (f"/d/{REGION}/e?a=1", "/d/", "/d/<region>/e?a=1"),
        (f"/d/eu-{REGION}/e", "/d/", "/d/eu-<region>/e"),
        (f"/d#/x?a={REGION}", "/d", "/d#/x?a=<region>"),
        ("/d?a={{ $value }}&b=1", "/d?b=1", ""),
        (f"/d?a={{{{ $value }}}}&b={REGION}", "/d", "/d?b=<region>"),
        ("/d/{{ $value | humanize }}/e", "/d/", ""),
        ("/d?a={{ $labels.other }}#{{ $value }}", "/d", ""),
        ("/d?a={{ $labels.service }}", "/d?a=a%26b", ""),
        ("/{{ $labels.service }}/d", "/a%26b/d", ""),
    ],
)
def test_parts_of_an_address_with_and_without_labels(path: str, bare: str, filled: str) -> None:
    made = page_address(SERVER + path, {"service": "a&b"}, ["region"])
    assert made == (SERVER + bare, SERVER + filled if filled else "")


@pytest.mark.parametrize(
    "url",
    [f"https://{REGION}/d", f"https://g.example:{REGION}", "https://g/{{ query }}", "", REGION],
)
def test_a_host_that_depends_on_a_label_is_no_link(url: str) -> None:
    assert page_address(url, {}, ["region"]) == ("", "")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of `orders-lag` with links that hold labels."""
    files = dict(FILES)
    links = (
        f"  dashboard: 'https://grafana.example.org/d/x?region={REGION}&c={CLUSTER}&to=now#top'\n"
        f"  traces: 'https://tempo.example.org/{REGION}/search/{CLUSTER}"
        "?service={{ $labels.service }}'\n"
        f"  logs: 'https://logs.example.org/q?q={{region=\"{REGION}\"}}&limit=5'\n"
    )
    before = "  dashboard: https://grafana.example.org/d/{{ invariant.name }}\n"
    assert before in files[CATALOG]
    files[CATALOG] = files[CATALOG].replace(before, links)
    there = "[there](https://{{ labels.region }}.example.org/x)"
    here = "[here](https://wiki.example.org/{{ labels.region }}?c={{ labels.cluster }})"
    asked = "check: Is one link or every link behind?"
    assert asked in files[RUNBOOK]
    step = (
        f"check: \"{{% if 'region' in invariant.signal.identity %}}{there}, {here}{{% endif %}}.\""
    )
    files[RUNBOOK] = files[RUNBOOK].replace(asked, step)
    root = write_files(tmp_path_factory.mktemp("site"), files)
    html = browsing.built(root, compiled(root))
    return f"{html.as_uri()}/{names.page('orders-lag')}index.html"


def links(page: Page) -> dict[str, str]:
    found = page.locator(".db-live a, #early ~ * li a, .db-early a").all()
    return {a.inner_text(): a.evaluate("link => link.href") for a in found}


PLAIN = {
    "Dashboard": "https://grafana.example.org/d/x?to=now#top",
    "Traces": "https://tempo.example.org/",
    "Logs": "https://logs.example.org/q?limit=5",
}


def test_without_labels_and_without_a_script_links_lead_as_near_as_they_can(
    address: str, page: Page, browser: Browser
) -> None:
    page.goto(address)
    assert PLAIN.items() <= links(page).items()
    with browsing.opened(browser, java_script_enabled=False) as bare:
        bare.goto(f"{address}?region=eu&cluster=c")
        found = {a.inner_text(): a.get_attribute("href") for a in bare.locator(".db-live a").all()}
    assert PLAIN.items() <= found.items()


def test_labels_go_where_they_belong(address: str, page: Page) -> None:
    page.goto(f"{address}?region=eu%2Fwest 2&cluster=c1#early")
    found = links(page)
    region = "eu%2Fwest%202"
    assert found["Dashboard"] == f"https://grafana.example.org/d/x?region={region}&c=c1&to=now#top"
    assert found["Traces"] == f"https://tempo.example.org/{region}/search/c1?service=shop"
    assert found["Logs"] == PLAIN["Logs"], "a blank may mean something to a query"
    assert found["here"] == f"https://wiki.example.org/{region}?c=c1"
    assert "eu" not in urlsplit(found["there"]).netloc
    page.goto(f"{address}?region=eu-2#early")
    found = links(page)
    assert found["Dashboard"] == "https://grafana.example.org/d/x?region=eu-2&to=now#top"
    assert found["Traces"] == PLAIN["Traces"], "its path needs both"
    assert found["Logs"] == "https://logs.example.org/q?q=%7Bregion=%22eu-2%22%7D&limit=5"
    assert found["here"] == "https://wiki.example.org/eu-2"


@pytest.mark.parametrize("value", HOSTILE)
def test_a_label_never_leads_elsewhere(address: str, page: Page, value: str) -> None:
    page.goto(f"{address}?region={quote(value)}&cluster={quote(value)}#early")
    assert page.evaluate("window.owned") is None
    found = links(page)
    dashboard = page.evaluate("url => [...new URL(url).searchParams.entries()]", found["Dashboard"])
    assert dashboard == [["region", value], ["c", value], ["to", "now"]]
    assert urlsplit(found["Dashboard"]).fragment == "top"
    parts = urlsplit(found["Traces"]).path.split("/")
    assert [parts[0], parts[2], len(parts)] == ["", "search", 4]
    assert found["Logs"] == PLAIN["Logs"]
    for label, host in [("Dashboard", "grafana"), ("Traces", "tempo"), ("Logs", "logs"),
                        ("here", "wiki")]:  # fmt: skip
        assert urlsplit(found[label])[:2] == ("https", f"{host}.example.org")
    assert "evil" not in urlsplit(found["there"]).netloc


@pytest.mark.parametrize("value", [".", "..", "x" * 300])
def test_no_step_up_and_no_endless_address(address: str, page: Page, value: str) -> None:
    page.goto(f"{address}?region={value}&cluster=c#early")
    assert links(page)["Traces"] == PLAIN["Traces"]
    assert "here" in links(page)
