"""The card tells of the model in production what the gate found, and nothing else."""

from typing import Any

import pytest

from mlops.artifact import GATE
from mlops.card import render
from mlops.card.agreement import disagreements
from mlops.card.changes import comparison_of
from mlops.card.structure import empty_sections
from mlops.config import Change, Criterion, Policy, policy_sha256
from mlops.documents import dumps
from mlops.errors import UsageRefusedError
from mlops.gate import Facts, GateReport, decide
from mlops.hashing import sha256_bytes
from mlops.metrics import Difference, FlippedRow, IntervalMethod, Paired
from tests import factories
from tests.card.test_page import cells, section

CHAMPION = "er_20250901"
LOST = FlippedRow(row_id="pair-<7>", label=1, candidate_score=0.1, champion_score=0.9)


def difference(name: str, value: float, lower: float, upper: float) -> Difference:
    candidate = factories.metrics().metrics[name].value or 0.0
    return Difference(candidate=candidate, champion=candidate - value, value=value, lower=lower, upper=upper, n=1_000)


def paired(**changes: Any) -> Paired:
    facts: dict[str, Any] = {
        "champion_id": CHAMPION,
        "champion_model_sha256": sha256_bytes(b"champion"),
        "champion_evaluation_sha256": sha256_bytes(b"champion's scores"),
        "champion_threshold": 0.5,
        "interval": IntervalMethod(confidence=0.95, name="paired", replicates=2_000, seed=0),
        "rows": factories.metrics().rows,
        "gained": 12,
        "lost": 1_002,
        "mcnemar_p": 1e-9,
        "differences": {
            "precision": difference("precision", 0.01, -0.005, 0.02),
            "recall": difference("recall", -0.043, -0.06, -0.0400004),
            "f1": difference("f1", -0.01, -0.02, 0.001),
        },
        "gained_rows": (),
        "lost_rows": (LOST,),
    }
    return Paired(**(facts | changes))


def judged(comparison: Paired) -> GateReport:
    minima = {"precision": 0.92, "recall": 0.88}
    criteria = {name: Criterion(min=least, change=Change(max_drop=0.04)) for name, least in minima.items()}
    policy = Policy(min_rows=200, criteria=criteria)
    bound = factories.bindings(policy_sha256=policy_sha256(policy))
    facts = Facts(first_version=False, comparison=comparison)
    return decide(factories.metrics(), policy, declared=policy, bindings=bound, facts=facts)


def test_the_card_shows_both_models_the_margin_and_the_verdict() -> None:
    gate = judged(paired())
    text = render(factories.card_facts(gate=gate))
    found = section(text, "Changes from the previous version")
    assert "### Against the model in production" in text
    assert cells(found, "Precision")[2:] == ["+1.0 points", "-0.5 points to +2.0 points", "-4 points", "pass"]
    assert cells(found, "Recall")[3:] == ["-6.0 points to -4.00004 points", "-4 points", "fail"]
    assert cells(found, "F1")[4:] == ["none", "not asked"]
    assert "only this model calls right: 12; rows that only er_20250901 does: 1,002" in found
    assert "p below 0.001" in found
    assert "pair-" not in text
    assert empty_sections(text) == []


def test_a_card_without_a_comparison_says_nothing_of_one() -> None:
    assert comparison_of(factories.gate_report()) is None
    assert "Against the model in production" not in render(factories.card_facts())


def test_a_champion_whose_id_is_none_is_refused() -> None:
    with pytest.raises(UsageRefusedError):
        render(factories.card_facts(gate=judged(paired(champion_id="er](x)"))))


def fields_that_disagree(gate: GateReport) -> set[str]:
    facts = factories.card_facts(gate=gate)
    files = dict.fromkeys(("training.json", "metrics.json"), b"") | {"checksums.txt": b"0" * 64 + b"  x\n"}
    found = disagreements(facts, files | {GATE: dumps(gate)})
    return {entry.field for entry in found if entry.field.startswith(("changes", "comparison", "verdict"))}


def test_a_comparison_that_was_changed_by_hand_is_noticed() -> None:
    gate = judged(paired())
    assert fields_that_disagree(gate) == set()
    passed = tuple(change.model_copy(update={"verdict": "pass"}) for change in gate.changes)
    assert fields_that_disagree(gate.model_copy(update={"changes": passed})) == {"changes"}
    assert fields_that_disagree(gate.model_copy(update={"comparison": None})) >= {"changes"}
    other = paired(rows=7, differences={"recall": difference("precision", 0.5, 0.4, 0.6)})
    assert {"comparison.rows", "comparison.differences.recall.candidate"} <= fields_that_disagree(
        gate.model_copy(update={"comparison": other})
    )
