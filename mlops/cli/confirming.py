"""Rescoring before judging: the record is confirmed from the model file, and the champion may be an artifact.

Imports what trains and scores, so a verb imports this only when it was asked to rescore.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mlops import manifest as manifests
from mlops import training
from mlops.artifact import MODEL
from mlops.cli import plugs, steps
from mlops.cli.champion import Champion, read_champion
from mlops.cli.common import find_manifest
from mlops.cli.judge import Evidence
from mlops.cli.reasons import explain_errors
from mlops.cli.transfer import score_champion
from mlops.config import Settings
from mlops.errors import InputRefusedError
from mlops.gate import GateReport


@dataclass(frozen=True)
class Confirmed:
    """What rescoring found beyond what the record says.

    Attributes:
        champion: The model in production, scored on the same rows; None where none was given.
        largest_difference: Between a recorded score and a fresh one; rounding of another processor at most.
        explain: Adds to a report's misjudged rows what moved their scores.
    """

    champion: Champion | None
    largest_difference: float
    explain: Callable[[GateReport], GateReport]


def confirm(
    artifact: Path, evidence: Evidence, champion: Path | None, *, settings: Settings, root: Path, declared_in: Path
) -> Confirmed:
    """Score the pinned test rows from the model and hold the record that will be judged against them.

    What is judged are the artifact's own rows: the verdict stays bound to the file that ``checksums.txt`` lists.

    Args:
        artifact: The folder that training left.
        evidence: What was read of it, with the rows that will be judged.
        champion: The model in production: its artifact, which then scores the same rows, or its scores of them.
        settings: The repository's.
        root: The repository.
        declared_in: The folder that declares what is in production.

    Raises:
        InputRefusedError: The data, the model file or the champion does not hold, or the rows do not follow from them.
        UsageRefusedError: No manifest pins the dataset, or the champion is not the model in production.
    """
    record = evidence.training
    task = plugs.open_task(record.task)
    pinned = manifests.load(find_manifest(root, record.dataset_id))
    steps.refuse_other_data(record, pinned, artifact)
    examples = steps.read_examples(task, pinned, settings, root)
    loaded, model = steps.load_model(task, artifact)
    if loaded.model_sha256 != evidence.model_sha256:
        raise InputRefusedError(
            "The artifact changed while it was read.",
            file=artifact / MODEL,
            field="sha256",
            expected=evidence.model_sha256,
            found=loaded.model_sha256,
            fix="Let nothing write to the folder while it is judged; run the same command again.",
        )
    difference = steps.compare_scores(evidence.evaluation, training.score(model, examples), artifact)
    rival = None
    if champion is not None and (champion / MODEL).exists() and champion.resolve() != artifact.resolve():
        rival = score_champion(task, champion, examples, settings, pinned, root=declared_in, output=artifact)
    elif champion is not None:
        rival = read_champion(champion)
    return Confirmed(rival, difference, lambda report: explain_errors(report, model, examples))
