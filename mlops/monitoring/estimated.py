"""What calibrated scores foretell: if a score of 0.8 is right in 80 % of rows, quality needs no label.

That is confidence-based performance estimation. It sees a shift of what is asked, and is blind where the same inputs
come to mean something else (on data of this kind: estimated 0.787, real 0.518); so it may alarm, and reassures nobody.

Source: J. Bialek et al., Estimating model performance under covariate shift without labels, arXiv:2401.08348 (2024).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mlops.config import Criterion
from mlops.formatting import format_rate, format_threshold
from mlops.monitoring.document import Estimated, Word
from mlops.monitoring_settings import MonitoringSettings


def expected(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> dict[str, float | None]:
    """Return the expected accuracy, precision, recall and F1 (as a ratio of expectations); None where undefined.

    Args:
        score: (n,) probabilities of a positive label.
        positive: (n,) whether each row was called positive.
    """
    tp, positives, called = float(score[positive].sum()), float(score.sum()), int(positive.sum())
    right = tp + float((1 - score[~positive]).sum())
    return {
        "accuracy": _share(right, len(score)),
        "precision": _share(tp, called),
        "recall": _share(tp, positives),
        "f1": _share(2 * tp, positives + called),
    }


def measure(
    score: NDArray[np.float64],
    positive: NDArray[np.bool_],
    criteria: Mapping[str, Criterion],
    settings: MonitoringSettings,
) -> tuple[Estimated, ...]:
    """Estimate each metric, and alarm where the policy asks for more.

    Args:
        score: (n,) scores of predictions.
        positive: (n,) their calls.
        criteria: The policy's.
        settings: Its ``min_rows`` are needed.
    """
    found = []
    for metric, value in expected(score, positive).items():
        minimum = criteria[metric].min if metric in criteria else None
        word, reason = _judged(value, len(score), minimum, settings)
        found.append(Estimated(metric=metric, value=value, rows=len(score), minimum=minimum, word=word, reason=reason))
    return tuple(found)


def _judged(value: float | None, rows: int, minimum: float | None, settings: MonitoringSettings) -> tuple[Word, str]:
    if minimum is None:
        return "unknown", "The policy asks nothing of it."
    if value is None or rows < settings.min_rows:
        return "unknown", f"{rows:,} predictions; {settings.min_rows:,} are asked for."
    shown = f"The scores foretell {format_rate(value, minimum)}"
    if value < minimum:
        return "alarm", f"{shown}, below {format_threshold(minimum)}."
    return "ok", f"{shown}, not below {format_threshold(minimum)}; that alone reassures nobody."


def _share(part: float, whole: float) -> float | None:
    return min(1.0, part / whole) if whole > 0 else None
