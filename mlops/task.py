"""The socket that every task plugs into: what the core asks of a task, and what a task hands to the core.

A task turns a verified table into :class:`Examples`, fits a :class:`Model` on some of them, and can rebuild that
model from the plain state that ``persistence`` keeps. Splitting, measuring, judging and documenting are the core's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from mlops.config import TaskSettings
from mlops.inputs import Kind


@dataclass(frozen=True)
class Examples:
    """``n`` labelled examples: aligned arrays of length ``n``.

    Attributes:
        inputs: (n, k) values as the task's model reads them: strings with None, for typed columns also numbers with NaN
            and days with NaT. Never the label, never an id.
        label: (n,) int8, 0 or 1.
        row_id: (n,) object array of str, unique: names a row in evaluations and reports.
        cluster: (n,) object array of str: the entity (er) or group (claims) inside which rows are not independent.
        split: (n,) object array of str: ``train``, ``test`` or ``purged`` (in neither, to keep the two apart); a split
            by date may have ``valid`` too, rows set aside between the two.
        weight: (n,) float64: 1 / inclusion probability; all ones for a plain sample.
        slices: Per slice its value for each row, (n,) object arrays of str.
        time: (n,) datetime64[D] of the event, where the task knows one; NaT where a row has none.
        findings: What the split and the data showed that a reader of the card must know, in sentences.
        form: What the task must know of the inputs' columns when it fits; the core hands it on and never looks inside.
        facts: Numbers about the split for ``training.json`` (rows, purged rows, seen records …).
    """

    inputs: pd.DataFrame
    label: NDArray[np.int8]
    row_id: NDArray[np.object_]
    cluster: NDArray[np.object_]
    split: NDArray[np.object_]
    weight: NDArray[np.float64]
    slices: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    time: NDArray[np.datetime64] | None = None
    findings: tuple[str, ...] = ()
    form: object = None
    facts: Mapping[str, int | float | str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.label)

    def take(self, rows: NDArray[np.intp]) -> "Examples":
        """Return the examples at positions ``rows``, in that order."""
        return Examples(
            inputs=self.inputs.iloc[rows].reset_index(drop=True),
            label=self.label[rows],
            row_id=self.row_id[rows],
            cluster=self.cluster[rows],
            split=self.split[rows],
            weight=self.weight[rows],
            slices={name: values[rows] for name, values in self.slices.items()},
            time=None if self.time is None else self.time[rows],
            findings=self.findings,
            form=self.form,
            facts=self.facts,
        )


@dataclass(frozen=True)
class FeatureNote:
    """A feature as the card's table shows it: its name and what it measures."""

    name: str
    description: str


@dataclass(frozen=True)
class Contribution:
    """What one attribute did to a score.

    Attributes:
        name: The attribute, or what stands for several of them.
        log_odds: By how much it moved the score's log-odds; positive towards a positive call.
        values: What the row holds there, as raw texts: left and right for a pair. Foreign and perhaps personal.
    """

    name: str
    log_odds: float
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Why one row has its score: ``base`` and the contributions add up to the score's log-odds.

    Attributes:
        score: The model's score in [0, 1].
        base: Log-odds of the score of an average training row, before anything about this row is known.
        contributions: By attribute, in the model's order.
    """

    score: float
    base: float
    contributions: tuple[Contribution, ...]


class Model(Protocol):
    """A fitted model of any task."""

    @property
    def threshold(self) -> float:
        """The score from which a row is called positive."""

    def predict_proba(self, inputs: pd.DataFrame) -> NDArray[np.float64]:
        """Return the (n,) scores in [0, 1] of ``inputs`` (n, k), columns as in :attr:`Examples.inputs`."""

    def explain(self, inputs: pd.DataFrame) -> tuple[Explanation, ...]:
        """Return for each row of ``inputs`` (n, k) which attributes moved its score."""

    def reads(self) -> dict[str, Kind]:
        """Return the columns of :attr:`Examples.inputs` that scoring reads, in their order, and what each holds."""

    def features(self) -> tuple[FeatureNote, ...]:
        """Return the features in the order in which the classifier reads them."""

    def architecture(self) -> str:
        """Return one sentence that names the estimator and its settings, for the card."""

    def facts(self) -> Mapping[str, int | float | str]:
        """Return what fitting learned that a reader should know (out-of-fold scores, how the threshold was chosen)."""

    def state(self) -> dict[str, Any]:
        """Return everything scoring needs as dicts, lists, str, numbers, numpy arrays and scikit-learn estimators."""


class Task(Protocol):
    """A task: how its tables are read, how its models are made."""

    name: str
    title: str

    def examples(
        self, table: pa.Table, settings: TaskSettings, *, as_of: date | None = None, root: Path | None = None
    ) -> Examples:
        """Read a verified table.

        Args:
            table: The data.
            settings: The task's.
            as_of: The day on which the data was drawn, which decides what was known then; None takes the newest day
                that the data holds. Never the clock.
            root: The repository, in which files that the settings name stand.

        Raises:
            InputRefusedError: Labels, ids, values or the split are not acceptable; with counts and row numbers.
            NothingSettledError: No row has a label that is final already.
        """

    def inputs_of(self, table: pa.Table, row_ids: Sequence[str]) -> pd.DataFrame | None:
        """Return the inputs of some rows, in the order of ``row_ids``, as :meth:`examples` would have them.

        None where they cannot be told without reading all rows, or a row is not there: then read all.
        """

    def fit(self, examples: Examples, settings: TaskSettings, *, seed: int) -> Model:
        """Fit on all of ``examples`` (training rows only are handed in), threshold from out-of-fold scores."""

    def restore(self, state: Mapping[str, Any]) -> Model:
        """Rebuild a model from :meth:`Model.state`.

        Raises:
            InputRefusedError: The state is not one that this task writes.
        """

    def describe_row(self, examples: Examples, row: int) -> str:
        """Return one example on one or two lines, for the failure report on a terminal (never committed)."""
