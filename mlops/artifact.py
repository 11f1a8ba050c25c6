"""The artifact: the folder that a training run leaves, with checksums that ``sha256sum -c`` understands."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import Field

from mlops.documents import Document, Part
from mlops.hashing import Sha256
from mlops.metrics import Count
from mlops.provenance import CodeVersion

MODEL = "model.skops"
TRAINING = "training.json"
EVALUATION = "evaluation.parquet"
METRICS = "metrics.json"
CHECKSUMS = "checksums.txt"
GATE = "gate.json"
VALIDATION = "validation.json"
AUDIT = "audit.json"
CROSSVAL = "crossval.json"
CERTIFICATION = "certification.json"
VERDICTS = frozenset({GATE, VALIDATION, AUDIT, CROSSVAL, CERTIFICATION})
"""What verbs that judge leave beside the files of training."""

_SEED_EVALUATION = re.compile(r"evaluation-seed-(?:0|[1-9][0-9]{0,9})\.parquet", re.ASCII)
_SEEDS = 1 << 32  # seeds lie below, as numpy's and scikit-learn's do


def repeat_seeds(seed: int, seeds: int) -> tuple[int, ...]:
    """Return the seeds of the further trainings when ``seeds`` in all are asked for: those that follow ``seed``."""
    return tuple((seed + step) % _SEEDS for step in range(1, seeds))


def seed_evaluation(seed: int) -> str:
    """Return the name of the file that holds the scored rows of the training with another ``seed``."""
    return f"evaluation-seed-{seed}.parquet"


def is_seed_evaluation(name: str) -> bool:
    """Tell whether a file name is one that :func:`seed_evaluation` gives."""
    return _SEED_EVALUATION.fullmatch(name) is not None


class Feature(Part):
    """A feature and what it measures."""

    name: str
    description: str


class SplitFacts(Part):
    """How many rows went where."""

    train_rows: Count
    test_rows: Count
    purged_rows: Count
    train_positives: Count
    test_positives: Count


class RepeatedTraining(Part):
    """The same training with another seed. Only its scored rows are kept.

    Attributes:
        seed: Of its sample and its fit.
        trained_rows: Rows trained on.
        threshold: The decision threshold that it chose.
        architecture: What it fitted.
    """

    seed: Annotated[int, Field(ge=0)]
    trained_rows: Count
    threshold: float
    architecture: str


class Training(Document):
    """``training.json``: how the model was made.

    Attributes:
        sample_size: Rows that the caller asked to train on at most.
        trained_rows: Rows trained on, after the stratified sample.
        facts: What fitting learned, for example out-of-fold F1.
        findings: What the data and the split showed that a reader must know.
        environment: Python and package versions, platform.
        trained_at: When training began, UTC.
        seconds: Wall-clock seconds per stage.
        run_url: The run that trained, empty when local.
        repeats: The same training with other seeds, in the order of :func:`repeat_seeds`.
    """

    task: str
    model_id: str
    dataset_id: str
    dataset_sha256: Sha256
    model_sha256: Sha256
    seed: Annotated[int, Field(ge=0)]
    sample_size: Count
    trained_rows: Count
    threshold: float
    architecture: str
    features: tuple[Feature, ...]
    split: SplitFacts
    facts: dict[str, int | float | str]
    findings: tuple[str, ...]
    code: CodeVersion
    environment: dict[str, str]
    trained_at: datetime
    seconds: dict[str, float]
    run_url: str = ""
    repeats: tuple[RepeatedTraining, ...] = ()
