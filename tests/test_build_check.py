"""`driftbook build --check`: whether what is committed is what the catalog compiles to."""

import json
from pathlib import Path

import pytest

from driftbook import names
from proving import project
from walkthrough import run


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    project(root)
    assert run("driftbook build", root)[0] == 0
    return root


def edited(root: Path, **changes: object) -> tuple[int, str]:
    """What the check says with another proof on disk."""
    proof = root / names.PROOF
    before = proof.read_text()
    proof.write_text(json.dumps({**json.loads(before), **changes}))
    try:
        return run("driftbook build --check", root)
    finally:
        proof.write_text(before)


def test_nothing_differs(built: Path) -> None:
    assert run("driftbook build --check", built)[0] == 0


def test_another_release_of_the_engines_makes_the_same_proof(built: Path) -> None:
    assert edited(built, engines={"promtool": "2.53.3"})[0] == 0


def test_another_verdict_is_found(built: Path) -> None:
    status, said = edited(built, verdict="failed")
    assert status == 1
    assert "rules/proof.json" in said
    assert "differs from what is proved now" in said


def test_a_missing_proof_is_found(built: Path) -> None:
    proof = built / names.PROOF
    before = proof.read_text()
    proof.unlink()
    try:
        assert run("driftbook build --check", built)[0] == 1
        assert not proof.exists()
    finally:
        proof.write_text(before)
