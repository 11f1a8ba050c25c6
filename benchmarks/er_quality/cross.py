"""Across domains: a model of one dataset is judged on another's test rows, and the gate must name what fails."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.er_quality.measuring import SEEN, one_core
from benchmarks.er_quality.results import CrossCriterion, CrossRow
from benchmarks.published import EXPECTED_FAILURES
from mlops import dataset, evaluation, persistence, training
from mlops.config import StorageSettings, TaskSettings, policy_sha256
from mlops.errors import InputRefusedError
from mlops.evaluation import Evaluation
from mlops.gate import Bindings, Facts, GateReport, decide
from mlops.hashing import sha256_bytes
from mlops.split import TRAIN
from mlops.task import Examples, Model
from mlops.tasks.er.task import EntityResolution


def cross(
    train: Path, test: Path, settings: TaskSettings, storage: StorageSettings, *, seed: int, key: str
) -> CrossRow:
    """Train on the training rows of one file, judge on the test rows of another by the policy of ``settings``.

    The datasets meet in the attributes that both have under the same name; the others are left out.

    Raises:
        InputRefusedError: A file cannot be read, or the two share no attribute.
    """
    with one_core():
        task = EntityResolution()
        source = dataset.read_file(train, settings=storage)
        target = dataset.read_file(test, settings=storage)
        learn, judge = (task.examples(found.table, settings) for found in (source, target))
        shared = [str(name) for name in learn.inputs.columns if name in judge.inputs.columns]
        if not {"left_", "right_"} <= {name.partition("_")[0] + "_" for name in shared}:
            raise InputRefusedError(
                "The two datasets share no attribute.",
                file=test,
                field="left_<attribute>, right_<attribute>",
                expected=", ".join(map(str, learn.inputs.columns)),
                found=", ".join(map(str, judge.inputs.columns)),
                fix="Rename the attributes that mean the same, or name another pair of datasets.",
            )
        rows = np.flatnonzero(learn.split == TRAIN)
        model = task.fit(_with(learn.take(rows), shared), settings, seed=seed)
        report, scored = _judge(model, _with(judge, shared), settings, target.sha256)
    return CrossRow(
        train=train.stem,
        test=test.stem,
        key=key,
        attributes=tuple(name.removeprefix("left_") for name in shared if name.startswith("left_")),
        test_pairs=len(scored),
        threshold=model.threshold,
        criteria=tuple(
            CrossCriterion(
                metric=found.metric,
                value=found.value,
                lower=found.lower,
                upper=found.upper,
                threshold=found.threshold,
                verdict=found.verdict,
            )
            for found in report.criteria
        ),
        verdict=report.verdict,
        expected=EXPECTED_FAILURES.get((train.stem, test.stem), ""),
    )


def _with(examples: Examples, columns: list[str]) -> Examples:
    """Return the examples with some of their columns, and without the slice that speaks of their own training rows."""
    slices = {name: values for name, values in examples.slices.items() if name != SEEN}
    return replace(examples, inputs=examples.inputs[columns], slices=slices)


def _judge(model: Model, examples: Examples, settings: TaskSettings, data_sha256: str) -> tuple[GateReport, Evaluation]:
    scored = training.score(model, examples)
    model_sha256 = sha256_bytes(persistence.dump(model.state()))
    evaluation_sha256 = sha256_bytes(evaluation.dumps(scored))
    metrics = evaluation.measure(
        scored,
        task=EntityResolution.name,
        model_id="er_20000101",
        dataset_sha256=data_sha256,
        model_sha256=model_sha256,
        evaluation_sha256=evaluation_sha256,
        threshold=model.threshold,
        policy=settings.policy,
    )
    bindings = Bindings(
        dataset_sha256=data_sha256,
        model_sha256=model_sha256,
        artifact_sha256=evaluation_sha256,  # nothing is kept of this model but its evaluation
        evaluation_sha256=evaluation_sha256,
        policy_sha256=policy_sha256(settings.policy),
        code_commit="unknown",
        code_dirty=True,
        run_url="",
    )
    policy = settings.policy
    return decide(metrics, policy, declared=policy, bindings=bindings, facts=Facts(first_version=True)), scored
