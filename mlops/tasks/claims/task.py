"""The plug: claims as the core sees them."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from mlops.config import TaskSettings
from mlops.contract.loading import load_contract, profile_names
from mlops.errors import UsageRefusedError
from mlops.task import Examples, Model
from mlops.tasks.claims import estimator, features, reading
from mlops.tasks.claims.fitting import fit_model

_CELL = 60


class Claims:
    """Will a claim be granted?"""

    name = "claims"
    title = "Claims"

    def examples(
        self, table: pa.Table, settings: TaskSettings, *, as_of: date | None = None, root: Path | None = None
    ) -> Examples:
        """Read claims by the contract that the settings name. See :class:`mlops.task.Task`."""
        if not settings.contract:
            raise UsageRefusedError(
                "The task names no contract, so nothing says which column is what.",
                field=f"tasks.{self.name}.contract",
                expected=" or ".join((*profile_names(), "the path of a .json file")),
                fix="Name one in mlops.toml.",
            )
        contract = load_contract(settings.contract, root or Path())
        return reading.read(table, contract, settings.split, as_of)

    def inputs_of(self, table: pa.Table, row_ids: Sequence[str]) -> None:
        """Tell none apart: what was known of a claim depends on the others. See :class:`mlops.task.Task`."""

    def fit(self, examples: Examples, settings: TaskSettings, *, seed: int) -> Model:
        """Fit on all of ``examples``. See :class:`mlops.task.Task`."""
        if not isinstance(examples.form, reading.Form):
            raise TypeError("examples of another task")
        return fit_model(examples, examples.form.schema, settings.threshold, seed)

    def design(self, examples: Examples) -> NDArray[np.float64]:
        """Return the (n, d) features as numbers without NaN, made without a look at the labels, for tests by chance."""
        if not isinstance(examples.form, reading.Form):
            raise TypeError("examples of another task")
        schema = features.fit_schema(examples.form.schema, examples.inputs)
        found: NDArray[np.float64] = np.nan_to_num(features.transform(schema, examples.inputs), nan=0.0)
        return found

    def parity(self, examples: Examples, rows: NDArray[np.intp]) -> int:
        """Return how many of ``rows`` get other features by themselves than among all ``examples``."""
        if not isinstance(examples.form, reading.Form):
            raise TypeError("examples of another task")
        schema = features.fit_schema(examples.form.schema, examples.inputs)
        whole = features.transform(schema, examples.inputs)[rows]
        alone = [features.transform(schema, examples.inputs.iloc[[row]]) for row in rows]
        return sum(not np.array_equal(own[0], row, equal_nan=True) for own, row in zip(alone, whole, strict=True))

    def restore(self, state: Mapping[str, Any]) -> Model:
        """Rebuild a model. See :class:`mlops.task.Task`."""
        return estimator.restore(state)

    def describe_row(self, examples: Examples, row: int) -> str:
        """Return what the model reads of one claim, on a line."""
        cells = examples.inputs.iloc[row]
        texts = (
            f"{value:%Y-%m-%d}"
            if isinstance(value, pd.Timestamp)
            else f"{value:g}"
            if isinstance(value, float)
            else str(value)
            for value in cells
            if not pd.isna(value)
        )
        return " | ".join(text if len(text) <= _CELL else f"{text[:_CELL]}…" for text in texts)


PLUG = Claims
"""By which name the command line finds it."""
