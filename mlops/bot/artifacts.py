"""Find the artifact of a training run across runs, download it, and believe nothing but its hashes."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from mlops import checksums, documents, registry
from mlops.artifact import CHECKSUMS, EVALUATION, METRICS, MODEL, TRAINING, Training
from mlops.bot.reading import Reader
from mlops.bot.sources import Wanted, sources
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.hashing import sha256_bytes
from mlops.ids import DatasetId, ModelId, artifact_name
from mlops.registry import Record

_REQUIRED = (MODEL, EVALUATION, TRAINING, METRICS)


class AnotherArtifactError(InputRefusedError):
    """An artifact holds, and is not the one that is wanted."""


class NoArtifactError(InputRefusedError):
    """There is none that fits, or none any more."""


class Found(NamedTuple):
    """An artifact that was found and verified.

    Attributes:
        training: Its record.
        artifact_sha256: Hash of its ``checksums.txt``.
        run_id: Of the run that made it; empty for a release.
        run_url: The page of that run, or of the release.
    """

    training: Training
    artifact_sha256: str
    run_id: str
    run_url: str


def names_for(dataset: DatasetId, cards: Iterable[ModelId]) -> tuple[str, ...]:
    """Return under which names artifacts of models on ``dataset`` are kept: the next model's, back to the first's."""
    taken = [card.number for card in cards if card.dataset == dataset]
    return tuple(artifact_name(ModelId(dataset, number)) for number in range(max(taken, default=0) + 1, 0, -1))


def wanted_for_model(model_id: ModelId, record: Record | None, given: Wanted) -> Wanted:
    """Return what is looked for when a model is named; its committed card says which bytes it is."""
    return Wanted(
        names=(artifact_name(model_id),),
        dataset_sha256=given.dataset_sha256 or (record.dataset.sha256 if record else None),
        model_id=model_id,
        artifact_sha256=record.artifact_sha256 if record else None,
        workflow=given.workflow,
        branch=given.branch,
        run_id=given.run_id,
    )


def card_of(model_id: ModelId, root: Path) -> Record | None:
    """Return the record of a committed card; None without one."""
    path = registry.path_of(model_id, root / registry.FOLDER)
    return registry.read_record(path) if path.is_symlink() or path.exists() else None


def obtain(hub: Reader, wanted: Wanted, out: Path, admit: Callable[[Path], None] | None = None) -> Found:
    """Put the artifact that is wanted into the folder ``out``, which must not exist or be empty.

    A model is looked for among the releases first, which do not expire. Among artifacts the newest that fits wins;
    several datasets may share a name, so what is inside decides. One that does not hold ends the search: the next would
    be an older model than the one that somebody means.

    Args:
        hub: Where to look.
        wanted: What to look for.
        out: Where to put it.
        admit: Raises for what is wanted and holds, and must not be let in all the same; it ends the search, too.

    Raises:
        InputRefusedError: There is none that fits, or one that may be it does not hold.
    """
    refuse_occupied(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    passed_over: list[str] = []
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".artifact-") as scratch:
        for number, source in enumerate(sources(hub, wanted)):
            folder = Path(scratch, str(number))
            try:
                source.fetch(folder)
                training, artifact_sha256 = _verified(folder, wanted)
            except (AnotherArtifactError, UsageRefusedError) as error:  # not what is wanted, or gone meanwhile
                passed_over.append(f"{source.url}: {error.what} {error.found}".strip())
                continue
            if admit is not None:
                admit(folder)
            if out.exists():
                out.rmdir()
            folder.rename(out)
            return Found(training, artifact_sha256, source.run_id, source.url)
    raise _none(wanted, passed_over)


def matching(hub: Reader, wanted: Wanted, limit: int) -> list[Found]:
    """Return the newest artifacts that fit, at most ``limit``; what does not fit, or does not hold, is passed over.

    Only what is inside decides, so each is downloaded; nothing is kept.
    """
    found: list[Found] = []
    with tempfile.TemporaryDirectory(prefix="mlops-artifacts-") as scratch:
        for number, source in enumerate(sources(hub, wanted)):
            if len(found) == limit:
                break
            folder = Path(scratch, str(number))
            with contextlib.suppress(InputRefusedError, UsageRefusedError):
                source.fetch(folder)
                found.append(Found(*_verified(folder, wanted), source.run_id, source.url))
            shutil.rmtree(folder, ignore_errors=True)
    return found


def _verified(folder: Path, wanted: Wanted) -> tuple[Training, str]:
    """Return the training record and the hash of ``checksums.txt``; refuse an artifact that is not what is wanted."""
    listing = documents.read_bytes(folder / CHECKSUMS)
    listed = checksums.verify(folder, required=_REQUIRED, listing=listing)
    training = documents.loads(checksums.read_verified(folder, TRAINING, listed), Training, file=TRAINING)
    artifact_sha256 = sha256_bytes(listing)
    if training.model_sha256 != listed[MODEL]:
        raise InputRefusedError(
            "The record of the training names another model file than the one beside it.", file=TRAINING,
            field="model_sha256", expected=listed[MODEL], found=training.model_sha256, fix="Train again.",
        )  # fmt: skip
    checks = (
        ("model_id", str(wanted.model_id) if wanted.model_id else None, training.model_id),
        ("dataset_sha256", wanted.dataset_sha256, training.dataset_sha256),
        ("artifact_sha256", wanted.artifact_sha256, artifact_sha256),
    )
    for field, expected, found in checks:
        if expected is not None and expected != found:
            raise AnotherArtifactError(
                "The artifact is another than the one that is wanted.", field=field, expected=expected,
                found=f"{field} {found}", fix="Name its run, or train again.",
            )  # fmt: skip
    return training, artifact_sha256


def refuse_occupied(out: Path) -> None:
    """Refuse a folder that holds anything: nobody could tell what was put there; raises InputRefusedError."""
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise InputRefusedError(
            "The folder for the artifact is not empty.", file=out, field="--out", expected="a new or empty folder",
            found="files that would be mixed with it", fix="Name another folder, or remove this one.",
        )  # fmt: skip


def _none(wanted: Wanted, passed_over: list[str]) -> NoArtifactError:
    runs = f"run {wanted.run_id}" if wanted.run_id else f"a run of {wanted.workflow} on {wanted.branch}"
    what = wanted.model_id or wanted.names[-1]
    dataset = f" -f dataset_hash={wanted.dataset_sha256}" if wanted.dataset_sha256 else ""
    return NoArtifactError(
        f"There is no artifact of {what} that fits.",
        field="artifact",
        expected=f"{' or '.join(wanted.names)} of {runs}, not expired",
        found="; ".join(passed_over)[:1_000] or "none",
        why="Artifacts expire after 90 days, or sooner where the repository says so; releases do not.",
        fix=f"Train first: gh workflow run {wanted.workflow}{dataset}",
    )
