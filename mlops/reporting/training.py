"""What a training run left, as one page of Markdown for the step's summary."""

from collections.abc import Mapping
from typing import NamedTuple

from mlops.artifact import Training
from mlops.errors import UsageRefusedError
from mlops.ids import ModelId, artifact_name
from mlops.manifest import path_of
from mlops.metrics import Metrics
from mlops.render import Safe, render
from mlops.reporting.following import CERTIFIED
from mlops.reporting.links import Links
from mlops.words import bounds, count, in_words, metric_name, metric_order, rate, threshold

_TEMPLATE = "summary/training.md.j2"
_NOWHERE = Links()
_BAR = 24
_LEAST_SAMPLE = 500


class Measured(NamedTuple):
    """A metric on the test rows."""

    name: str
    value: Safe
    bounds: Safe
    n: Safe


class Stage(NamedTuple):
    """A stage of the run, its seconds and its share of the longest as a bar."""

    name: str
    seconds: Safe
    bar: Safe


def training_summary_of(
    training: Training,
    metrics: Metrics,
    *,
    artifact_sha256: str,
    links: Links = _NOWHERE,
    seconds: Mapping[str, float] | None = None,
) -> str:
    """Return what was trained on what, how well it does on the test rows, and how to fetch and check the artifact.

    Args:
        training: The record of the run.
        metrics: What was measured on the test rows.
        artifact_sha256: Hash of ``checksums.txt``.
        links: Where files and the run can be looked at.
        seconds: What took time besides the stages of ``training``, in its order.
    """
    model = _model_id(training.model_id)
    facts = {
        "model": training.model_id if model is None else Safe(str(model)),
        "artifact": Safe("NAME" if model is None else artifact_name(model)),
        "folder": Safe(f"dist/{'MODEL' if model is None else model}"),
        "dataset": _dataset(training, links),
        "dataset_sha256": Safe(training.dataset_sha256),
        "artifact_sha256": Safe(artifact_sha256),
        "certified": training.task in CERTIFIED,
        "trained_rows": count(training.trained_rows),
        "train_rows": count(training.split.train_rows),
        "test_rows": count(training.split.test_rows),
        "sample_size": count(training.sample_size),
        "smaller": Safe(str(max(_LEAST_SAMPLE, training.trained_rows // 2))),
        "seed": training.seed,
        "features": count(len(training.features)),
        "metrics": _measured(metrics),
        "confidence": threshold(metrics.interval.confidence),
        "repeats": [(repeat.seed, rate(repeat.metrics["f1"].value)) for repeat in metrics.repeats],
        "stages": _stages({**(seconds or {}), **training.seconds}),
        "findings": training.findings,
        "run_id": Safe(links.run_id or "RUN_ID"),
    }
    return render(_TEMPLATE, facts)


def _model_id(text: str) -> ModelId | None:
    try:
        return ModelId.parse(text)
    except UsageRefusedError:
        return None


def _dataset(training: Training, links: Links) -> str:
    """Return the dataset's id, linked to its manifest where it has one; another text stays data."""
    dataset = _model_id(training.dataset_id)
    if dataset is None or dataset.number > 1:
        return training.dataset_id
    return Safe(links.to_file(path_of(dataset.dataset).as_posix(), str(dataset)))


def _measured(metrics: Metrics) -> tuple[Measured, ...]:
    return tuple(
        Measured(metric_name(name), rate(found.value), bounds(found), count(found.n))
        for name, found in sorted(metrics.metrics.items(), key=lambda item: metric_order(item[0]))
    )


def _stages(seconds: Mapping[str, float]) -> tuple[Stage, ...]:
    longest = max(seconds.values(), default=0.0) or 1.0
    return tuple(
        Stage(in_words(name), Safe(f"{spent:.1f}"), Safe("█" * max(1, round(_BAR * spent / longest))))
        for name, spent in seconds.items()
    )
