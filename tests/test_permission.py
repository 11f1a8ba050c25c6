"""Who may be served where: a gate decides for er, the ledger for claims, and the model's own gate may say less."""

from pathlib import Path

import pytest

from mlops import config
from mlops.card.facts import record_of
from mlops.certification import keeping
from mlops.errors import InputRefusedError
from mlops.gate.report import Verdict
from mlops.ids import ModelId
from mlops.permission import permission
from mlops.registry import format_front_matter, path_of
from tests import factories
from tests.certification import scenes
from tests.conftest import ROOT

SETTINGS = config.load(ROOT / "mlops.toml")


def card(root: Path, model: str, verdict: Verdict = "pass") -> ModelId:
    record = record_of(factories.card_facts()).model_copy(
        update={"id": model, "task": ModelId.parse(model).dataset.task, "verdict": verdict}
    )
    (root / "model_cards").mkdir(exist_ok=True)
    (root / path_of(model)).write_text(f"{format_front_matter(record, {})}\n# {model}\n", encoding="utf-8")
    return ModelId.parse(model)


@pytest.mark.parametrize(("verdict", "allowed"), [("pass", True), ("fail", False), ("inconclusive", False)])
def test_er_is_served_if_it_passed(tmp_path: Path, verdict: Verdict, allowed: bool) -> None:
    model = card(tmp_path, "er_20251020", verdict)
    found = permission(model, "production", root=tmp_path, settings=SETTINGS, today="2026-01-01")
    assert (found.allowed, found.shares) == (allowed, (100,) if allowed else ())


def test_a_model_of_uncommitted_code_is_refused_before_anything_is_declared(tmp_path: Path) -> None:
    model = card(tmp_path, "er_20251020")
    path = tmp_path / path_of(model)
    path.write_text(path.read_text(encoding="utf-8").replace("code_dirty: false", "code_dirty: true"), encoding="utf-8")
    found = permission(model, "production", root=tmp_path, settings=SETTINGS, today="2026-01-01")
    assert not found.allowed
    assert "not committed" in found.reason
    assert "train again" in found.reason
    again = permission(model, "production", root=tmp_path, settings=SETTINGS, today="2026-01-01", former=True)
    assert again.allowed


def test_a_model_without_a_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError):
        permission(ModelId.parse("er_20251020"), "production", root=tmp_path, settings=SETTINGS, today="2026-01-01")


@pytest.mark.parametrize(
    ("runs", "verdict", "today", "shares"),
    [
        (1, "pass", "2025-12-16", (5, 25, 100)),
        (3, "pass", "2025-12-16", (100,)),
        (3, "inconclusive", "2025-12-16", (5, 25, 100)),
        (3, "fail", "2025-12-16", ()),
        (3, "pass", "2026-04-01", ()),  # expired
        (0, "pass", "2025-12-16", ()),
    ],
)
def test_of_claims_the_ledger_decides(
    tmp_path: Path, runs: int, verdict: Verdict, today: str, shares: tuple[int, ...]
) -> None:
    reports = [scenes.report(week) for week in range(runs)]
    if reports:
        path = keeping.path_of("claims", tmp_path / "model_cards")
        path.parent.mkdir(parents=True)
        path.write_bytes(scenes.ledger(*reports).data)
    model = card(tmp_path, reports[-1].model_id if reports else "claims_20251201", verdict)
    found = permission(model, "production", root=tmp_path, settings=SETTINGS, today=today)
    assert (found.allowed, found.shares) == (bool(shares), shares)
    if runs == 3 and shares:
        older = permission(
            card(tmp_path, reports[0].model_id), "production", root=tmp_path, settings=SETTINGS, today=today
        )
        assert not older.allowed
        assert reports[-1].model_id in older.reason


def test_outside_of_production_a_certificate_is_not_asked_for(tmp_path: Path) -> None:
    model = card(tmp_path, "claims_20251201", "inconclusive")
    assert permission(model, "staging", root=tmp_path, settings=SETTINGS, today="2026-01-01").allowed
