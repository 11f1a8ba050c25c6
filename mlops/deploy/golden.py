"""Golden rows: test rows with their judged scores go along with a model, which must score them the same everywhere."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.deploy.document import Golden, GoldenRow
from mlops.errors import InputRefusedError
from mlops.inputs import Kind, frame, rows_of

TOLERANCE = 1e-6
"""How far a score may lie from the judged one: other processors round differently, models do not."""


class Scorer(Protocol):
    """What of a model is tested."""

    def predict_proba(self, inputs: pd.DataFrame) -> NDArray[np.float64]:
        """Return the (n,) scores of the (n, k) inputs."""


def spread(scores: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Return the positions of ``count`` rows, or of all, evenly spaced by score from the lowest to the highest."""
    order = np.argsort(scores, kind="stable")
    at = np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(np.intp)
    return order[at]


def make(
    task: str,
    model_sha256: str,
    *,
    inputs: pd.DataFrame,
    row_id: Sequence[str],
    scores: NDArray[np.float64],
    kinds: dict[str, Kind],
) -> Golden:
    """Return golden rows.

    Args:
        task: The task.
        model_sha256: Of the model file.
        inputs: (n, k) rows as the model reads them.
        row_id: (n,) their names.
        scores: (n,) their judged scores.
        kinds: What each column that the model reads holds.
    """
    cells = rows_of(inputs, kinds)
    rows = (
        GoldenRow(row_id=name, inputs=values, score=float(score))
        for name, values, score in zip(row_id, cells, scores, strict=True)
    )
    return Golden(task=task, model_sha256=model_sha256, rows=tuple(rows))


def refuse_other_scores(golden: Golden, model: Scorer, kinds: dict[str, Kind], *, file: object) -> float:
    """Score the golden rows, all at once and the first alone; return the largest difference from the judged scores.

    Raises:
        InputRefusedError: A score lies further from the judged one than rounding explains.
    """
    inputs = frame([row.inputs for row in golden.rows], kinds)
    judged = np.array([row.score for row in golden.rows])
    found = model.predict_proba(inputs)
    alone = model.predict_proba(inputs.iloc[[0]])
    differences = np.abs(np.concatenate([found - judged, alone - judged[:1]]))
    worst = float(np.max(np.where(np.isnan(differences), np.inf, differences)))
    if worst > TOLERANCE:
        at = int(np.argmax(differences)) % len(judged)
        raise InputRefusedError(
            "The model does not score its golden rows as it did when it was judged.",
            file=file,
            field=f"rows.{at}.score",
            expected=f"{judged[at]:.6f}, to within {TOLERANCE:g}",
            found=f"{found[at]:.6f}",
            why="The model file, or a package that computes with it, is another one here than where it was judged.",
            fix="Install the packages of requirements/train.txt, and deploy the model again; it was not put live.",
        )
    return worst
