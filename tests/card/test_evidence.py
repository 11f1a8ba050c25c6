"""A card is written once, from documents that belong together, and can be rendered again from git alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlops import checksums, documents
from mlops.artifact import EVALUATION, GATE, METRICS, MODEL, TRAINING
from mlops.card import evidence
from mlops.card.evidence import collect, load, publish
from mlops.config import Criterion
from mlops.errors import ConflictError, InputRefusedError, UnavailableError
from mlops.hashing import sha256_bytes
from mlops.ids import ModelId
from mlops.metrics import Counts
from tests import factories

ID = ModelId.parse(factories.DATASET_ID)


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    return tmp_path / "model_cards"


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    return factories.write_artifact(tmp_path / "dist" / factories.DATASET_ID)


def write(artifact: Path, cards: Path, **settings: Any) -> evidence.Published:
    return publish(collect(artifact, factories.manifest(), factories.task_settings(**settings), cards), cards)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change(path: Path, edit: Callable[[Any], None]) -> None:
    """Change a JSON document by hand, as someone who cheats would."""
    value = json.loads(path.read_bytes())
    edit(value)
    path.write_bytes(documents.canonical_json(value))


def test_card_chart_and_evidence_are_written_beside_each_other(artifact: Path, cards: Path) -> None:
    published = write(artifact, cards)
    assert published.status == "written"
    assert sorted(files(cards)) == [
        "er_20251020.md",
        "er_20251020/card.json",
        "er_20251020/checksums.txt",
        "er_20251020/gate.json",
        "er_20251020/manifest.json",
        "er_20251020/metrics.json",
        "er_20251020/precision-recall.svg",
        "er_20251020/training.json",
    ]


def test_writing_it_again_changes_nothing(artifact: Path, cards: Path) -> None:
    write(artifact, cards)
    before = {path: path.stat().st_mtime_ns for path in cards.rglob("*")}
    assert write(artifact, cards).status == "unchanged"
    assert {path: path.stat().st_mtime_ns for path in cards.rglob("*")} == before


def test_new_words_for_the_same_model_are_rendered_again(artifact: Path, cards: Path) -> None:
    write(artifact, cards)
    assert write(artifact, cards, card=factories.card_settings(intended_use="Another use.")).status == "rendered again"
    assert "Another use." in (cards / "er_20251020.md").read_text()


def test_another_model_under_the_same_id_is_a_conflict_that_changes_nothing(artifact: Path, cards: Path) -> None:
    write(artifact, cards)
    before = files(cards)
    other = sha256_bytes(b"another data file")
    second = factories.write_artifact(
        artifact.with_name("second"),
        trained=factories.training(dataset_sha256=other),
        measured=factories.metrics(dataset_sha256=other),
    )
    with pytest.raises(ConflictError, match="er_20251020-2"):
        publish(collect(second, factories.manifest(sha256=other), factories.task_settings(), cards), cards)
    assert files(cards) == before


def test_what_is_committed_renders_to_the_committed_card(artifact: Path, cards: Path) -> None:
    write(artifact, cards)
    assert publish(load(ID, cards), cards).status == "unchanged"


def test_a_version_names_the_one_before_it(artifact: Path, cards: Path) -> None:
    write(artifact, cards)
    second = factories.write_artifact(
        artifact.with_name("second"),
        trained=factories.training(model_id="er_20251020-2"),
        measured=factories.metrics(model_id="er_20251020-2"),
    )
    collected = collect(second, factories.manifest(), factories.task_settings(), cards)
    assert collected.facts.previous is not None
    assert collected.facts.previous.id == "er_20251020"
    assert "Both were made from the same dataset." in publish(collected, cards).path.read_text()


def test_a_model_that_failed_gets_a_card_too(tmp_path: Path, cards: Path) -> None:
    weak = factories.metrics(Counts(tp=850, fp=150, fn=170, tn=830))
    path = write(factories.write_artifact(tmp_path / "weak", measured=weak), cards).path
    assert "Verdict: fail. This model did not pass the gate" in path.read_text()


def test_an_empty_text_in_the_settings_is_refused_before_anything_is_written(artifact: Path, cards: Path) -> None:
    with pytest.raises(InputRefusedError, match="Out of scope"):
        write(artifact, cards, card=factories.card_settings(out_of_scope=" \n"))
    assert not cards.exists()


def test_a_folder_that_cannot_be_written_leaves_the_old_card(artifact: Path, cards: Path) -> None:
    cards.write_text("a file where the folder should be")
    with pytest.raises(UnavailableError):
        write(artifact, cards)
    assert cards.read_text() == "a file where the folder should be"


@pytest.mark.parametrize(
    ("file", "edit", "field"),
    [
        (GATE, lambda gate: gate.update(verdict="fail"), "verdict"),
        (GATE, lambda gate: gate["criteria"][0].update(value=0.999), "criteria.precision.value"),
        (GATE, lambda gate: gate["criteria"][0].update(lower=0.99), "criteria.precision.lower"),
        (GATE, lambda gate: gate["criteria"][1].update(n=1_000_000), "criteria.recall.n"),
        (GATE, lambda gate: gate["criteria"][0].update(threshold=0.5), "criteria.precision.threshold"),
        (GATE, lambda gate: gate["criteria"][0].update(verdict="fail"), "criteria.precision.verdict"),
        (GATE, lambda gate: gate["criteria"].pop(0), "criteria"),
        (GATE, lambda gate: gate["policy"]["criteria"]["f1"].update(min=0.1), "bindings.policy_sha256"),
        (GATE, lambda gate: gate["bindings"].update(model_sha256="0" * 64), "bindings.model_sha256"),
        (GATE, lambda gate: gate["bindings"].update(artifact_sha256="0" * 64), "bindings.artifact_sha256"),
        (GATE, lambda gate: gate["bindings"].update(evaluation_sha256="0" * 64), "bindings.evaluation_sha256"),
        (GATE, lambda gate: gate["bindings"].update(dataset_sha256="0" * 64), "bindings.dataset_sha256"),
        (GATE, lambda gate: gate.update(model_id="er_20251020-2"), "model_id"),
        (GATE, lambda gate: gate.update(task="claims"), "task"),
        (METRICS, lambda metrics: metrics["metrics"]["f1"].update(value=0.999), "sha256"),
        (TRAINING, lambda training: training.update(seed=7), "sha256"),
    ],
)
def test_a_number_changed_by_hand_is_refused(
    artifact: Path, cards: Path, file: str, edit: Callable[[Any], None], field: str
) -> None:
    write(artifact, cards)
    change(cards / str(ID) / file, edit)
    with pytest.raises(InputRefusedError) as refused:
        load(ID, cards)
    assert refused.value.field == field
    assert refused.value.file.endswith(file)


def test_metrics_changed_together_with_their_checksum_are_refused_by_the_verdict(artifact: Path, cards: Path) -> None:
    change(artifact / METRICS, lambda metrics: metrics["metrics"]["precision"].update(value=0.999))
    checksums.write(artifact, (EVALUATION, METRICS, MODEL, TRAINING))
    with pytest.raises(InputRefusedError, match=r"bindings\.artifact_sha256"):
        write(artifact, cards)
    listing = sha256_bytes((artifact / "checksums.txt").read_bytes())
    change(artifact / GATE, lambda gate: gate["bindings"].update(artifact_sha256=listing))
    with pytest.raises(InputRefusedError, match=r"criteria\.precision\.value"):
        write(artifact, cards)
    assert not cards.exists()


def test_bounds_that_another_numpy_drew_a_little_otherwise_are_accepted(artifact: Path, cards: Path) -> None:
    change(artifact / GATE, lambda gate: gate["criteria"][0].update(lower=gate["criteria"][0]["lower"] + 0.002))
    assert write(artifact, cards).status == "written"


def test_thresholds_that_an_option_tightened_are_accepted(artifact: Path, cards: Path) -> None:
    def tighten(gate: Any) -> None:
        gate["criteria"][0].update(threshold=0.95)

    change(artifact / GATE, tighten)
    assert "lower bound at least 95 % (policy: 92 %)" in write(artifact, cards).path.read_text()


def test_the_manifest_of_another_dataset_is_refused(artifact: Path, cards: Path) -> None:
    other = factories.manifest(sha256=sha256_bytes(b"other"))
    with pytest.raises(InputRefusedError, match="dataset_sha256"):
        collect(artifact, other, factories.task_settings(), cards)


def test_an_artifact_that_was_not_judged_is_refused(artifact: Path, cards: Path) -> None:
    (artifact / GATE).unlink()
    with pytest.raises(InputRefusedError, match=r"gate\.json"):
        write(artifact, cards)


def test_a_policy_with_a_maximum_and_a_warning_is_decided_again_alike(tmp_path: Path, cards: Path) -> None:
    rules = factories.policy(
        criteria={"precision": Criterion(min=0.9), "recall": Criterion(max=0.99, action="warn", decide_on="point")}
    )
    artifact = factories.write_artifact(tmp_path / "other", rules=rules)
    assert "value at most 99 %" in write(artifact, cards).path.read_text()
