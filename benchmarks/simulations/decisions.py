"""What the gate decides on models of known quality: ``mlops.gate.decide``, as ``mlops gate`` calls it."""

from functools import cache
from typing import Final

import numpy as np
from scipy.stats import binom

from benchmarks.simulations.coverage import naive
from benchmarks.simulations.results import Decisions, ExactPass, FalsePass, NeededRows
from benchmarks.simulations.samples import Sample, Scenario, scenario
from mlops.config import Criterion, DecideOn, Policy
from mlops.evaluation import Evaluation, estimate_all
from mlops.gate import Bindings, Facts, decide
from mlops.intervals.proportions import wilson_lower, wilson_upper
from mlops.metrics import Counts, Estimate, IntervalMethod, Metrics

THRESHOLD: Final = 0.92
_POWER: Final = 0.8
_MOST: Final = 1500
_HASH: Final = "0" * 64
_BINDINGS: Final = Bindings(
    dataset_sha256=_HASH,
    model_sha256=_HASH,
    artifact_sha256=_HASH,
    evaluation_sha256=_HASH,
    policy_sha256=_HASH,
    code_commit="0" * 40,
    code_dirty=False,
    run_url="",
)
_NEGATIVES: Final = 5
_EXACT: Final = ((0.90, 200), (0.90, 1000), (0.91, 200), (0.92, 200), (0.92, 1000), (0.95, 200), (0.95, 1000))
_CLUSTERED: Final = (
    ("independent", 200),
    ("independent", 1000),
    ("five rows an entity, correlation 0.3", 1000),
    ("five rows an entity, correlation 1", 1000),
    ("geometric sizes, mean 3, correlation 0.3", 1000),
    ("geometric sizes, mean 3, correlation 1", 1000),
    ("five entities with half the rows, correlation 0.3", 1000),
    ("five entities with half the rows, correlation 1", 1000),
    ("Zipf sizes, correlation 0.3", 1000),
    ("Zipf sizes, correlation 1", 1000),
)


def run(*, samples: int, replicates: int) -> Decisions:
    """Return exact probabilities on independent rows, and simulated ones on clustered rows."""
    return Decisions(
        exact=tuple(
            ExactPass(
                threshold=THRESHOLD,
                truth=truth,
                n=n,
                point=_pass_probability(n, truth, "point"),
                lower_bound=_pass_probability(n, truth, "lower_bound"),
            )
            for truth, n in _EXACT
        ),
        needed=tuple(_needed(truth) for truth in (0.94, 0.95, 1.0)),
        false_pass=tuple(
            _false_pass(scenario(name), n, samples=samples, replicates=replicates) for name, n in _CLUSTERED
        ),
    )


def passes(estimates: dict[str, Estimate], counts: Counts, decide_on: DecideOn) -> bool:
    """Return whether the gate passes a model whose precision must reach ``THRESHOLD``."""
    policy = Policy(min_rows=1, criteria={"precision": Criterion(min=THRESHOLD, decide_on=decide_on)})
    metrics = Metrics(
        task="er",
        model_id="er_20251020",
        dataset_sha256=_HASH,
        model_sha256=_HASH,
        evaluation_sha256=_HASH,
        threshold=0.5,
        rows=counts.tp + counts.fp + counts.fn + counts.tn,
        positives=counts.tp + counts.fn,
        clusters=counts.tp + counts.fp + counts.fn + counts.tn,
        weighted=False,
        interval=IntervalMethod(confidence=policy.confidence, name="simulated", replicates=0, seed=0),
        counts=counts,
        metrics=estimates,
        slices=(),
        curve=(),
    )
    report = decide(metrics, policy, declared=policy, bindings=_BINDINGS, facts=Facts(first_version=True))
    return report.verdict == "pass"


@cache
def smallest_passing(n: int, decide_on: DecideOn) -> int:
    """Return how many of ``n`` independent predicted positives must be right to pass; ``n + 1`` where none suffices."""
    low, high = 0, n + 1
    while low < high:
        middle = (low + high) // 2
        if _passes_counts(middle, n, decide_on):
            high = middle
        else:
            low = middle + 1
    return low


def _passes_counts(right: int, n: int, decide_on: DecideOn) -> bool:
    precision = Estimate(
        value=right / n, lower=wilson_lower(right, n, 0.95), upper=wilson_upper(right, n, 0.95), n=n
    )  # fmt: skip
    counts = Counts(tp=right, fp=n - right, fn=1, tn=_NEGATIVES)
    return passes({"precision": precision}, counts, decide_on)


def _pass_probability(n: int, truth: float, decide_on: DecideOn) -> float:
    return round(float(binom.sf(smallest_passing(n, decide_on) - 1, n, truth)), 6)


def _needed(truth: float) -> NeededRows:
    """Find the numbers of predicted positives from which, and from which on always, a model passes often enough."""
    enough = [_pass_probability(n, truth, "lower_bound") >= _POWER for n in range(1, _MOST)]
    last_short = len(enough) - 1 - enough[::-1].index(False)
    return NeededRows(
        threshold=THRESHOLD, truth=truth, power=_POWER, first=enough.index(True) + 1, always=last_short + 2
    )  # fmt: skip


def _false_pass(found: Scenario, n: int, *, samples: int, replicates: int) -> FalsePass:
    generator = np.random.default_rng([n, *found.name.encode()])
    passed = np.zeros(3)
    for _ in range(samples):
        sample = found.draw(generator, n, THRESHOLD)
        estimates, counts = _measured(sample, replicates=replicates)
        passed += [
            passes(estimates, counts, "point"),
            passes(estimates, counts, "lower_bound"),
            naive(sample, 0.95) >= THRESHOLD,
        ]
    point, lower_bound, plain = (float(count) / samples for count in passed)
    return FalsePass(name=found.name, n=n, point=point, lower_bound=lower_bound, naive=plain)


def _measured(sample: Sample, *, replicates: int) -> tuple[dict[str, Estimate], Counts]:
    """Measure the sample as predicted positives beside a few rows that are rightly predicted negative."""
    tp, rows = int(sample.hit.sum()), len(sample.hit) + _NEGATIVES
    other = int(sample.cluster.max()) + 1 + np.arange(_NEGATIVES)
    predicted = np.arange(rows) < len(sample.hit)
    evaluation = Evaluation(
        row_id=np.arange(rows).astype(str).astype(object),
        cluster=np.concatenate([sample.cluster, other]).astype(str).astype(object),
        label=np.concatenate([sample.hit, np.zeros(_NEGATIVES, dtype=bool)]).astype(np.int8),
        score=predicted.astype(np.float64),
        predicted=predicted,
        weight=np.concatenate([sample.weight, np.ones(_NEGATIVES)]),
    )
    counts = Counts(tp=tp, fp=len(sample.hit) - tp, fn=0, tn=_NEGATIVES)
    return estimate_all(evaluation, confidence=0.95, replicates=replicates), counts
