"""What predictions are compared with: the rows that the model was trained on, and its scores of its test rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops import environments, evaluation
from mlops import manifest as manifests
from mlops.artifact import EVALUATION
from mlops.cli import plugs, steps
from mlops.cli.common import find_manifest
from mlops.config import Settings
from mlops.deploy import loading, placing
from mlops.errors import InputRefusedError, MlopsError
from mlops.ids import ModelId
from mlops.inputs import Kind
from mlops.split import TEST, TRAIN
from mlops.storage.target import Target
from mlops.task import Examples

Weighted = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(m,) scores, and (m,) the weights of their rows: 1 / inclusion probability."""

NO_COLUMN = (
    "The reference has no such column: probably another dataset was named than the one that trained the model. Leave "
    "--reference ID out, or name a dataset that has it."
)
"""The letter about a column that was sent."""

_MAKE_SCORES = (
    "Name the artifact of its training, --reference ARTIFACT, or where it stands, --target URI or "
    "[deploy.production] target in mlops.toml."
)
_MAKE_COLUMNS = "Pin the dataset that trained the model (mlops pin), or name another one: --reference ID."


@dataclass(frozen=True)
class Reference:
    """What one model is compared with.

    Attributes:
        columns: (n, k) inputs of the rows that trained it; None where they are not known.
        weight: (n,) of these rows: 1 / inclusion probability.
        kinds: What each column holds that is compared.
        scores: Its scores of its test rows; None where they are not known.
        missing: ``columns`` and ``score`` where they should be known and are not: why, and how to make them.
    """

    columns: pd.DataFrame | None = None
    weight: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    kinds: dict[str, Kind] = field(default_factory=dict)
    scores: Weighted | None = None
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class References:
    """Finds the reference of each model.

    Attributes:
        task: The task.
        settings: Of the repository.
        root: The repository.
        given: Datasets, artifacts or evaluations that the user named.
        target: Where the models stand; None takes the settings'.
    """

    task: str
    settings: Settings
    root: Path
    given: Sequence[str]
    target: str | None

    def of(self, model_id: str, *, judged: bool) -> Reference:
        """Return the reference of a model; what the user named is for the one that is judged, as are scores.

        Raises:
            InputRefusedError: What the user named is not what it should be.
        """
        files = [Path(text) for text in self.given if _is_evaluation(Path(text))] if judged else []
        datasets = [text for text in self.given if not _is_evaluation(Path(text))] if judged else []
        scores, missing = _scores(files), {}
        try:
            examples = self._examples(datasets[0] if datasets else str(ModelId.parse(model_id).dataset))
        except MlopsError as error:
            if datasets:
                raise
            missing["columns"] = f"There is no reference for them: {_sentence(error.what)} {_MAKE_COLUMNS}"
            if judged and scores is None:
                missing["score"] = f"There is no reference for it: the model's test rows are not here. {_MAKE_SCORES}"
            return Reference(scores=scores, missing=missing)
        if scores is None and judged:
            scores, why = self._asked(model_id, examples)
            if why:
                missing["score"] = f"There is no reference for it: {_sentence(why)} {_MAKE_SCORES}"
        train = examples.split == TRAIN
        trained = examples.inputs[train].reset_index(drop=True)
        return Reference(trained, examples.weight[train], _kinds(trained), scores, missing)

    def _examples(self, dataset: str) -> Examples:
        pinned = manifests.load(find_manifest(self.root, dataset))
        return steps.read_examples(plugs.open_task(self.task), pinned, self.settings, self.root)

    def _asked(self, model_id: str, examples: Examples) -> tuple[Weighted | None, str]:
        """Return the scores that the model on its target gives its test rows; or why there are none."""
        declared = self.settings.deploy.get(environments.PRODUCTION)
        place = self.target or (declared.target if declared else "")
        if not place:
            return None, "no target is declared and none was named"
        try:
            target = Target.open(place, root=self.root)
            pointer = placing.read_pointer(target, environments.PRODUCTION, self.task)
            standing = [
                one for one in (pointer.live, pointer.trial.placed if pointer.trial else None) if one is not None
            ]
            placed = next((one for one in standing if one.model_id == model_id), None)
            if placed is None:
                return None, "the target has this model neither live nor on trial"
            files = placing.read_placed(target, placed)
            loaded = loading.load(files, plugs.open_task(self.task), place=target.uri)
        except MlopsError as error:
            return None, error.what
        test = np.flatnonzero(examples.split == TEST)
        scores = loaded.model.predict_proba(examples.inputs.iloc[test].reset_index(drop=True))
        return (scores, examples.weight[test]), ""


def _is_evaluation(path: Path) -> bool:
    return path.name == EVALUATION or (path / EVALUATION).is_file()


def _scores(files: Sequence[Path]) -> Weighted | None:
    if not files:
        return None
    found = evaluation.read(files[0] / EVALUATION if files[0].is_dir() else files[0])
    return found.score, found.weight


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}."


def _kinds(inputs: pd.DataFrame) -> dict[str, Kind]:
    """Return what each column holds, as a task lays out its inputs."""
    kinds: dict[str, Kind] = {}
    for name in inputs.columns:
        kind = _KINDS.get(inputs[name].dtype.kind)
        if kind is None:
            raise InputRefusedError(
                "A column of the reference is of an unknown kind.", field=str(name), expected="text, number or date",
                found=inputs[name].dtype,
            )  # fmt: skip
        kinds[str(name)] = kind
    return kinds


_KINDS: Mapping[str, Kind] = {"O": "text", "f": "number", "M": "date"}
