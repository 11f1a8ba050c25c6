"""A card's evidence: the documents beside it, from which anyone with the repository can render it again.

``model_cards/<id>/`` holds ``training.json``, ``metrics.json`` and ``checksums.txt`` byte for byte as the artifact has
them, ``gate.json``, the dataset's manifest, ``card.json`` and the chart; for a certified model the documents of gates 1
to 4 as well, each by its hash in ``card.json``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mlops import checksums, documents, environments, registry
from mlops.artifact import CHECKSUMS, EVALUATION, GATE, METRICS, MODEL, TRAINING, Training
from mlops.card import certificate
from mlops.card.agreement import refuse_disagreement
from mlops.card.certificate import Submitted
from mlops.card.chart import precision_recall_svg
from mlops.card.facts import CHART, MANIFEST, NOTES, CardFacts, CardNotes
from mlops.card.page import render
from mlops.card.structure import refuse_empty_sections
from mlops.config import TaskSettings
from mlops.errors import ConflictError
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.ids import ModelId
from mlops.manifest import Manifest
from mlops.metrics import Metrics

Status = Literal["written", "unchanged", "rendered again"]


@dataclass(frozen=True)
class Evidence:
    """The facts of a card and the bytes of the files that keep them, by name."""

    facts: CardFacts
    files: dict[str, bytes]


@dataclass(frozen=True)
class Published:
    """Where a card stands and what was done."""

    path: Path
    status: Status


def collect(
    artifact: Path,
    manifest: Manifest,
    settings: TaskSettings,
    folder: Path = registry.FOLDER,
    certified: Submitted | None = None,
) -> Evidence:
    """Gather a card's evidence from an artifact that was judged.

    Args:
        artifact: The folder that training left, with the gate's ``gate.json``.
        manifest: Of the dataset that the model was trained on.
        settings: Of the task: its description and the card's free text.
        folder: Where the cards stand; the previous version is looked up there.
        certified: The documents of gates 1 to 4; None for a model that is not to be certified.

    Raises:
        InputRefusedError: A file is absent, is not what its checksum says, or the documents do not belong together.
    """
    listing = documents.read_bytes(artifact / CHECKSUMS)
    listed = checksums.verify(artifact, listing=listing, required=(MODEL, EVALUATION, TRAINING, METRICS))
    training_bytes = checksums.read_verified(artifact, TRAINING, listed)
    training = documents.loads(training_bytes, Training, file=artifact / TRAINING)
    previous = registry.previous(folder, ModelId.parse(training.model_id))
    notes = CardNotes(
        model_id=training.model_id,
        task=training.task,
        description=settings.description,
        card=settings.card,
        previous=previous.id if previous else None,
        artifact_sha256=sha256_bytes(listing),
        certification=certified.standing if certified else None,
    )
    files = {
        CHECKSUMS: listing,
        TRAINING: training_bytes,
        METRICS: checksums.read_verified(artifact, METRICS, listed),
        GATE: documents.read_bytes(artifact / GATE),
        MANIFEST: documents.dumps(manifest),
        NOTES: documents.dumps(notes),
        **(certified.files if certified else {}),
    }
    facts = _parse(files, artifact, folder)
    refuse_disagreement(facts, files, artifact)
    return with_chart(facts, files)


def load(model_id: ModelId, folder: Path = registry.FOLDER) -> Evidence:
    """Read the committed evidence of a card.

    Raises:
        InputRefusedError: A file is absent or not valid, or the documents do not belong together.
    """
    facts, files = read(model_id, folder)
    refuse_disagreement(facts, files, folder / str(model_id))
    return with_chart(facts, files)


def read(model_id: ModelId, folder: Path = registry.FOLDER) -> tuple[CardFacts, dict[str, bytes]]:
    """Read the committed documents of a card, whether or not they belong together, and their bytes by name.

    Raises:
        InputRefusedError: A file is absent or not valid.
    """
    own = folder / str(model_id)
    names = (CHECKSUMS, TRAINING, METRICS, GATE, MANIFEST, NOTES)
    files = {name: documents.read_bytes(own / name) for name in names}
    notes = documents.loads(files[NOTES], CardNotes, file=own / NOTES)
    if notes.certification:
        files |= {name: documents.read_bytes(own / name) for name in notes.certification.files}
    return _parse(files, own, folder), files


def with_chart(facts: CardFacts, files: dict[str, bytes]) -> Evidence:
    """Return documents that belong together as evidence: with the chart, drawn from them."""
    chart = precision_recall_svg(facts.metrics, facts.gate.policy).encode()
    return Evidence(facts, {**files, CHART: chart})


def _parse(files: dict[str, bytes], source: Path, folder: Path) -> CardFacts:
    notes = documents.loads(files[NOTES], CardNotes, file=source / NOTES)
    before = registry.path_of(ModelId.parse(notes.previous), folder) if notes.previous else None
    return CardFacts(
        manifest=documents.loads(files[MANIFEST], Manifest, file=source / MANIFEST),
        training=documents.loads(files[TRAINING], Training, file=source / TRAINING),
        metrics=documents.loads(files[METRICS], Metrics, file=source / METRICS),
        gate=documents.loads(files[GATE], GateReport, file=source / GATE),
        notes=notes,
        previous=registry.read_record(before) if before else None,
        certificate=certificate.parse(files, notes, source),
        serves=environments.serving(folder, notes.model_id),
    )


def publish(evidence: Evidence, folder: Path = registry.FOLDER) -> Published:
    """Write the evidence and then, last, the card; change nothing when all stands there already.

    Raises:
        InputRefusedError: A section of the card is empty.
        ConflictError: The id has a card of another model or dataset.
        UnavailableError: A file could not be written.
    """
    facts = evidence.facts
    model_id = ModelId.parse(facts.training.model_id)
    path = registry.path_of(model_id, folder)
    text = render(facts)
    refuse_empty_sections(text, file=path)
    wanted = {**{folder / str(model_id) / name: data for name, data in evidence.files.items()}, path: text.encode()}
    if all(_holds(file, data) for file, data in wanted.items()):
        return Published(path, "unchanged")
    status: Status = "written"
    if path.is_symlink() or path.exists():
        _refuse_other_model(path, facts)
        status = "rendered again"
    for file, data in wanted.items():
        documents.write_bytes(file, data)
    return Published(path, status)


def _holds(file: Path, data: bytes) -> bool:
    return file.is_file() and not file.is_symlink() and documents.read_bytes(file, limit=1 << 30) == data


def _refuse_other_model(path: Path, facts: CardFacts) -> None:
    """Raise ConflictError if the card at ``path`` is that of another model; the same may be rendered again."""
    there = registry.read_record(path)
    here = (facts.training.model_sha256, facts.manifest.sha256)
    data = ModelId.parse(there.id).dataset
    following = registry.next_model_id(path.parent, data)
    if (there.model_sha256, there.dataset.sha256) != here:
        raise ConflictError(
            "This id has a card already, of another model.",
            file=path,
            expected=f"model {there.model_sha256} on dataset {there.dataset.sha256}",
            found=f"model {here[0]} on dataset {here[1]}",
            why="The data, the seed, the settings or the code differ from those of the model that has the card.",
            fix=f"Train under the next id, {following} (`mlops run {data.task} --dataset {data} --model-id "
            f"{following}`, or the input model_id of the training workflow), or remove the card in its own commit.",
        )
