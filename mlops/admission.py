"""May a judged artifact be deployed? Everything that its verdict is bound to is computed again and must be equal.

The documents are held against each other as for a card (:mod:`mlops.card.agreement`): every hash, every id, and the
verdict itself, which must follow from the numbers that the gate compared. Here stands what a deploy asks beyond that.
"""

from dataclasses import dataclass
from pathlib import Path

from mlops import documents
from mlops import manifest as manifests
from mlops.artifact import CHECKSUMS, GATE, TRAINING, Training
from mlops.card import evidence
from mlops.card.evidence import Evidence
from mlops.config import FILE_NAME, Policy, Settings, policy_sha256
from mlops.environments import PATH, Environments
from mlops.errors import InputRefusedError, MlopsError, UsageRefusedError
from mlops.gate import Verdict
from mlops.hashing import sha256_bytes
from mlops.ids import DatasetId, ModelId
from mlops.policy import ratchet
from mlops.registry import FOLDER as CARDS

_SHOWN = 5
_TRAIN_AGAIN = "Commit what belongs to the code, then train and judge again: the version must be found by its commit."


@dataclass(frozen=True)
class Expected:
    """What the caller was told of the artifact, best by the job that judged it; None where nothing was told.

    Attributes:
        artifact_sha256: Hash of ``checksums.txt``.
        gate_sha256: Hash of the bytes of ``gate.json``.
        dataset_sha256: Hash of the data.
    """

    artifact_sha256: str | None = None
    gate_sha256: str | None = None
    dataset_sha256: str | None = None


@dataclass(frozen=True)
class Admission:
    """What was found; the artifact may be deployed if the verdict is ``pass``."""

    verdict: Verdict
    reason: str
    model_id: str
    dataset_id: str
    dataset_sha256: str
    model_sha256: str
    artifact_sha256: str
    gate_sha256: str


def read(artifact: Path, root: Path, settings: Settings) -> Evidence:
    """Read a judged artifact, hash every file of it, and hold its documents against each other and the pin.

    Args:
        artifact: The folder, with the gate's ``gate.json``.
        root: The repository, whose manifest pins the data.
        settings: Its settings.

    Raises:
        InputRefusedError: A file is absent or not what its checksum says, the documents do not belong together, the
            verdict does not follow from them, or the data is not what the repository pins.
        UsageRefusedError: The task is not declared.
    """
    training = documents.read(artifact / TRAINING, Training)
    pinned = manifests.load(_manifest(artifact, root, training))
    return evidence.collect(artifact, pinned, settings.task(training.task), root / CARDS)


def supply_verdict(artifact: Path, root: Path) -> None:
    """Put the committed verdict into an artifact that has none, as training left it; whoever reads it holds it to it.

    Raises:
        InputRefusedError: The artifact's record is no document, or there is no verdict in the repository either.
        UnavailableError: The folder cannot be written.
    """
    path = artifact / GATE
    if path.is_symlink() or path.exists():
        return
    model = ModelId.parse(documents.read(artifact / TRAINING, Training).model_id)
    documents.write_bytes(path, documents.read_bytes(root / CARDS / str(model) / GATE))


def admit(judged: Evidence, in_force: Policy, expected: Expected) -> Admission:
    """Return what may be deployed, or the verdict that forbids it.

    Args:
        judged: What :func:`read` found.
        in_force: The policy of the task as the repository declares it now.
        expected: What the caller was told.

    Raises:
        InputRefusedError: These are other bytes than the caller was told of, the code was not committed, or the policy
            that judged asks for less than the one in force.
    """
    facts, gate = judged.facts, judged.facts.gate
    found = Admission(
        verdict=gate.verdict,
        reason=gate.reason,
        model_id=facts.training.model_id,
        dataset_id=facts.training.dataset_id,
        dataset_sha256=facts.manifest.sha256,
        model_sha256=facts.training.model_sha256,
        artifact_sha256=sha256_bytes(judged.files[CHECKSUMS]),
        gate_sha256=sha256_bytes(judged.files[GATE]),
    )
    _refuse_other_bytes(found, expected)
    _refuse_code(judged)
    _refuse_looser(gate.policy, in_force)
    return found


def refuse_undeclared(environment: str, declared: Environments) -> None:
    """Refuse an environment that ``environments.json`` does not declare; raises UsageRefusedError."""
    if environment not in declared.environments:
        raise UsageRefusedError(
            "This environment is not declared.",
            file=PATH.as_posix(),
            field=f"environments.{environment}",
            expected=" or ".join(sorted(declared.environments)) or "an environment, and none is declared",
            found=environment,
            fix=f'Correct the name, or declare the environment without a model: "{environment}": {{}}.',
        )


def _manifest(artifact: Path, root: Path, training: Training) -> Path:
    """Return the manifest of the artifact's dataset, which its model must be named after."""
    try:
        dataset, model = DatasetId.parse(training.dataset_id), ModelId.parse(training.model_id)
    except MlopsError as error:
        raise _refused(artifact / TRAINING, error.field, error.expected, error.found) from None
    if model.dataset != dataset:
        raise _refused(artifact / TRAINING, "model_id", f"{dataset}, or {dataset}-2 and so on", str(model))
    path = root / manifests.path_of(dataset)
    if path.is_symlink() or path.exists():
        return path
    raise InputRefusedError(
        "The artifact's dataset is not pinned in this repository.",
        file=path,
        expected=f"the manifest of {dataset}",
        found="nothing",
        fix="Deploy from the branch on which the dataset is pinned.",
    )


def _refuse_other_bytes(found: Admission, expected: Expected) -> None:
    for field, wanted, file in (
        ("artifact_sha256", expected.artifact_sha256, CHECKSUMS),
        ("gate_sha256", expected.gate_sha256, GATE),
        ("dataset_sha256", expected.dataset_sha256, TRAINING),
    ):
        if wanted is not None and wanted != getattr(found, field):
            raise InputRefusedError(
                "This is another artifact than the one that was judged for this deploy.",
                file=file,
                field=field,
                expected=wanted,
                found=getattr(found, field),
                why="Another job uploaded other bytes under the same name, or the hash belongs to another run.",
                fix="Take the artifact and the hashes from one run of the gate; never deploy what only has the name.",
            )


def _refuse_code(judged: Evidence) -> None:
    bound, code = judged.facts.gate.bindings, judged.facts.training.code
    if bound.code_commit != code.commit or bound.code_dirty != code.dirty:
        wanted, said = (
            f"{commit}, {'dirty' if dirty else 'clean'}"
            for commit, dirty in ((code.commit, code.dirty), (bound.code_commit, bound.code_dirty))
        )
        raise _refused(GATE, "bindings.code_commit", wanted, said)
    if code.dirty:
        raise InputRefusedError(
            "The model was trained with code that was not committed.",
            file=TRAINING,
            field="code.dirty",
            expected="false",
            found=f"true, at commit {code.commit}",
            fix=_TRAIN_AGAIN,
        )


def _refuse_looser(judged: Policy, in_force: Policy) -> None:
    """Refuse a verdict by a policy that asks for less than the one in force; one that asks for more is welcome."""
    _, loosened = ratchet(in_force, judged)
    if not loosened:
        return
    told = [f"{field.field}: {field.base} in force, {field.head} judged" for field in loosened]
    more = [f"and {len(told) - _SHOWN} more"] if len(told) > _SHOWN else []
    raise InputRefusedError(
        "The policy that judged this artifact asks for less than the one in force.",
        file=FILE_NAME,
        field=loosened[0].field,
        expected=f"at least as strict as {policy_sha256(in_force)}, the policy of {FILE_NAME}",
        found=f"{policy_sha256(judged)}: {'; '.join([*told[:_SHOWN], *more])}",
        why="The policy was tightened after the artifact was judged.",
        fix="Judge the artifact again: `mlops gate ARTIFACT`.",
    )


def _refused(file: object, field: str, expected: str, found: str) -> InputRefusedError:
    return InputRefusedError(
        "The documents of this artifact do not belong together.",
        file=file,
        field=field,
        expected=expected,
        found=found,
        why="They come from different runs, or one was changed by hand.",
        fix="Train and judge again; do not edit the files of an artifact.",
    )
