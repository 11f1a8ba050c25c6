"""Realised quality: precision, recall, F1 and accuracy on labels that had their time to come.

Who is labelled in production is seldom chance: claims that were called hopeless are never filed. So each metric is
measured twice where it can be, and the two are never mixed: on every labelled row, which counts only where nearly all
rows of its denominator are labelled, and on the rows of an audit, weighted by 1 / inclusion probability, which counts
wherever the audit's labels came.

Sources: D. G. Horvitz & D. J. Thompson, JASA 47 (1952) 663-685, for the weights (as a ratio, after Hajek, so that the
size of the population need not be known); L. Kish, Survey Sampling (1965), for the effective number of rows.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlops.config import Criterion
from mlops.evaluation import Evaluation
from mlops.evaluation.measuring import estimate_all
from mlops.feedback.reading import Logged
from mlops.formatting import format_rate, format_threshold
from mlops.intervals.bootstrap import REPLICATES
from mlops.intervals.ratios import ratio
from mlops.metrics import Estimate
from mlops.monitoring.document import Realised, Selection, Word
from mlops.monitoring_settings import MonitoringSettings


class Demands(NamedTuple):
    """What a model is held to.

    Attributes:
        criteria: The policy's, by metric; only minima are judged.
        settings: From when on there are enough labels, and what is an alarm.
        confidence: Of each one-sided bound, in (0.5, 1).
    """

    criteria: Mapping[str, Criterion]
    settings: MonitoringSettings
    confidence: float


METRICS = ("precision", "recall", "f1", "accuracy")


def measure(mature: Sequence[Logged], drawn: Mapping[str, float], demands: Demands) -> tuple[Realised, ...]:
    """Measure a model on the labels of its mature predictions, and judge each metric of the policy once.

    Args:
        mature: Its predictions that are old enough for a label, with or without one.
        drawn: By prediction the probability with which an audit drew it, in (0, 1].
        demands: What it is held to.
    """
    labelled = [row for row in mature if row.label is not None]
    sample = [row for row in mature if row.id in drawn]
    answered = [row for row in sample if row.label is not None]
    lines: list[Realised] = []
    if answered:
        share = len(answered) / len(sample)
        weight = np.array([1 / drawn[row.id] for row in answered])
        coverage = dict.fromkeys(METRICS, share)
        lines += list(_lines(answered, weight, "audited", coverage, demands))
    by_audit = {one.metric for one in lines if one.sufficient}
    if labelled:
        plain = _lines(labelled, np.ones(len(labelled)), "labelled", _coverage(mature), demands)
        lines += [_stepped_back(one) if one.metric in by_audit else one for one in plain]
    return tuple(_deciding(one, by_audit) for one in lines)


def _deciding(line: Realised, by_audit: Collection[str]) -> Realised:
    """Return a line that knows whether it decides: the audit's where that can, else that of every labelled row."""
    decides = (line.selection == "audited") == (line.metric in by_audit)
    return line.model_copy(update={"judged": decides and line.minimum is not None})


def _coverage(mature: Sequence[Logged]) -> dict[str, float]:
    """Return for each metric the share of labelled rows among those of the calls that it is about, the smaller one."""
    shares = {}
    for call in (True, False):
        rows = [row for row in mature if row.positive == call]
        shares[call] = sum(row.label is not None for row in rows) / len(rows) if rows else 1.0
    return {"precision": shares[True]} | dict.fromkeys(METRICS[1:], min(shares.values()))


def _lines(
    rows: Sequence[Logged], weight: NDArray[np.float64], selection: Selection, coverage: Mapping[str, float],
    demands: Demands,
) -> Iterator[Realised]:  # fmt: skip
    scored = _evaluation(rows, weight)
    label = scored.label == 1
    right = scored.predicted == label
    members = {
        "precision": scored.predicted, "recall": label, "f1": label | scored.predicted,
        "accuracy": np.ones(len(rows), dtype=bool),
    }  # fmt: skip
    estimates = estimate_all(scored, confidence=demands.confidence)
    estimates["accuracy"] = _accuracy(scored, right, demands.confidence)
    for metric in METRICS:
        own = weight[members[metric]]
        criterion = demands.criteria.get(metric)
        minimum = None if criterion is None else criterion.min
        effective = float(own.sum()) ** 2 / float(own @ own) if len(own) else 0.0
        line = Realised(
            metric=metric, selection=selection, estimate=estimates[metric], effective=effective,
            coverage=coverage[metric], minimum=minimum, sufficient=False, judged=False, word="unknown", reason="",
        )  # fmt: skip
        why = _insufficient(line, demands.settings)
        word, reason = ("unknown", why) if why else _judged(line, demands.settings)
        yield line.model_copy(update={"sufficient": not why, "word": word, "reason": reason})


def _insufficient(line: Realised, settings: MonitoringSettings) -> str:
    """Return why a line tells too little to be judged; empty where it tells enough."""
    found = line.estimate
    if found.value is None:
        return f"It is not defined: {found.reason}."
    if min(line.effective, found.n) < settings.min_labels:
        return f"{found.n:,} labels, worth {line.effective:,.0f}; {settings.min_labels:,} are asked for."
    if line.coverage is not None and line.coverage < settings.min_coverage:
        what = "the draw" if line.selection == "audited" else "the rows that it is about"
        asked = format_threshold(settings.min_coverage)
        return (
            f"{format_rate(line.coverage)} of {what} are labelled, less than {asked}: whoever is labelled may not be "
            "like the others. An audit sample tells."
        )
    return ""


def _judged(line: Realised, settings: MonitoringSettings) -> tuple[Word, str]:
    bound = line.estimate.upper if settings.alarm_on == "upper_bound" else line.estimate.lower
    if line.minimum is None or bound is None:
        return "unknown", "The policy asks nothing of it."
    name = settings.alarm_on.replace("_", " ")
    shown = format_rate(bound, line.minimum)
    if bound >= line.minimum:
        return "ok", f"Its {name} is {shown}, not below {format_threshold(line.minimum)}."
    return "alarm", f"Its {name} is {shown}, below {format_threshold(line.minimum)}."


def _stepped_back(line: Realised) -> Realised:
    return line.model_copy(update={"word": "unknown", "reason": "The audit sample decides."})


def _accuracy(scored: Evaluation, right: NDArray[np.bool_], confidence: float) -> Estimate:
    codes = np.unique(scored.cluster.astype(str), return_inverse=True)[1]
    found = ratio(
        right, scored.weight, codes, clusters=int(codes.max()) + 1,
        typical=float(np.square(scored.weight).sum() / scored.weight.sum()), confidence=confidence,
        replicates=REPLICATES, seed=0,
    )  # fmt: skip
    return Estimate(value=found.value, lower=found.lower, upper=found.upper, n=len(right))


def _evaluation(rows: Sequence[Logged], weight: NDArray[np.float64]) -> Evaluation:
    return Evaluation(
        row_id=np.array([row.id for row in rows], dtype=object),
        cluster=np.array([row.entity for row in rows], dtype=object),
        label=np.array([row.label for row in rows], dtype=np.int8),
        score=np.array([row.score for row in rows], dtype=np.float64),
        predicted=np.array([row.positive for row in rows], dtype=bool),
        weight=weight,
    )
