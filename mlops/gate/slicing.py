"""Bounds inside slices: respect for support, Holm's correction of fails, the worst first (pure).

To pass, every value of every slice must pass, and that needs no correction: the chance that a model passes which misses
one of the bounds is at most that of passing this one bound by chance (intersection-union test: R. L. Berger,
Technometrics 24 (1982) 295-300). To fail, one value is enough, so a good model with many slices would fail by chance;
fails are therefore corrected over all values of all slices of the policy (Holm 1979).
"""

from collections.abc import Iterator
from typing import NamedTuple

from mlops.config import Policy, SliceRule
from mlops.formatting import format_p, format_rate, format_threshold, printable
from mlops.gate.criteria import bound_of, compare, rank_of
from mlops.gate.outlook import Numbers, explain, needed, numbers_in, too_few
from mlops.gate.report import SliceResult, Verdict
from mlops.intervals.multiple import holm
from mlops.intervals.proportions import effective_n, jaccard_of_f1, p_at_least
from mlops.metrics import Metrics

_WORST_FIRST: tuple[Verdict, ...] = ("fail", "inconclusive", "pass")
_NAMED_SLICES = 20
_VALUE_CAP = 40
_ABSENT = Numbers(None, None, None, 0, "")


class _Case(NamedTuple):
    """One bound in one value of one slice; ``absent`` says why there is nothing to decide on."""

    metric: str
    slice: str
    value: str
    rule: SliceRule
    numbers: Numbers
    p_value: float | None
    absent: str


class _Corrected(NamedTuple):
    """A p after Holm's correction over ``family`` cases, and the greatest at which a case fails."""

    p_value: float
    level: float
    family: int

    def __str__(self) -> str:
        values = f"{self.family:,} slice value{'' if self.family == 1 else 's'}"
        return f"p {format_p(self.p_value, self.level)} after Holm's correction over {values}"


def judge_slices(metrics: Metrics, rules: Policy, *, obstacle: str) -> tuple[SliceResult, ...]:
    """Decide every bound that the policy sets inside slices.

    Args:
        metrics: What was measured; each value of a slice has its own estimates.
        rules: The policy in force.
        obstacle: Why nothing can be decided on these rows; empty if something can.

    Returns:
        One result for each metric and value of a slice with a rule, also for values and slices that are missing: fails
        first, then what is inconclusive by adjusted p, then passes.
    """
    cases = [
        case
        for metric, criterion in sorted(rules.criteria.items())
        for name, rule in sorted(criterion.slices.items())
        for case in _cases(metrics, metric, name, rule)
    ]
    adjusted = holm([1.0 if case.p_value is None else case.p_value for case in cases])
    results = (
        _judge(case, _Corrected(p, 1 - rules.confidence, len(cases)), metrics, obstacle)
        for case, p in zip(cases, adjusted, strict=True)
    )
    return tuple(sorted(results, key=_key))


def name_of(result: SliceResult) -> str:
    """Return what a result is called in a sentence; the value, which is data, quoted, printable and short."""
    if not result.value:
        return f"{result.metric} in slice {result.slice}"
    shown = printable(result.value, _VALUE_CAP).replace('"', "'")
    return f'{result.metric} in {result.slice} "{shown}"'


def _cases(metrics: Metrics, metric: str, name: str, rule: SliceRule) -> Iterator[_Case]:
    """Yield each value of the slice that the test rows show or that the rule asks for."""
    parts = [part for part in metrics.slices if part.slice == name]
    if not parts:
        known = sorted({printable(part.slice, _VALUE_CAP) for part in metrics.slices})[:_NAMED_SLICES]
        absent = f"The evaluation has no such slice; it has: {', '.join(known) or 'none'}."
        yield _Case(metric, name, "", rule, _ABSENT, None, absent)
        return
    threshold, sign = bound_of(rule)
    for part in parts:
        numbers = numbers_in(part.metrics, metric)
        p_value = _p_value(metric, numbers, threshold, sign, metrics.interval.confidence)
        yield _Case(metric, name, part.value, rule, numbers, p_value, "")
    absent = "The test rows do not show it as a value of its own, and the policy asks for it: label rows that have it."
    for value in sorted({*rule.values} - {part.value for part in parts}):
        yield _Case(metric, name, value, rule, _ABSENT, None, absent)


def _p_value(metric: str, numbers: Numbers, threshold: float, sign: int, confidence: float) -> float | None:
    """Return the one-sided p of the hypothesis that the bound holds, at the sample size that the bounds are worth.

    That size is read off the reported bound on the threshold's side of the estimate, which knows weights and clusters.
    """
    value, lower, upper, n, _ = numbers
    if value is None or lower is None or upper is None:
        return None
    if metric == "f1":  # no proportion itself, but J is, and F1 rises with it
        value, lower, upper, threshold = (jaccard_of_f1(x) for x in (value, lower, upper, threshold))
    if sign < 0:
        value, lower, upper, threshold = 1 - value, 1 - upper, 1 - lower, 1 - threshold
    worth = effective_n(value, upper if value < threshold else lower, confidence)
    return p_at_least(value, threshold, n if worth is None else min(n, worth))


def _judge(case: _Case, corrected: _Corrected, metrics: Metrics, obstacle: str) -> SliceResult:
    """Decide one case."""
    threshold, _ = bound_of(case.rule)
    few = too_few(case.numbers, case.rule.min_samples, metrics.rows)
    undecided = obstacle or case.absent or " ".join(filter(None, (case.numbers.missing, few)))
    verdict: Verdict = "inconclusive" if undecided else _decide(case, corrected)
    return SliceResult(
        metric=case.metric,
        slice=case.slice,
        value=case.value,
        estimate=case.numbers.value,
        lower=case.numbers.lower,
        upper=case.numbers.upper,
        n=case.numbers.n,
        threshold=threshold,
        direction="max" if case.rule.min is None else "min",
        p_value=case.p_value,
        adjusted_p=None if case.p_value is None else corrected.p_value,
        verdict=verdict,
        blocking=case.rule.action == "block",
        reason=undecided or _reason(case, verdict, metrics, corrected),
    )


def _decide(case: _Case, corrected: _Corrected) -> Verdict:
    """Pass by the value's own bound, fail by the corrected p; every comparison is a positive assertion."""
    threshold, sign = bound_of(case.rule)
    if compare(case.numbers, threshold, sign, case.rule.decide_on) == "pass":
        return "pass"
    refuted = case.p_value is not None and corrected.p_value <= corrected.level
    return "fail" if refuted and _misses(case) else "inconclusive"


def _misses(case: _Case) -> bool:
    """Whether the estimate itself lies on the wrong side of the bound."""
    threshold, sign = bound_of(case.rule)
    return case.numbers.value is not None and sign * case.numbers.value < sign * threshold


def _reason(case: _Case, verdict: Verdict, metrics: Metrics, corrected: _Corrected) -> str:
    """Return one sentence that says why; it names neither the slice nor its value, which stand beside it."""
    threshold, _ = bound_of(case.rule)
    if not _misses(case):
        rows = needed(case.metric, case.numbers, threshold, metrics.interval.confidence)
        return explain(case.numbers, case.rule, threshold, verdict, needed_n=rows, rows=metrics.rows)
    side = "above" if case.rule.min is None else "below"
    missed = f"{format_rate(case.numbers.value, threshold)} is {side} {format_threshold(threshold)}"
    if verdict == "fail":
        return f"{missed}, and chance does not explain it: {corrected}."
    return f"{missed}, but chance can explain it: {corrected}."


def _key(result: SliceResult) -> tuple[int, bool, float, float, tuple[int, str], str, str]:
    """Order results in one way: the worst verdict first, what blocks before what warns, then by p."""
    adjusted, own = (2.0 if p is None else p for p in (result.adjusted_p, result.p_value))
    verdict = _WORST_FIRST.index(result.verdict)
    return (verdict, not result.blocking, adjusted, own, rank_of(result.metric), result.slice, result.value)
