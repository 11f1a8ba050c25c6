"""Whether a judged artifact may be deployed: the verdict, and everything that it is bound to."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlops import admission, checksums, documents
from mlops.admission import Admission, Expected, admit, refuse_undeclared
from mlops.artifact import CHECKSUMS, EVALUATION, GATE, METRICS, MODEL, TRAINING
from mlops.config import Change, Criterion, Policy, Settings
from mlops.documents import canonical_json
from mlops.environments import Environments
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.hashing import sha256_bytes
from mlops.metrics import Counts
from mlops.provenance import CodeVersion
from tests import factories

ID = factories.DATASET_ID


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a repository that pins the dataset of the factories."""
    documents.write(tmp_path / "data_manifests" / f"{ID}.json", factories.manifest())
    return tmp_path


@pytest.fixture
def artifact(root: Path) -> Path:
    return factories.write_artifact(root / "artifact")


def tried(artifact: Path, *, policy: Policy | None = None, **expected: str) -> Admission:
    settings = Settings(schema_version=1, tasks={"er": factories.task_settings()})
    judged = admission.read(artifact, artifact.parent, settings)
    return admit(judged, policy or factories.policy(), Expected(**expected))


def change(path: Path, edit: Callable[[Any], object]) -> None:
    """Change a JSON document by hand, as someone who cheats would."""
    value = json.loads(path.read_bytes())
    edit(value)
    path.write_bytes(canonical_json(value))


def test_a_pass_whose_hashes_hold_is_admitted_and_named(artifact: Path) -> None:
    assert tried(artifact) == Admission(
        verdict="pass",
        reason=tried(artifact).reason,
        model_id=ID,
        dataset_id=ID,
        dataset_sha256=factories.DATA_SHA256,
        model_sha256=sha256_bytes(factories.MODEL_BYTES),
        artifact_sha256=sha256_bytes((artifact / CHECKSUMS).read_bytes()),
        gate_sha256=sha256_bytes((artifact / GATE).read_bytes()),
    )


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [(Counts(tp=800, fp=200, fn=40, tn=960), "fail"), (Counts(tp=100, fp=5, fn=5, tn=100), "inconclusive")],
)
def test_another_verdict_is_found_and_is_no_pass(root: Path, counts: Counts, verdict: str) -> None:
    artifact = factories.write_artifact(root / "artifact", measured=factories.metrics(counts))
    assert tried(artifact).verdict == verdict


def test_all_hashes_that_were_told_must_hold(artifact: Path) -> None:
    found = tried(artifact)
    told = {name: getattr(found, name) for name in ("artifact_sha256", "gate_sha256", "dataset_sha256")}
    assert tried(artifact, **told) == found
    for name, digest in told.items():
        with pytest.raises(InputRefusedError) as refusal:
            tried(artifact, **(told | {name: "0" * 64}))
        assert (refusal.value.field, refusal.value.expected, refusal.value.found) == (name, "0" * 64, digest)


@pytest.mark.parametrize("name", [MODEL, EVALUATION, TRAINING, METRICS, CHECKSUMS])
def test_a_changed_file_is_refused(artifact: Path, name: str) -> None:
    path = artifact / name
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(InputRefusedError):
        tried(artifact)


@pytest.mark.parametrize("name", [MODEL, EVALUATION])
def test_a_changed_file_with_a_new_checksum_is_refused(artifact: Path, name: str) -> None:
    (artifact / name).write_bytes(b"other")
    checksums.write(artifact, (EVALUATION, METRICS, MODEL, TRAINING))
    with pytest.raises(InputRefusedError, match="do not belong together"):
        tried(artifact)


@pytest.mark.parametrize("name", [MODEL, EVALUATION, TRAINING, METRICS, CHECKSUMS, GATE])
def test_an_absent_file_is_refused(artifact: Path, name: str) -> None:
    (artifact / name).unlink()
    with pytest.raises(InputRefusedError, match=name):
        tried(artifact)


BINDINGS = ("dataset_sha256", "model_sha256", "artifact_sha256", "evaluation_sha256", "policy_sha256")


@pytest.mark.parametrize("name", BINDINGS)
def test_each_binding_is_computed_again(artifact: Path, name: str) -> None:
    change(artifact / GATE, lambda gate: gate["bindings"].update({name: "0" * 64}))
    with pytest.raises(InputRefusedError) as refusal:
        tried(artifact)
    assert name in refusal.value.letter()


def test_the_pin_of_the_working_tree_holds(artifact: Path, root: Path) -> None:
    path = root / "data_manifests" / f"{ID}.json"
    documents.write(path, factories.manifest(sha256=sha256_bytes(b"other")))
    with pytest.raises(InputRefusedError, match="do not belong together"):
        tried(artifact)
    path.unlink()
    with pytest.raises(InputRefusedError, match="not pinned in this repository"):
        tried(artifact)


def as_if_it_passed(gate: Any) -> None:
    gate["verdict"] = "pass"


def without_blocking(gate: Any) -> None:
    as_if_it_passed(gate)
    for criterion in gate["criteria"]:
        criterion["blocking"] = criterion["verdict"] == "pass"


def with_better_numbers(gate: Any) -> None:
    as_if_it_passed(gate)
    for criterion in gate["criteria"]:
        criterion.update(value=0.99, lower=0.98, upper=1.0, verdict="pass")


def with_lower_thresholds(gate: Any) -> None:
    as_if_it_passed(gate)
    for criterion in gate["criteria"]:
        criterion.update(threshold=0.1, policy_threshold=0.1, verdict="pass")


def without_criteria(gate: Any) -> None:
    as_if_it_passed(gate)
    gate["criteria"] = [criterion for criterion in gate["criteria"] if criterion["verdict"] == "pass"]


def with_another_policy(gate: Any) -> None:
    with_lower_thresholds(gate)
    for criterion in gate["policy"]["criteria"].values():
        criterion["min"] = 0.1
    gate["bindings"]["policy_sha256"] = sha256_bytes(canonical_json(gate["policy"]))


@pytest.mark.parametrize(
    "cheat",
    [
        as_if_it_passed,
        without_blocking,
        with_better_numbers,
        with_lower_thresholds,
        without_criteria,
        with_another_policy,
    ],
)
@pytest.mark.parametrize("counts", [Counts(tp=800, fp=200, fn=40, tn=960), Counts(tp=100, fp=5, fn=5, tn=100)])
def test_a_pass_that_does_not_follow_is_refused(root: Path, cheat: Callable[[Any], None], counts: Counts) -> None:
    artifact = factories.write_artifact(root / "artifact", measured=factories.metrics(counts))
    assert tried(artifact).verdict != "pass"
    change(artifact / GATE, cheat)
    with pytest.raises(InputRefusedError):
        tried(artifact)


SLICED = Criterion.model_validate({"min": 0.92, "slices": {"script": {"min": 0.9}}})
COMPARED = Criterion(min=0.92, change=Change(max_drop=0.02))


def compared_with_nothing(gate: Any) -> None:
    as_if_it_passed(gate)
    gate["first_version"] = False


@pytest.mark.parametrize(
    ("rules", "cheat"),
    [
        (factories.policy(criteria={"precision": SLICED}), as_if_it_passed),
        (factories.policy(seeds=3), as_if_it_passed),
        (factories.policy(criteria={"precision": COMPARED}), compared_with_nothing),
    ],
)
def test_a_slice_a_seed_and_a_comparison_block_like_a_criterion(
    root: Path, rules: Policy, cheat: Callable[[Any], None]
) -> None:
    artifact = factories.write_artifact(root / "artifact", rules=rules)
    change(artifact / GATE, cheat)
    with pytest.raises(InputRefusedError) as refusal:
        tried(artifact, policy=rules)
    assert refusal.value.file.endswith(GATE)


@pytest.mark.parametrize(
    ("field", "value"),
    [("model_id", "er_20251020-2"), ("model_id", "er_20250101"), ("dataset_id", "er_20250101"), ("task", "claims")],
)
def test_ids_must_agree(root: Path, field: str, value: str) -> None:
    artifact = factories.write_artifact(root / "artifact", trained=factories.training(**{field: value}))
    with pytest.raises((InputRefusedError, UsageRefusedError)):
        tried(artifact)


@pytest.mark.parametrize("text", ["../x", "er_2025", "ER_20251020", "con_20251020", "er_20251020-2"])
def test_a_dataset_id_that_is_none_is_refused(root: Path, text: str) -> None:
    artifact = factories.write_artifact(root / "artifact", trained=factories.training(dataset_id=text))
    with pytest.raises(InputRefusedError):
        tried(artifact)


def test_a_further_model_of_the_same_data_is_admitted(root: Path) -> None:
    second = f"{ID}-2"
    trained, measured = factories.training(model_id=second), factories.metrics(model_id=second)
    artifact = factories.write_artifact(root / "artifact", trained=trained, measured=measured)
    assert tried(artifact).model_id == second


def test_code_that_was_not_committed_is_refused_with_what_to_do(root: Path) -> None:
    dirty = factories.training(code=CodeVersion(commit="a" * 40, dirty=True))
    artifact = factories.write_artifact(root / "artifact", trained=dirty)
    with pytest.raises(InputRefusedError, match="not committed") as refusal:
        tried(artifact)
    assert "Commit" in refusal.value.fix
    change(artifact / GATE, lambda gate: gate["bindings"].update(code_dirty=False))
    with pytest.raises(InputRefusedError, match="code_commit"):
        tried(artifact)


def test_a_policy_that_was_tightened_since_is_refused_with_both(artifact: Path) -> None:
    criteria = {"precision": Criterion(min=0.95), "recall": Criterion(min=0.88), "f1": Criterion(min=0.90)}
    with pytest.raises(InputRefusedError, match="asks for less") as refusal:
        tried(artifact, policy=factories.policy(criteria=criteria))
    assert "criteria.precision.min: 0.95 in force, 0.92 judged" in refusal.value.found
    assert refusal.value.field == "criteria.precision.min"


def test_a_policy_that_was_loosened_since_admits(artifact: Path) -> None:
    criteria = {"precision": Criterion(min=0.90), "recall": Criterion(min=0.88)}
    assert tried(artifact, policy=factories.policy(criteria=criteria)).verdict == "pass"


def test_an_environment_must_be_declared() -> None:
    declared = Environments(environments={"production": {}})
    refuse_undeclared("production", declared)
    for environments, expected in ((declared, "production"), (Environments(environments={}), "none is declared")):
        with pytest.raises(UsageRefusedError, match="staging") as refusal:
            refuse_undeclared("staging", environments)
        assert expected in refusal.value.expected
