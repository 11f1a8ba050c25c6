"""One dataset: train with every seed through the product's own path, judge once, beside the baseline."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from time import process_time
from typing import Any

import joblib
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks import baseline
from benchmarks.er_quality.results import BaselineRun, ModelRun, Rates, SeenGroup, SplitRuns
from mlops import dataset, evaluation, training
from mlops.artifact import EVALUATION
from mlops.config import StorageSettings, TaskSettings
from mlops.dataset import Dataset
from mlops.errors import MlopsError
from mlops.evaluation import Evaluation
from mlops.ids import DatasetId
from mlops.learning.threshold import best_f1
from mlops.manifest import Manifest
from mlops.metrics import Metrics
from mlops.pinning import make_manifest
from mlops.provenance import CodeVersion
from mlops.split import PURGED, TEST, TRAIN
from mlops.task import Examples, Model
from mlops.tasks.er.giveaways import find_giveaways
from mlops.tasks.er.schema import SPLIT
from mlops.tasks.er.task import EntityResolution
from mlops.training import Circumstances

SEEN = "seen_in_training"
_OUT_OF_FOLD = "out_of_fold_f1"
_NOWHERE = Circumstances(datetime(2000, 1, 1, tzinfo=UTC), CodeVersion(commit="unknown", dirty=True), {})


@dataclass(frozen=True)
class Measured:
    """What was measured of one dataset, before it is told when and with which code.

    Attributes:
        pairs: Labelled pairs.
        positives: Matches among them.
        attributes: Attributes of the left record.
        published: On the published split; None where the data has none.
        resplit: On our own split; None where no seed was asked for.
    """

    pairs: int
    positives: int
    attributes: int
    published: SplitRuns | None
    resplit: SplitRuns | None


class _ClockedTask(EntityResolution):
    """The product's task, with the CPU seconds of its last fit."""

    fit_seconds = 0.0

    def fit(self, examples: Examples, settings: TaskSettings, *, seed: int) -> Model:
        """Fit as the product does. See :class:`mlops.task.Task`."""
        started = process_time()
        model = super().fit(examples, settings, seed=seed)
        self.fit_seconds = process_time() - started
        return model


def measure(
    path: Path, settings: TaskSettings, storage: StorageSettings, seeds: Sequence[int], resplit_seeds: Sequence[int]
) -> Measured:
    """Run all models of the dataset at ``path``, on one core.

    Raises:
        InputRefusedError: The file cannot be read, or holds no labelled pairs. What only one way to split refuses
            (unknown folds, too few training pairs) is the refusal of that split.
    """
    with one_core():
        found = dataset.read_file(path, settings=storage)
        table = found.table
        published = SPLIT in table.column_names
        own = table.drop_columns([SPLIT]) if published else table
        everything = EntityResolution().examples(own, settings)
        return Measured(
            pairs=len(everything),
            positives=int(everything.label.sum()),
            attributes=sum(str(name).startswith("left_") for name in everything.inputs.columns),
            published=_runs(found, table, [(seed, settings) for seed in seeds]) if published else None,
            resplit=_runs(found, own, [(seed, _split_by(settings, seed)) for seed in resplit_seeds])
            if resplit_seeds
            else None,
        )


def one_core() -> Any:  # noqa: ANN401  # neither library is typed
    """Return a context in which nothing runs side by side, so that CPU seconds are those of one core."""
    return _OneCore()


class _OneCore:
    def __enter__(self) -> None:
        self._threads = threadpool_limits(1)
        self._processes = joblib.parallel_config(backend="sequential")

    def __exit__(self, *raised: object) -> None:
        self._processes.unregister()
        self._threads.unregister()


def own_manifest(found: Dataset) -> Manifest:
    """Return the manifest of a file as pinning would write it."""
    today = date(2000, 1, 1)  # the id names nothing that is kept
    return make_manifest(found, dataset_id=DatasetId("er", today), as_of=today, uris=("benchmark",))


def _split_by(settings: TaskSettings, seed: int) -> TaskSettings:
    return settings.model_copy(update={"split": settings.split.model_copy(update={"seed": seed})})


def _runs(found: Dataset, table: pa.Table, planned: Sequence[tuple[int, TaskSettings]]) -> SplitRuns:
    try:
        manifest = own_manifest(found)
        task = _ClockedTask()
        return SplitRuns(
            runs=tuple(
                _run(task, task.examples(table, settings), manifest, settings, seed) for seed, settings in planned
            )
        )
    except MlopsError as refusal:
        return SplitRuns(refusal=refusal.what)


def _run(task: _ClockedTask, examples: Examples, manifest: Manifest, settings: TaskSettings, seed: int) -> ModelRun:
    """Train on all training rows, score the test rows once, and only then look at their labels."""
    with tempfile.TemporaryDirectory(prefix="er-quality-") as name:
        folder = Path(name) / "artifact"
        trained = training.train(
            task,
            examples,
            manifest,
            settings,
            _NOWHERE,
            model_id=manifest.id,
            seed=seed,
            sample_size=max(2, len(examples)),
            folder=folder,
        )
        scored = evaluation.read(folder / EVALUATION)
    honest = rates(scored.label, scored.predicted, scored.weight)
    best, threshold = _best_on_test(scored)
    facts = trained.training.facts
    return ModelRun(
        seed=seed,
        training_pairs=trained.training.trained_rows,
        purged_pairs=int((examples.split == PURGED).sum()),
        test_pairs=len(scored),
        test_positives=int(scored.label.sum()),
        rates=honest,
        threshold=trained.training.threshold,
        out_of_fold_f1=_number(facts, _OUT_OF_FOLD),
        best_test_f1=best,
        best_test_threshold=threshold,
        honesty_gap=None if best is None or honest.f1 is None else round(best - honest.f1, 6),
        seen=_seen(trained.metrics),
        features=len(trained.training.features),
        fit_seconds=round(task.fit_seconds, 2),
        baseline=_baseline(examples, seed),
    )


def rates(label: NDArray[np.int8], predicted: NDArray[np.bool_], weight: NDArray[np.float64]) -> Rates:
    """Return precision, recall and F1 of (n,) decisions, weighted, rounded to six digits."""
    match = label == 1
    hits, called, positives = (float(weight[rows].sum()) for rows in (match & predicted, predicted, match))
    return Rates(
        precision=_ratio(hits, called), recall=_ratio(hits, positives), f1=_ratio(2 * hits, called + positives)
    )


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 6) if whole > 0 else None


def _best_on_test(scored: Evaluation) -> tuple[float | None, float | None]:
    """Return the best F1 that any threshold has on these test rows, and that threshold: seen on test, no result."""
    if not (scored.label == 1).any():
        return None, None
    threshold = best_f1(scored.score, scored.label).threshold
    return rates(scored.label, scored.score >= threshold, scored.weight).f1, round(threshold, 6)


def _seen(metrics: Metrics) -> dict[str, SeenGroup]:
    groups = {}
    for group in metrics.slices:
        if group.slice == SEEN:
            value = group.metrics["f1"].value
            f1 = None if value is None else round(value, 6)
            groups[group.value] = SeenGroup(rows=group.rows, positives=group.positives, f1=f1)
    return groups


def _baseline(examples: Examples, seed: int) -> BaselineRun:
    train, test = examples.split == TRAIN, examples.split == TEST
    exclude = {found.attribute for found in find_giveaways(examples.inputs[train], examples.label[train])}
    judged = baseline.judge(examples, seed=seed, exclude=exclude)
    return BaselineRun(
        rates=rates(examples.label[test], judged.predicted, examples.weight[test]),
        features=judged.features,
        feature_seconds=round(judged.feature_seconds, 2),
        fit_seconds=round(judged.fit_seconds, 2),
    )


def _number(facts: Mapping[str, object], name: str) -> float | None:
    value = facts.get(name)
    return float(value) if isinstance(value, int | float) else None
