"""The plug of claims with a fit that takes milliseconds, for tests of what happens around a fit."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlops.config import TaskSettings
from mlops.task import Examples, Model
from mlops.tasks.claims import features
from mlops.tasks.claims.reading import Form
from mlops.tasks.claims.schema import FeatureSchema
from mlops.tasks.claims.task import Claims


@dataclass(frozen=True)
class Line:
    """A logistic regression on the task's own features; its threshold is the training rows' base rate, clipped."""

    schema: FeatureSchema
    fitted: Any
    threshold: float

    def predict_proba(self, inputs: pd.DataFrame) -> NDArray[np.float64]:
        """Return the (n,) scores."""
        table = np.nan_to_num(features.transform(self.schema, inputs), nan=0.0)
        scores: NDArray[np.float64] = self.fitted.predict_proba(table)[:, 1]
        return scores


@dataclass
class Quick(Claims):
    """Claims, but for its fit. Models of the product's own are restored as ever, so a champion may be one.

    Attributes:
        trained: By fit the ids of the rows that it saw.
    """

    trained: list[frozenset[str]] = field(default_factory=list)

    def fit(self, examples: Examples, settings: TaskSettings, *, seed: int) -> Model:
        """Fit a line on all of ``examples``; ``settings`` ask for nothing that a line has."""
        del settings
        assert isinstance(examples.form, Form)
        self.trained.append(frozenset(examples.row_id))
        schema = features.fit_schema(examples.form.schema, examples.inputs)
        table = np.nan_to_num(features.transform(schema, examples.inputs), nan=0.0)
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, random_state=seed))
        model.fit(table, examples.label)
        line = Line(schema, model, float(np.clip((examples.label == 1).mean(), 0.4, 0.6)))
        return cast("Model", line)  # explaining and keeping are not asked of it here
