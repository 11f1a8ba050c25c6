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


@dataclass(frozen=True)
class Reference:
    """What one model is compared with.

    Attributes:
        columns: (n, k) inputs of the rows that trained it; None where they are not known.
        kinds: What each column holds that is compared.
        scores: (m,) its scores of its test rows; None where they are not known.
        notes: What is not known, in sentences.
    """

    columns: pd.DataFrame | None = None
    kinds: dict[str, Kind] = field(default_factory=dict)
    scores: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()


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

    def of(self, model_id: str, *, live: bool) -> Reference:
        """Return the reference of a model; what the user named is for the model that answers now.

        Raises:
            InputRefusedError: What the user named is not what it should be.
        """
        files = [Path(text) for text in self.given if _is_evaluation(Path(text))] if live else []
        datasets = [text for text in self.given if not _is_evaluation(Path(text))] if live else []
        notes = []
        try:
            examples = self._examples(datasets[0] if datasets else str(ModelId.parse(model_id).dataset))
        except MlopsError as error:
            if datasets:
                raise
            return Reference(scores=_scores(files), notes=(f"No reference for columns: {error.what}",))
        scores = _scores(files)
        if scores is None and live:
            scores, why = self._asked(model_id, examples)
            notes += [f"No reference for scores: {why}"] if why else []
        trained = examples.inputs[examples.split == TRAIN].reset_index(drop=True)
        return Reference(trained, _kinds(trained), scores, tuple(notes))

    def _examples(self, dataset: str) -> Examples:
        pinned = manifests.load(find_manifest(self.root, dataset))
        return steps.read_examples(plugs.open_task(self.task), pinned, self.settings, self.root)

    def _asked(self, model_id: str, examples: Examples) -> tuple[NDArray[np.float64] | None, str]:
        """Return the scores that the model on its target gives its test rows; or why there are none."""
        declared = self.settings.deploy.get(environments.PRODUCTION)
        place = self.target or (declared.target if declared else "")
        if not place:
            return None, "no target is declared and none was named."
        try:
            target = Target.open(place, root=self.root)
            pointer = placing.read_pointer(target, environments.PRODUCTION, self.task)
            if pointer.live is None or pointer.live.model_id != model_id:
                return None, "the target does not have this model live."
            files = placing.read_placed(target, pointer.live)
            loaded = loading.load(files, plugs.open_task(self.task), place=target.uri)
        except MlopsError as error:
            return None, error.what
        test = np.flatnonzero(examples.split == TEST)
        return loaded.model.predict_proba(examples.inputs.iloc[test].reset_index(drop=True)), ""


def _is_evaluation(path: Path) -> bool:
    return path.name == EVALUATION or (path / EVALUATION).is_file()


def _scores(files: Sequence[Path]) -> NDArray[np.float64] | None:
    if not files:
        return None
    return evaluation.read(files[0] / EVALUATION if files[0].is_dir() else files[0]).score


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
