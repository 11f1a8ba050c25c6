"""The metrics: name, unit, help and labels of each family, for writers, dashboards and rules alike.

Names follow Prometheus: base units, the unit as the name's end, ``_total`` for counters only. A server's own families
(``mlops_requests_total`` …) are declared where they are counted, in :mod:`mlops.serving.measures`.
"""

from typing import Literal, NamedTuple

Unit = Literal["ratio", "seconds", "rows", ""]


class Family(NamedTuple):
    """A metric family; all of ours are gauges.

    Attributes:
        name: Ends with the unit where there is one.
        unit: ``ratio`` lies in [-1, 1] (a lift has a sign), ``seconds`` and ``rows`` are not negative; empty has none.
        help: One sentence.
        labels: Names of the labels, in the order in which they are told; ``task`` first.
    """

    name: str
    unit: Unit
    help: str
    labels: tuple[str, ...]


VERSION = ("task", "model_id", "dataset_id")
"""What every family of a model's record is labelled with: an id alone would not let a dashboard choose by dataset."""

QUALITY = Family(
    "mlops_quality_ratio", "ratio", "Measured on the pinned test rows: precision, recall, F1, with one-sided bounds.",
    (*VERSION, "metric", "bound"),
)  # fmt: skip
QUALITY_ROWS = Family(
    "mlops_quality_rows", "rows", "Test rows in a metric's own denominator.", (*VERSION, "metric")
)  # fmt: skip
THRESHOLD = Family(
    "mlops_threshold_ratio", "ratio", "Bound on a metric that judged the model.", (*VERSION, "metric", "direction")
)  # fmt: skip
VERDICT = Family(
    "mlops_gate_verdict", "", "1 for the verdict of the model's gate, 0 for the others.", (*VERSION, "verdict")
)  # fmt: skip
DATASET_TIME = Family(
    "mlops_dataset_timestamp_seconds", "seconds",
    "Day of the dataset, Unix time; a further model on the same data counts a second more: the greatest is the newest.",
    VERSION,
)  # fmt: skip
TRAINED_TIME = Family("mlops_trained_timestamp_seconds", "seconds", "When training began, Unix time.", VERSION)
TRAINING = Family(
    "mlops_training_seconds", "seconds", "Wall-clock time of a stage of the training run.", (*VERSION, "stage")
)  # fmt: skip
TRAINED_ROWS = Family("mlops_training_rows", "rows", "Rows that the model was trained on.", VERSION)
SCORING = Family(
    "mlops_scoring_seconds", "seconds", "Time for one of the test rows, scored in bulk by the training run.", VERSION
)  # fmt: skip
ONE_ROW = Family(
    "mlops_one_row_seconds", "seconds", "Time for one row alone, as certification measured it.", (*VERSION, "quantile")
)  # fmt: skip
CERTIFICATION = Family(
    "mlops_certification_ratio", "ratio", "Metrics of the model's certification run, with bounds.",
    (*VERSION, "metric", "bound"),
)  # fmt: skip
CERTIFICATION_VERDICT = Family(
    "mlops_certification_verdict", "", "1 for the verdict of the model's certification run, 0 for the others.",
    (*VERSION, "verdict"),
)  # fmt: skip
EXPIRY = Family(
    "mlops_certificate_expiry_timestamp_seconds", "seconds",
    "End of the last day of the certificate or beta that the model holds, Unix time.", VERSION,
)  # fmt: skip
DECLARED = Family(
    "mlops_declared", "", "1 while environments.json says that the environment serves the model, else 0.",
    (*VERSION, "environment"),
)  # fmt: skip
MONITORING_JOB = "mlops_monitoring"
"""The job under which a Pushgateway keeps what monitoring tells: that of the records must not replace it."""
SERVING = ("task", "model_id")
PSI = Family(
    "mlops_psi", "", "Population stability index since training, of a column or the score: what lies above chance.",
    (*SERVING, "feature"),
)  # fmt: skip
_REALISED = "What labels that came in say about the served model's {}, with one-sided bounds."
REALISED = tuple(
    Family(f"mlops_realised_{metric}", "", _REALISED.format(metric), (*SERVING, "bound"))
    for metric in ("precision", "recall", "f1", "accuracy")
)
ESTIMATED_ACCURACY = Family(
    "mlops_estimated_accuracy", "", "Accuracy of the served model as its calibrated scores foretell it.", SERVING
)  # fmt: skip

RECORDED = (
    CERTIFICATION, CERTIFICATION_VERDICT, DATASET_TIME, DECLARED, EXPIRY, ONE_ROW, QUALITY, QUALITY_ROWS, SCORING,
    THRESHOLD, TRAINED_ROWS, TRAINED_TIME, TRAINING, VERDICT,
)  # fmt: skip
"""Families that committed records fill."""
MONITORED = (ESTIMATED_ACCURACY, PSI, *REALISED)
"""Families that monitoring pushes."""
FAMILIES = {family.name: family for family in sorted((*RECORDED, *MONITORED))}
