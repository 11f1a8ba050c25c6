"""Comparing: candidate and champion on the same pinned test rows, row by row."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlops.errors import InputRefusedError
from mlops.evaluation.measuring import check_decisions
from mlops.evaluation.rows import Evaluation
from mlops.hashing import Sha256
from mlops.intervals.bootstrap import REPLICATES
from mlops.intervals.paired import PairedRows, differences, mcnemar_exact
from mlops.intervals.ratios import Bounded
from mlops.metrics import Difference, FlippedRow, IntervalMethod, Paired

SEED = 0
LISTED = 50
"""Rows gained and rows lost that are listed at most; their counts are complete."""

_METHOD = "one-sided; paired cluster bootstrap with z^2/2 pseudo-flips of each kind (Agresti & Min 2005)"
_EMPTY = {
    "precision": "one of the models predicts no row positive",
    "recall": "no row is positive",
    "f1": "no row is positive or predicted positive by one of the models",
}


def compare(
    candidate: Evaluation,
    champion: Evaluation,
    *,
    champion_id: str,
    champion_model_sha256: Sha256,
    champion_evaluation_sha256: Sha256,
    champion_threshold: float,
    confidence: float,
    replicates: int = REPLICATES,
) -> Paired:
    """Compare two models that scored the same test rows; the order of the champion's rows does not matter.

    Args:
        candidate: The rows as the candidate scored and called them.
        champion: The same rows as the champion did.
        champion_id: The champion's model id.
        champion_model_sha256: Hash of its model file.
        champion_evaluation_sha256: Hash of the file of its scores.
        champion_threshold: Its decision threshold.
        confidence: One-sided confidence of each bound.
        replicates: Bootstrap replicates.

    Raises:
        InputRefusedError: Other rows, labels, clusters or weights, or champion's decisions against its own scores.
    """
    check_decisions(champion, champion_threshold)
    champion = _aligned(candidate, champion)
    positive = candidate.label == 1
    right, champion_right = candidate.predicted == positive, champion.predicted == positive
    gained, lost = np.flatnonzero(right & ~champion_right), np.flatnonzero(champion_right & ~right)
    rows = PairedRows(positive, candidate.predicted, champion.predicted, candidate.weight, _codes(candidate.cluster))
    return Paired(
        champion_id=champion_id,
        champion_model_sha256=champion_model_sha256,
        champion_evaluation_sha256=champion_evaluation_sha256,
        champion_threshold=champion_threshold,
        interval=IntervalMethod(confidence=confidence, name=_METHOD, replicates=replicates, seed=SEED),
        rows=len(candidate),
        gained=len(gained),
        lost=len(lost),
        mcnemar_p=mcnemar_exact(len(gained), len(lost)),
        differences=_differences(rows, confidence, replicates),
        gained_rows=_surest(gained, candidate, champion),
        lost_rows=_surest(lost, candidate, champion),
    )


def _aligned(candidate: Evaluation, champion: Evaluation) -> Evaluation:
    """Return the champion's rows in the candidate's order; refuse others than the candidate's."""
    place = {row: index for index, row in enumerate(champion.row_id)}
    found = [place[row] for row in candidate.row_id if row in place]
    if not len(candidate) == len(champion) == len(found):
        raise _other_rows(
            "row_id",
            expected=f"the candidate's {len(candidate):,} test rows",
            found=f"{len(champion):,} rows, {len(found):,} of them the candidate's",
        )
    order = np.array(found, dtype=np.intp)
    ordered = replace(
        champion,
        **{
            name: getattr(champion, name)[order]
            for name in ("row_id", "cluster", "label", "score", "predicted", "weight")
        },
        slices={},
    )
    for name in ("label", "cluster", "weight"):
        differ = np.flatnonzero(getattr(candidate, name) != getattr(ordered, name))
        if differ.size:
            raise _other_rows(
                name, expected=f"the same {name} in every row", found=f"{differ.size:,} rows that have another"
            )
    return ordered


def _other_rows(field: str, *, expected: str, found: str) -> InputRefusedError:
    return InputRefusedError(
        "The two models were not scored on the same test rows.",
        field=field,
        expected=expected,
        found=found,
        why="They were scored on other data, or the split in mlops.toml changed in between.",
        fix="Score the champion on the candidate's rows: "
        "`mlops evaluate CHAMPION --dataset DATASET_OF_THE_CANDIDATE --out DIR`.",
    )


def _codes(cluster: NDArray[np.object_]) -> NDArray[np.intp]:
    """Return the number of each row's cluster, in order of first sight."""
    return pa.array(cluster, type=pa.string()).dictionary_encode().indices.to_numpy().astype(np.intp)  # type: ignore[no-any-return]  # pyarrow has no types


def _differences(rows: PairedRows, confidence: float, replicates: int) -> dict[str, Difference]:
    found = differences(rows, confidence=confidence, replicates=replicates, seed=SEED)
    values = {name: (_value(rows, rows.candidate, name), _value(rows, rows.champion, name)) for name in found}
    denominators = {
        "precision": rows.candidate | rows.champion,
        "recall": rows.label,
        "f1": rows.label | rows.candidate | rows.champion,
    }
    return {name: _difference(name, found[name], *values[name], n=int(denominators[name].sum())) for name in found}


def _difference(
    name: str, found: Bounded | None, candidate: float | None, champion: float | None, *, n: int
) -> Difference:
    return Difference(
        candidate=candidate,
        champion=champion,
        value=found.value if found else None,
        lower=found.lower if found else None,
        upper=found.upper if found else None,
        n=n,
        reason="" if found else _EMPTY[name],
    )


def _value(rows: PairedRows, called: NDArray[np.bool_], name: str) -> float | None:
    """Return a model's own metric: the weighted (Hajek) estimate; None where it is not defined."""
    hits, predicted, positive = (float(rows.weight[flags].sum()) for flags in (rows.label & called, called, rows.label))
    numerator, denominator = {
        "precision": (hits, predicted),
        "recall": (hits, positive),
        "f1": (2 * hits, predicted + positive),
    }[name]
    return min(1.0, numerator / denominator) if denominator > 0 else None


def _surest(flipped: NDArray[np.intp], candidate: Evaluation, champion: Evaluation) -> tuple[FlippedRow, ...]:
    """Return the flipped rows on which the scores lie farthest apart, with ties in the order of their ids."""
    apart = np.abs(candidate.score - champion.score)
    order = sorted(flipped.tolist(), key=lambda row: (-apart[row], candidate.row_id[row]))
    return tuple(
        FlippedRow(
            row_id=candidate.row_id[row],
            label=int(candidate.label[row]),
            candidate_score=float(candidate.score[row]),
            champion_score=float(champion.score[row]),
        )
        for row in order[:LISTED]
    )
