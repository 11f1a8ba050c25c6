"""The artifact: the folder that a training run leaves, with checksums that ``sha256sum -c`` understands."""

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
