"""Realised quality: precision, recall, F1 and accuracy on labels that had their time to come.

Who is labelled in production is seldom chance: claims that were called hopeless are never filed. So each metric is
measured twice where it can be, and the two are never mixed: on every labelled row, which counts only where nearly all
rows of its denominator are labelled, and on the rows of audits, weighted by 1 / inclusion probability, which counts
only where draws could have held nearly all rows, and nearly all of what they stand for is labelled.

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
from mlops.monitoring import covering
from mlops.monitoring.covering import METRICS, Audits, Cover
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


class _Sample(NamedTuple):
    """Labelled rows, how they came to be, and how far they speak for the others: by metric."""

    selection: Selection
    rows: Sequence[Logged]
    weight: NDArray[np.float64]
    coverage: Mapping[str, Cover]
    reach: Mapping[str, Cover] | None = None


def measure(mature: Sequence[Logged], audits: Audits, demands: Demands) -> tuple[Realised, ...]:
    """Measure a model on the labels of its mature predictions, and judge each metric of the policy once.

    Args:
        mature: Its predictions that are old enough for a label, with or without one.
        audits: What was drawn of them, and what could have been.
        demands: What it is held to.
    """
    labelled = [row for row in mature if row.label is not None]
    drawn = [row for row in mature if row.id in audits.inclusion]
    answered = [row for row in drawn if row.label is not None]
    audited: list[Realised] = []
    if answered:
        weight = np.array([1 / audits.inclusion[row.id] for row in answered])
        coverage, reach = covering.of_answers(mature, audits.inclusion), covering.of_reach(mature, audits.reached)
        audited = list(_lines(_Sample("audited", answered, weight, coverage, reach), demands))
    by_audit = {one.metric for one in audited if one.sufficient}
    why_not = {one.metric: one.reason for one in audited}
    if drawn and not answered:
        why_not = dict.fromkeys(METRICS, f"None of the {len(drawn):,} rows that it drew is labelled.")
    plain: list[Realised] = []
    if labelled:
        every = _Sample("labelled", labelled, np.ones(len(labelled)), covering.of_every_row(mature))
        plain = [
            _stepped_back(one) if one.metric in by_audit else _alone(one, why_not.get(one.metric, ""))
            for one in _lines(every, demands)
        ]
    return tuple(_deciding(one, by_audit) for one in (*audited, *plain))


def _deciding(line: Realised, by_audit: Collection[str]) -> Realised:
    """Return a line that knows whether it decides: the audit's where that can, else that of every labelled row."""
    decides = (line.selection == "audited") == (line.metric in by_audit)
    return line.model_copy(update={"judged": decides and line.minimum is not None})


def _lines(sample: _Sample, demands: Demands) -> Iterator[Realised]:
    weight = sample.weight
    scored = _evaluation(sample.rows, weight)
    label = scored.label == 1
    right = scored.predicted == label
    members = {
        "precision": scored.predicted, "recall": label, "f1": label | scored.predicted,
        "accuracy": np.ones(len(weight), dtype=bool),
    }  # fmt: skip
    estimates = estimate_all(scored, confidence=demands.confidence)
    estimates["accuracy"] = _accuracy(scored, right, demands.confidence)
    for metric in METRICS:
        own = weight[members[metric]]
        criterion = demands.criteria.get(metric)
        minimum = None if criterion is None else criterion.min
        effective = float(own.sum()) ** 2 / float(own @ own) if len(own) else 0.0
        line = Realised(
            metric=metric, selection=sample.selection, estimate=estimates[metric], effective=effective,
            coverage=sample.coverage[metric].share, reach=sample.reach[metric].share if sample.reach else None,
            minimum=minimum, sufficient=False, judged=False, word="unknown", reason="",
        )  # fmt: skip
        covers = [by[metric] for by in (sample.reach, sample.coverage) if by is not None]
        why = _insufficient(line, covers, demands.settings)
        word, reason = ("unknown", why) if why else _judged(line, demands.settings)
        yield line.model_copy(update={"sufficient": not why, "word": word, "reason": reason})


def _insufficient(line: Realised, covers: Sequence[Cover], settings: MonitoringSettings) -> str:
    """Return why a line tells too little to be judged; empty where it tells enough."""
    found = line.estimate
    if found.value is None:
        return f"It is not defined: {found.reason}."
    lacks = next((why for one in covers if (why := covering.lacking(one, settings.min_coverage))), "")
    if lacks:
        return lacks
    if min(line.effective, found.n) < settings.min_labels:
        return f"{found.n:,} labels, worth {line.effective:,.0f}; {settings.min_labels:,} are asked for."
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


def _alone(line: Realised, why_not: str) -> Realised:
    """Return a line of every labelled row that says why the audit beside it, if there is one, does not decide."""
    also = f" The audit does not decide: {why_not}" if why_not else ""
    return line.model_copy(update={"reason": line.reason + also})


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
