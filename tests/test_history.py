"""What git knows of a catalog, read from real repositories."""

import os
import subprocess
from pathlib import Path

import pytest

from driftbook import history, pipeline
from driftbook.checks.example import FILES
from driftbook.history import git
from driftbook.history.compare import MOST, beginning, differences
from driftbook.history.values import value
from driftbook.strictyaml import read as read_yaml

LAG = "invariants/lag.yaml"
PEOPLE = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@cosmiccart.example",
    "GIT_COMMITTER_NAME": "Bot",
    "GIT_COMMITTER_EMAIL": "bot@cosmiccart.example",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}
INVARIANT = """\
kind: invariant
name: {name}
title: Copies follow
dataset: items
owner: cart
signal: {{expr: max(lag), unit: seconds, worse: above, identity: [region]}}
stages:
  mid: {{persists: {{above: 10s, during: 15m}}}}
  late: {{above: {late}, for: {hold}}}
"""


class Repository:
    """A repository to commit to, a day a commit."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.day = 1
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str, author: str = "Ada") -> str:
        date = f"2026-03-{self.day:02d}T12:00:00+00:00"
        times = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        env = {**os.environ, **PEOPLE, **times, "GIT_AUTHOR_NAME": author}
        command = ["git", "-C", str(self.root), *words]
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout

    def put(self, file: str, text: str) -> None:
        (self.root / file).parent.mkdir(parents=True, exist_ok=True)
        (self.root / file).write_text(text, encoding="utf-8")

    def commit(self, message: str, author: str = "Ada") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message, author=author)
        self.day += 1
        return self.git("rev-parse", "HEAD").strip()

    def lag(self, late: str = "25s", hold: str = "5m", name: str = "lag", more: str = "") -> None:
        self.put(LAG, INVARIANT.format(name=name, late=late, hold=hold) + more)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def what(root: Path, name: str = "lag", kind: str = "invariant") -> list[tuple[str, ...]]:
    return [change.what for change in history.read(root).of(kind, name)]


def test_a_change_says_what_by_how_much_by_whom_and_why(repo: Repository) -> None:
    repo.lag()
    repo.commit("Watch the lag")
    repo.lag(late="30s", hold="10m")
    commit = repo.commit("Fewer calls at night\n\nAgreed on Monday.", author="Grace")
    newest, oldest = history.read(repo.root).of("invariant", "lag")
    assert newest.what == ("late above: 25 s → 30 s", "late above for: 5 min → 10 min")
    assert (newest.date, newest.author, newest.why) == (
        "2026-03-02",
        "Grace",
        "Fewer calls at night",
    )
    assert (newest.commit, newest.place, oldest.place) == (commit, 0, 1)
    assert oldest.what == (
        "added",
        "mid persists above 10 s, during 15 min",
        "late above 25 s for 5 min",
    )


def test_edits_that_are_not_committed_are_no_history(repo: Repository) -> None:
    repo.lag()
    repo.commit("Watch the lag")
    repo.lag(late="1h")
    repo.put("invariants/new.yaml", INVARIANT.format(name="new", late="1s", hold="1m"))
    assert len(what(repo.root)) == 1
    assert what(repo.root, "new") == []


def test_comments_and_layout_are_no_change(repo: Repository) -> None:
    repo.lag()
    repo.commit("Watch the lag")
    repo.lag(more="# a comment\n")
    repo.commit("Say why")
    assert len(what(repo.root)) == 1


def test_a_new_name_takes_the_history_along(repo: Repository) -> None:
    repo.lag()
    repo.commit("Watch the lag")
    repo.git("mv", LAG, "invariants/cart-lag.yaml")
    repo.commit("Move the file")
    text = INVARIANT.format(name="cart-lag", late="25s", hold="5m")
    repo.put("invariants/cart-lag.yaml", text)
    repo.commit("A better name")
    (repo.root / "invariants/cart-lag.yaml").unlink()
    repo.put("invariants/cart/behind.yaml", f"{text}renamed_from: [cart-lag]\n# {'other' * 900}\n")
    data = (repo.root / "invariants/cart/behind.yaml").read_text(encoding="utf-8")
    repo.put("invariants/cart/behind.yaml", data.replace("name: cart-lag", "name: behind"))
    repo.commit("The best name")
    found = what(repo.root, "behind")
    assert found[0] == ("name: cart-lag → behind", "renamed from added: cart-lag")
    assert found[1] == ("name: lag → cart-lag",)
    assert found[2][0] == "added"
    assert what(repo.root) == what(repo.root, "cart-lag") == []


def test_what_is_removed_and_comes_again(repo: Repository) -> None:
    repo.lag()
    repo.commit("Watch the lag")
    (repo.root / LAG).unlink()
    repo.commit("Nobody looks at it")
    repo.lag(late="40s")
    repo.commit("They do")
    assert [words[0] for words in what(repo.root)] == ["added", "removed", "added"]


def test_a_file_that_was_no_yaml_is_neither_added_nor_removed(repo: Repository) -> None:
    repo.lag()
    repo.commit("Watch the lag")
    repo.put(LAG, "kind: [broken\n")
    repo.commit("Oops")
    repo.lag(late="30s")
    repo.commit("Mended")
    now, then, first = what(repo.root)
    assert now == ("changed; what it said before cannot be read",)
    assert then == ("changed; what it says from here on cannot be read",)
    assert first[0] == "added"


def test_merges_tell_only_what_they_bring_themselves(repo: Repository) -> None:
    repo.lag()
    repo.commit("Watch the lag")
    repo.git("checkout", "-q", "-b", "side")
    repo.lag(late="30s")
    repo.commit("On a branch")
    repo.git("checkout", "-q", "main")
    repo.put("runbooks/book.yaml", "kind: runbook\nname: book\ntitle: Do\n")
    repo.commit("Beside it")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    assert len(what(repo.root)) == 2
    repo.git("checkout", "-q", "-b", "other", "HEAD~1")
    repo.lag(late="50s")
    repo.commit("Another bound")
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "-s", "ours", "--no-commit", "other")
    repo.lag(late="44s")
    repo.commit("Merge, and settle in the middle")
    assert what(repo.root)[0] == ("late above: 30 s → 44 s",)


def test_a_catalog_below_the_top_of_a_repository(repo: Repository) -> None:
    repo.put("readme.yaml", "kind: invariant\nname: outside\n")
    repo.put(f"deep/down/{LAG}", INVARIANT.format(name="lag", late="1s", hold="1m"))
    repo.commit("All of it")
    found = history.read(repo.root / "deep" / "down")
    assert set(found.changes) == {("invariant", "lag")}


def test_without_git_a_page_can_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not in a git repository" in history.read(tmp_path).lacking
    empty = Repository(tmp_path / "empty")
    assert history.read(empty.root).lacking == "the git repository has no commit"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert history.read(empty.root).lacking == "git is not installed"


def test_a_shallow_clone_says_where_history_begins(repo: Repository, tmp_path: Path) -> None:
    repo.lag()
    repo.commit("Watch the lag")
    repo.lag(late="30s")
    repo.commit("Second")
    repo.lag(late="35s")
    repo.commit("Third")
    clone = tmp_path / "clone"
    source = f"file://{repo.root}"
    subprocess.run(["git", "clone", "-q", "--depth", "2", source, str(clone)], check=True)
    found = history.read(clone)
    assert found.begins == "2026-03-02"
    assert what(clone) == [("late above: 30 s → 35 s",)]
    subprocess.run(["git", "-C", str(clone), "fetch", "-q", "--unshallow"], check=True)
    assert history.read(clone).begins == ""
    assert what(clone) == what(repo.root)
    assert len(what(clone)) == 3


def test_a_long_history_is_cut(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for late in range(1, 6):
        repo.lag(late=f"{late}s")
        repo.commit(f"{late}")
    monkeypatch.setattr(git, "MOST", 2)
    found = history.read(repo.root)
    assert [c.what[0] for c in found.of("invariant", "lag")] == [
        "late above: 4 s → 5 s",
        "late above: 3 s → 4 s",
    ]
    assert found.begins == "2026-03-04"


def test_a_second_look_costs_no_log(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.lag()
    repo.commit("Watch the lag")
    first = history.read(repo.root)
    calls: list[str] = []
    real = git._git

    def counted(root: Path, *words: str, data: bytes = b"") -> bytes:
        calls.append(f"{words[0]} {data.count(bytes([10]))}")
        return real(root, *words, data=data)

    monkeypatch.setattr(git, "_git", counted)
    assert history.read(repo.root) == first
    assert {call.split()[0] for call in calls} == {"rev-parse"}
    calls.clear()
    repo.lag(late="30s")
    repo.commit("Later")
    assert len(history.read(repo.root).of("invariant", "lag")) == 2
    assert "cat-file 2" in calls  # only what the new commit changed
    (repo.root / history.FILE).write_text('{"by": 1}', encoding="utf-8")
    assert len(what(repo.root)) == 2


def test_no_address_and_no_configured_program_gets_in(repo: Repository, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = tmp_path / "run"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n", encoding="utf-8")
    script.chmod(0o755)
    repo.lag()
    repo.commit("Watch the lag", author="grace@cosmiccart.example")
    for key in ("core.fsmonitor", "diff.external", "core.pager", "gpg.program"):
        repo.git("config", key, str(script))
    repo.git("config", "log.showSignature", "true")
    (change,) = history.read(repo.root).of("invariant", "lag")
    assert change.author == "grace"
    assert not trap.exists()


def test_hostile_messages_and_names_stay_whole(repo: Repository) -> None:
    repo.lag()
    repo.commit("<script>alert(1)</script> \x01\x1f:000 | [x](javascript:1)", author="A\x1fB\x1fC")
    repo.put("invariants/new\nline\t.yaml", INVARIANT.format(name="odd", late="1s", hold="1m"))
    repo.commit("Odd")
    found = history.read(repo.root)
    assert found.of("invariant", "lag")[0].why.startswith("B\x1fC\x1f<script>")
    assert found.of("invariant", "odd")[0].what[0] == "added"


def test_recent_changes_of_all_newest_first(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    for file, text in FILES.items():
        repo.put(file, text)
    repo.put("invariants/gone.yaml", INVARIANT.format(name="gone", late="1s", hold="1m"))
    repo.commit("Begin")
    (repo.root / "invariants/gone.yaml").unlink()
    repo.commit("Less")
    catalog = pipeline.check(repo.root).catalog
    assert catalog is not None
    found = history.read(repo.root).recent(catalog, 3)
    assert [e.change.why for e in found] == ["Less", "Begin", "Begin"]
    assert (found[0].name, found[0].gone) == ("gone", True)
    assert found[1].kind == "catalog"
    assert not found[1].gone


def test_since_when_something_is_in_force(repo: Repository) -> None:
    repo.lag(more="lifecycle: draft\n")
    repo.commit("Try it")
    repo.lag(more="lifecycle: active\n")
    repo.commit("It proved itself", author="Grace")
    repo.lag(late="30s", more="lifecycle: active\n")
    repo.commit("Fewer calls")
    found = history.read(repo.root)
    change = found.since("invariant", "lag", "dataset")
    assert change is not None
    assert (change.why, change.author) == ("It proved itself", "Grace")
    text = (repo.root / LAG).read_text(encoding="utf-8")
    repo.put(LAG, text.replace("dataset: items", "dataset: carts"))
    repo.commit("The wrong dataset")
    found = history.read(repo.root)
    moved = found.since("invariant", "lag", "dataset")
    assert moved is not None
    assert moved.what == ("dataset: items → carts",)
    assert found.since("invariant", "lag") == found.of("invariant", "lag")[2]
    assert found.since("invariant", "other") is None


def test_a_new_dataset_says_what_it_promises() -> None:
    text = f"""\
kind: dataset
name: items
owner: cart
tier: 2
contract:
  max_staleness: 10s
  monotonic_reads: {{not_applicable: {"one reader " * 9}}}
  idempotent_writes: unknown
"""
    assert beginning(document(text)) == (
        "added",
        "owner: cart",
        "tier: 2",
        "contract max staleness: 10 s",
        "contract monotonic reads",
        "contract idempotent writes: unknown",
    )
    assert beginning(document("kind: dataset\ncontract: [a]")) == ("added",)


def document(text: str) -> dict[str, object]:
    data = read_yaml(text.encode()).data
    assert data is not None
    return data


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("owner: cart", "owner: platform", "owner: cart → platform"),
        ("lifecycle: draft", "lifecycle: active", "lifecycle: draft → active"),
        ("stages: {late: {below: 5}}", "stages: {}", "late removed, was below 5"),
        (
            "stages: {}",
            "stages: {late: {above: 0.5%, for: 5m}}",
            "late added: above 0.5 % for 5 min",
        ),
        (
            "stages: {late: {above: 1}}",
            "stages: {late: [{above: 1}, {above: 3, for: 1h}]}",
            "late above #2 added: 3 for 1 h",
        ),
        (
            "overrides: [{match: {r: a}, stages: {late: {above: 20MiB}}}]",
            "overrides: [{match: {r: a}, stages: {late: {above: 2GiB}}}]",
            "override for r a late above: 20 MiB → 2 GiB",
        ),
        (
            "overrides: []",
            "overrides: [{match: {r: a}, stages: {late: {above: 5/s}}, reason: x}]",
            "override for r a added: late above 5 a second, reason x",
        ),
        ("signal: {identity: [a]}", "signal: {identity: [a, b]}", "signal identity added: b"),
        ("signal: {expr: a}", "signal: {expr: b}", "signal expression changed"),
        (
            "signal: {expr: a, unit: count}",
            "signal: {use: p/s}",
            "signal: an expression of its own → p/s",
        ),
        (f"impact: {'a' * 70}", f"impact: {'b' * 70}", "impact reworded"),
        ("tier: 1", "tier: 2", "tier: 1 → 2"),
        (
            "contract: {monotonic_reads: true}",
            "contract: {monotonic_reads: false}",
            "contract monotonic reads: yes → no",
        ),
        (
            "receivers: {late: {webhook_configs: [{url: 'http://a/secret'}]}}",
            "receivers: {late: {webhook_configs: [{url: 'http://b/secret'}]}}",
            "receivers late webhook configs 1 url changed",
        ),
        (
            "receivers: {}",
            "receivers: {late: {pagerduty_configs: [{routing_key: secret}]}}",
            "receivers late added",
        ),
        (
            "stages: {late: [{id: call, after: 10m}]}",
            "stages: {late: [{id: call, after: 15m}]}",
            "late call after: 10 min → 15 min",
        ),
        ("kind: scenario\nseries: {a: 1x5}", "kind: scenario\nseries: {a: 2x5}", "series changed"),
    ],
)
def test_differences_in_words(old: str, new: str, words: str) -> None:
    assert differences(document(old), document(new)) == (words,)
    assert differences(document(new), document(new)) == ()


def test_many_differences_are_counted() -> None:
    new = document("\n".join(f"k{n}: {n}" for n in range(20)))
    found = differences({}, new)
    assert len(found) == MOST + 1
    assert found[-1] == "and 8 more"
    assert beginning({"kind": "team"}) == ("added",)


@pytest.mark.parametrize(
    ("given", "words"),
    [(None, ""), (0.25, "0.25"), ("1h30m", "90 min"), ("a\nb", "a b"), ("0s", "0s")],
)
def test_values_in_words(given: object, words: str) -> None:
    assert value(given) == words


@pytest.mark.parametrize(
    "data", ["- 1", "stages: {late: [1, {a: 1}]}", "stages: {late: 3}", "name: []"]
)
def test_documents_of_no_known_shape_are_compared_all_the_same(data: str) -> None:
    read = read_yaml(data.encode()).data or {}
    assert differences(read, {"stages": {"late": {"above": 1}}, "name": {"a": 1}})
    assert differences({"stages": ["x"]}, read) is not None
