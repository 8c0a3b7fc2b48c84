"""What may be deployed, what is asked, and the status that a program gets."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from rich.console import Console

from driftbook import names, pipeline
from driftbook.commands import deploy
from driftbook.commands.deploy_text import as_json, show, summary
from driftbook.deploy import KINDS, ready
from driftbook.deploy.plan import Change, Cost, Disturbed, Plan
from driftbook.errors import Exit
from driftbook.prove import compiled
from driftbook.prove.compiled import proved_besides
from driftbook.schema import schema
from proving import LAG_RULES
from servers import deployed, project

TARGET = "here: {prometheus: {url: 'http://127.0.0.1:9', directory: /nowhere/rules}}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A compiled catalog with a proof, as a build with all engines writes it."""
    root = project(tmp_path, TARGET)
    catalog = pipeline.check(root).catalog
    assert catalog
    disk = compiled.read(root)
    invariants = {
        i.name: {
            "rules": {"file": (file := names.rule_file(i)), "sha256": disk.digests[file]},
            "tests": {"file": (test := names.test_file(i)), "sha256": disk.digests[test]},
        }
        for i in catalog.compiled()
    }
    write_proof(root, {"verdict": "proved", "files": proved_besides(root)}, invariants)
    return root


def write_proof(root: Path, data: dict[str, Any], invariants: dict[str, Any]) -> None:
    (root / names.PROOF).write_text(json.dumps({**data, "invariants": invariants}))


def faults(root: Path, unproved: bool = False) -> list[str]:
    catalog = pipeline.check(root).catalog
    assert catalog
    return [f.message for f in ready.faults(root, catalog, compiled.read(root), unproved)]


def edit_proof(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        proof = json.loads((root / names.PROOF).read_text())
        change(proof)
        (root / names.PROOF).write_text(json.dumps(proof))

    return edit


def test_what_is_proved_may_be_deployed(root: Path) -> None:
    assert faults(root) == []


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda root: (root / names.PROOF).unlink(), "there is no proof"),
        (lambda root: (root / names.PROOF).write_text("[]"), "there is no proof"),
        (edit_proof(lambda p: p.update(verdict="failed")), "the proof says: failed"),
        (edit_proof(lambda p: p.update(verdict="partly proved")), "the proof says: partly proved"),
        (edit_proof(lambda p: p["invariants"].pop("orders-lag")), f"not of {LAG_RULES};"),
        (
            edit_proof(lambda p: p.pop("files")),
            f"not of {names.ALERTMANAGER} and 2 more;",
        ),
        (
            edit_proof(lambda p: p["files"].update({names.ALERTMANAGER: "0" * 64})),
            f"not of {names.ALERTMANAGER};",
        ),
        (
            edit_proof(lambda p: p["invariants"]["stock-age"]["tests"].update(sha256="0")),
            "not of rules/tests/shop/stock-age.test.yaml;",
        ),
    ],
)
def test_what_is_not_proved_may_not_unless_that_is_said(
    root: Path, edit: Callable[[Path], None], said: str
) -> None:
    edit(root)
    (message,) = faults(root)
    assert said in message
    assert message.endswith("or deploy with --unproved")
    assert faults(root, unproved=True) == []


def test_what_the_catalog_does_not_compile_to_never_may(root: Path) -> None:
    file = root / LAG_RULES
    file.write_text(file.read_text().replace("for: 1m", "for: 3m"))
    assert any("differs from what the catalog compiles to" in m for m in faults(root, True))
    status, said = deployed(root)
    assert status == Exit.FINDINGS
    assert said.endswith("Nothing was deployed.\n")


def test_proof_of_this_catalog_is_of_every_file_that_a_server_loads() -> None:
    own = Path(__file__).parent.parent
    catalog = pipeline.check(own).catalog
    assert catalog
    assert ready.faults(own, catalog, compiled.read(own), False) == []


def test_a_target_that_is_not_there(root: Path) -> None:
    with pytest.raises(click.UsageError, match='no target "her"; did you mean "here"'):
        deployed(root, target="her")
    with pytest.raises(click.UsageError, match="it has here"):
        deployed(root, target="production")


def test_every_kind_of_the_schema_can_be_deployed_to() -> None:
    kinds = schema("catalog")["properties"]["targets"]["additionalProperties"]["properties"]
    assert set(KINDS) <= set(kinds)


PLAN = Plan(
    (Change("changed", "alert", "A late", "query"), Change("added", "group", "g\x1b[31m")),
    ("old.rules.yaml",),
    (Disturbed("A", (("stage", "late"),), "firing", "restarts", "its labels change"),),
    ("beware",),
    tuple(Cost(f"g{n:02}", n, n * 2.0, n / 1000 if n == 3 else None) for n in range(12)),
)


class Fake:
    """A kind of target whose plan is known, and which remembers whether it was applied."""

    def __init__(self, plan: Plan) -> None:
        self.made, self.applied = plan, 0

    def plan(self, job: Any) -> Plan:
        return self.made

    def apply(self, job: Any, plan: Plan, say: Any) -> None:
        self.applied += 1


@pytest.mark.parametrize(
    ("plan", "options", "status", "applied"),
    [
        (Plan(()), {}, Exit.OK, 0),
        (Plan((), ("kept",)), {"plan": True}, Exit.OK, 0),
        (PLAN, {"plan": True}, Exit.FINDINGS, 0),
        (PLAN, {"yes": True}, Exit.OK, 1),
        (PLAN, {"yes": True, "plan": True}, Exit.FINDINGS, 0),
    ],
)
def test_status(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    plan: Plan,
    options: dict[str, bool],
    status: Exit,
    applied: int,
) -> None:
    fake = Fake(plan)
    monkeypatch.setitem(KINDS, "prometheus", fake)
    assert deployed(root, **{"yes": False, "unproved": False, **options})[0] == status
    assert fake.applied == applied


def test_nobody_is_asked_where_nobody_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake(PLAN)
    monkeypatch.setitem(KINDS, "prometheus", fake)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(click.UsageError, match="--yes"):
        deployed(root, yes=False)
    monkeypatch.setattr(deploy, "_agreed", lambda target: False)
    status, said = deployed(root, yes=False)
    assert (status, said.split("\n")[-2]) == (Exit.FINDINGS, "Nothing was changed.")
    assert fake.applied == 0


def test_plan_for_people_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    show("here", PLAN, Console(width=100, soft_wrap=True, highlight=False))
    said = capsys.readouterr().out
    assert "~ alert A late: query\n" in said
    assert "\x1b" not in said
    assert '! A {stage="late"} is firing and restarts: its labels change\n' in said
    assert "  old.rules.yaml stays; --prune removes it\n" in said
    assert said.index("g03") < said.index("g11")
    assert "2 more" in said
    assert summary(PLAN) == "1 group added, 1 alert changed, 1 firing restarts"
    assert summary(Plan(())) == "nothing to do"
    told = json.loads(as_json("here", PLAN))
    assert told["disturbed"][0]["labels"] == {"stage": "late"}
    assert told["stays"] == ["old.rules.yaml"]
    assert len(told["costs"]) == 12
