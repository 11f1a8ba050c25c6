"""The card's seeds: side by side with their spread, and nothing where there is one seed."""

from pathlib import Path
from typing import Any

import pytest

from mlops import checksums, documents
from mlops.artifact import EVALUATION, GATE, METRICS, MODEL, TRAINING, RepeatedTraining, seed_evaluation
from mlops.card.evidence import collect
from mlops.card.facts import CardFacts
from mlops.card.page import render
from mlops.card.seeds import seed_table
from mlops.errors import InputRefusedError
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.metrics import Counts, Metrics
from tests import factories
from tests.factories import COUNTS, card_facts, gate_report, metrics, policy
from tests.gate.test_seeding import repeat

POOR = Counts(tp=700, fp=300, fn=320, tn=680)


def judged(*others: Counts, seeds: int) -> tuple[Metrics, GateReport]:
    measured = metrics(repeats=tuple(repeat(43 + i, counts) for i, counts in enumerate(others)))
    return measured, gate_report(measured, rules=policy(seeds=seeds))


def facts_of(*others: Counts, seeds: int) -> CardFacts:
    measured, gate = judged(*others, seeds=seeds)
    return card_facts(metrics=measured, gate=gate, training=factories.training(seed=42))


def test_one_seed_has_no_table() -> None:
    assert seed_table(*judged(seeds=1), seed=42) is None
    assert "other seeds" not in render(facts_of(seeds=1))


def test_the_seeds_stand_side_by_side() -> None:
    text = render(facts_of(COUNTS, POOR, seeds=3))
    assert "| Seed | Precision | Recall | F1 | Verdict |" in text
    assert "| 42, this model | 97.6 % | 95.7 % | 96.6 % |  |" in text
    assert "| 44 | 70.0 % | 68.6 % | 69.3 % | fail |" in text
    assert "| Spread | 27.60 points | 27.06 points | 27.33 points |  |" in text
    assert "- Seed 44, fail: precision:" in text


def test_missing_seeds_are_told() -> None:
    assert "- Seeds, inconclusive: The policy asks for models of 2 seeds, and 1 is there." in render(facts_of(seeds=2))


def test_a_metric_that_one_seed_lacks_has_no_spread() -> None:
    measured, gate = judged(COUNTS, seeds=2)
    result = gate.seeds[0].model_copy(update={"values": {"precision": None, "recall": 0.5}})
    table = seed_table(measured, gate.model_copy(update={"seeds": (result,)}), seed=42)
    assert table is not None
    assert [cell == "not defined" for cell in table.rows[-1].cells] == [True, False, True]


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    """Return a judged artifact with the rows of one further seed."""
    measured, rules = judged(COUNTS, seeds=2)[0], policy(seeds=2)
    folder = factories.write_artifact(tmp_path / "dist" / factories.DATASET_ID, measured=measured, rules=rules)
    made = RepeatedTraining(seed=43, trained_rows=7_600, threshold=0.4, architecture="none")
    documents.write(folder / TRAINING, factories.training(seed=42, repeats=(made,)))
    (folder / seed_evaluation(43)).write_bytes(b"43")  # what the hash in the measurement is of
    seal(folder)
    return folder


def seal(folder: Path) -> None:
    """Hash the files again and bind the verdict to them, as someone who cheats would."""
    listing = checksums.write(folder, (MODEL, EVALUATION, TRAINING, METRICS, seed_evaluation(43)))
    report = documents.read(folder / GATE, GateReport)
    bound = report.bindings.model_copy(update={"artifact_sha256": sha256_bytes(listing)})
    documents.write(folder / GATE, report.model_copy(update={"bindings": bound}))


def gather(artifact: Path) -> CardFacts:
    return collect(
        artifact, factories.manifest(), factories.task_settings(policy=policy(seeds=2)), artifact / "cards"
    ).facts


def test_a_card_of_two_seeds_is_gathered_and_shows_them(artifact: Path) -> None:
    assert "| 43 | 97.6 % | 95.7 % | 96.6 % | pass |" in render(gather(artifact))


def test_the_rows_of_a_seed_are_bound_by_the_checksums(artifact: Path) -> None:
    (artifact / seed_evaluation(43)).write_bytes(b"other rows")
    seal(artifact)
    with pytest.raises(InputRefusedError) as caught:
        gather(artifact)
    assert caught.value.field == "repeats.43.evaluation_sha256"


def test_a_threshold_of_a_seed_that_training_did_not_choose_is_refused(artifact: Path) -> None:
    measured = documents.read(artifact / METRICS, Metrics)
    moved = measured.repeats[0].model_copy(update={"threshold": 0.3})
    documents.write(artifact / METRICS, measured.model_copy(update={"repeats": (moved,)}))
    seal(artifact)
    with pytest.raises(InputRefusedError) as caught:
        gather(artifact)
    assert caught.value.field == "repeats"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"verdict": "fail"}, "seeds"),
        ({"seed": 44}, "seeds"),
        ({"values": {"precision": 0.99, "recall": 0.99, "f1": 0.99}}, "seeds.43.values.f1"),
        ({"values": {}}, "seeds.43.values"),
        (None, "seeds"),
    ],
)
def test_what_the_verdict_says_of_a_seed_follows_from_its_measurement(
    artifact: Path, change: dict[str, Any] | None, field: str
) -> None:
    report = documents.read(artifact / GATE, GateReport)
    seeds = () if change is None else (report.seeds[0].model_copy(update=change),)
    documents.write(artifact / GATE, report.model_copy(update={"seeds": seeds}))
    with pytest.raises(InputRefusedError) as caught:
        gather(artifact)
    assert caught.value.field == field
