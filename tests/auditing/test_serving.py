"""Serving parity of scores: a model that looks at its neighbours is found, one that does not is not."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from mlops.auditing import Parity, different_scores
from mlops.config import load
from mlops.tasks.claims.task import PLUG
from tests.auditing.scenes import audited, sound, verdicts

ROWS = np.arange(0, 200, 10)


class Looking:
    """A model whose score of a row depends on the batch: the amount against the batch's own mean."""

    threshold = 0.5

    def predict_proba(self, inputs: pd.DataFrame) -> NDArray[np.float64]:
        """Return shares of ``amount`` in twice the mean."""
        amount: NDArray[Any] = inputs["amount"].to_numpy(dtype=np.float64)
        shares: NDArray[np.float64] = np.clip(amount / amount.mean() / 2, 0, 1)
        return shares


@pytest.mark.usefixtures("few_trees")
def test_a_model_of_the_task_scores_rows_as_batches_and_one_that_looks_around_does_not(root: Path) -> None:
    declared = load(root / "mlops.toml").tasks["claims"]
    plug = PLUG()
    examples = plug.examples(sound(240), declared, root=root)
    model = plug.fit(examples, declared, seed=1)
    assert different_scores(model, examples, ROWS) == 0
    assert different_scores(cast("Any", Looking()), examples, ROWS) > len(ROWS) / 2


@pytest.mark.parametrize(("different", "found"), [(0, {}), (1, {"scoring_parity": "fail"})])
def test_other_scores_of_a_row_by_itself_fail(different: int, found: dict[str, str]) -> None:
    assert verdicts(audited(sound(240), scoring=Parity(different, 20), blocks=3)) == found
