"""Reports of monitoring, as `mlops monitor` writes them."""

from datetime import date, timedelta
from typing import Literal

from mlops.monitoring.document import ModelReport, Monitoring, Part_, Retraining, Shift, Word
from mlops.monitoring.judging import word_of

DAY = date(2025, 1, 31)


def report(
    shift: Word = "ok", *, realised: Word = "ok", as_of: date = DAY, psi: float = 0.25,
    retrain: Literal["never", "ask", "dispatch"] = "never",
) -> Monitoring:  # fmt: skip
    """Return a report with one column; its words are those given."""
    parts: dict[Part_, Word] = {"realised": realised, "shift": shift, "estimated": "unknown"}
    one = Shift(
        feature="left_name", kind="length", bins=11, rows=1_000, reference_rows=700, psi=psi, floor=0.024, limit=0.224,
        word=shift, reason=f"The index is {psi:.3f}.",
    )  # fmt: skip
    model = ModelReport(
        model_id="er_20250101", live=True, predictions=1_000, positives=300, mature=900, labelled=100, realised=(),
        shifts=(one,), estimated=(),
    )  # fmt: skip
    until = as_of + timedelta(days=1)
    return Monitoring(
        task="er", as_of=as_of, start=until - timedelta(days=28), until=until, labels_start=until - timedelta(days=42),
        labels_until=until - timedelta(days=14), maturity_days=14, confidence=0.95, models=(model,), parts=parts,
        word=word_of(parts), reasons=(f"left_name: {one.reason}",),
        retraining=Retraining(policy=retrain, wanted="alarm" in {shift, realised}, cooldown_days=7),
    )  # fmt: skip
