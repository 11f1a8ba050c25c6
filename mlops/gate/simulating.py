"""How likely the gate is to pass a model of known true quality: samples of test rows are drawn and judged by its rule.

Positives are fixed, for they are the test rows'; hits among them are binomial with the true recall, and false alarms
are binomial among the negatives (Poisson where their number is not known) with the rate that the true precision means.
A sample whose rows are not independent is drawn at its effective size. Pure: the draws come from the seed alone.
"""

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from mlops.config import Criterion, DecideOn, Policy
from mlops.gate.findings import METRICS
from mlops.gate.prospects import Chances, Rule, limits
from mlops.gate.sample import Sample, Truth, effect_of, predicted_by

DRAWS = 20_000
SEED = 0

_FAIL, _INCONCLUSIVE, _PASS = range(3)

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Drawn:
    """Outcomes of many samples: three arrays of counts, one number a sample."""

    tp: Counts
    fp: Counts
    fn: Counts

    def counts_of(self, metric: str) -> tuple[Counts, Counts]:
        """Return hits and denominator of a metric in every sample."""
        others = {"precision": self.fp, "recall": self.fn, "f1": self.fp + self.fn}[metric]
        return self.tp, self.tp + others


def draw(truth: Truth, *, positives: int, negatives: int | None, draws: int = DRAWS, seed: int = SEED) -> Drawn:
    """Draw samples of test rows as a model of quality ``truth`` would decide them.

    Args:
        truth: The true quality; its precision is positive.
        positives: Positive rows.
        negatives: Negative rows; None where not known: many.
        draws: Samples.
        seed: Seed of the draws.

    Raises:
        ValueError: So many false alarms as this precision means there are no negatives for.
    """
    generator = np.random.default_rng(seed)
    alarms = predicted_by(truth, positives) - positives * truth.recall
    if negatives is not None and not alarms <= negatives:
        raise ValueError(f"{alarms:.0f} false positives among {negatives} negatives")
    tp = generator.binomial(positives, truth.recall, size=draws).astype(np.int64)
    if negatives is None:
        fp = generator.poisson(alarms, size=draws).astype(np.int64)
    else:
        fp = generator.binomial(negatives, alarms / max(1, negatives), size=draws).astype(np.int64)
    return Drawn(tp=tp, fp=fp, fn=positives - tp)


def verdicts(policy: Policy, drawn: Drawn, *, effect: float = 1.0, decide_on: DecideOn | None = None) -> Counts:
    """Return the gate's verdict on every sample: 0 is fail, 1 inconclusive, 2 pass.

    Args:
        policy: Its blocking criteria judge; slices, changes and seeds do not.
        drawn: The samples, at their effective size.
        effect: Design effect: rows that one row of the samples stands for; only ``min_samples`` counts those.
        decide_on: Overrules that of every criterion; None leaves it.
    """
    found = [
        _judged(metric, criterion, drawn, confidence=policy.confidence, effect=effect, decide_on=decide_on)
        for metric, criterion in sorted(policy.criteria.items())
        if criterion.action == "block"
    ]
    worst = np.full(len(drawn.tp), _INCONCLUSIVE if not found else _PASS)
    for codes in found:
        worst = np.minimum(worst, codes)
    return np.where(drawn.tp + drawn.fp == 0, _INCONCLUSIVE, worst)


def simulate(
    policy: Policy,
    truth: Truth,
    sample: Sample,
    *,
    decide_on: DecideOn | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Chances:
    """Return the probabilities of the gate's verdicts over all blocking criteria.

    Args:
        policy: See :func:`verdicts`.
        truth: The true quality; args and errors are those of :func:`draw`.
        sample: The test rows at hand: positives and negatives, at the largest design effect of the metrics.
        decide_on: See :func:`verdicts`.
        draws: Samples.
        seed: Seed of the draws.
    """
    if sample.rows is not None and sample.rows < policy.min_rows:
        return Chances(0.0, 1.0, 0.0)
    effect = effect_of(sample)
    positives = max(1, round(sample.positives / effect))
    negatives = None if sample.rows is None else round((sample.rows - sample.positives) / effect)
    drawn = draw(truth, positives=positives, negatives=negatives, draws=draws, seed=seed)
    codes = verdicts(policy, drawn, effect=effect, decide_on=decide_on)
    return Chances(*(float(np.mean(codes == code)) for code in (_PASS, _INCONCLUSIVE, _FAIL)))


def error_of(probability: float, draws: int = DRAWS) -> float:
    """Return the standard error of a probability that was counted over ``draws`` samples."""
    return sqrt(probability * (1 - probability) / draws)


def _judged(
    metric: str, criterion: Criterion, drawn: Drawn, *, confidence: float, effect: float, decide_on: DecideOn | None
) -> Counts:
    """Return one criterion's verdict on every sample; which counts decide is worked out once per denominator."""
    if metric not in METRICS:
        return np.full(len(drawn.tp), _INCONCLUSIVE)
    rule = Rule.of(metric, criterion, confidence)
    rule = rule._replace(decide_on=decide_on or rule.decide_on, min_samples=ceil(rule.min_samples / effect))
    hits, n = drawn.counts_of(metric)
    good = hits if rule.least else n - hits
    sizes, at = np.unique(n, return_inverse=True)
    found = [limits(rule, int(size)) for size in sizes]
    passes_from = np.array([limit.passes_from for limit in found])[at]
    fails_below = np.array([limit.fails_below for limit in found])[at]
    return np.where(good >= passes_from, _PASS, np.where(good < fails_below, _FAIL, _INCONCLUSIVE))
