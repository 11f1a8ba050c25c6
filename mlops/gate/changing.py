"""The comparison with the model in production: non-inferiority on the paired difference (pure).

A candidate passes when even the unfavourable bound of the difference lies within the margin, and fails when even the
favourable one does not. Where a criterion bounds a metric from above, less is better and the margin is a rise.

Source: G. Piaggio et al., Reporting of noninferiority and equivalence randomized trials, JAMA 308 (2012) 2594-2604.
"""

from math import ceil, isfinite

from mlops.config import Change, Criterion, Policy
from mlops.formatting import about, format_rate, format_threshold
from mlops.gate.criteria import compare, rank_of
from mlops.gate.outlook import Numbers
from mlops.gate.report import ChangeResult, Verdict
from mlops.intervals.proportions import MAX_ROWS
from mlops.metrics import Difference, Paired

_UNKNOWN = Difference(
    candidate=None, champion=None, value=None, lower=None, upper=None, n=0, reason="it was not measured"
)


def judge_changes(
    comparison: Paired | None, rules: Policy, *, candidate_sha256: str, first_version: bool, served: str = ""
) -> tuple[ChangeResult, ...]:
    """Decide the ``change`` of every criterion that asks for one.

    Args:
        comparison: What the two models did on the same test rows; None without a champion.
        rules: The policy in force.
        candidate_sha256: Hash of the candidate's model file: a model is never compared with itself.
        first_version: Whether there is no model in production, so that nothing can be asked.
        served: Id of the model in production, for the sentence that asks for its scores; empty where it is not known.
    """
    if comparison is None and first_version:
        return ()
    return tuple(
        _judge(
            metric,
            rules.criteria[metric],
            change,
            obstacle=_obstacle(comparison, change, rules, candidate_sha256, served),
            comparison=comparison,
        )
        for metric in sorted(rules.criteria, key=rank_of)
        if (change := rules.criteria[metric].change) is not None
    )


def _obstacle(comparison: Paired | None, change: Change, rules: Policy, candidate_sha256: str, served: str) -> str:
    """Return why the two models cannot be compared at all; empty if they can."""
    if comparison is None:
        model = f"{served}, the model in {change.baseline}," if served else f"The model in {change.baseline}"
        return f"{model} was not scored on these test rows; pass its scores of them with --champion DIR."
    if comparison.champion_model_sha256 == candidate_sha256:
        return f"This is the model in {change.baseline} itself: a model is not compared with itself."
    if not comparison.interval.confidence >= rules.confidence:
        return (
            f"The bounds of the comparison hold at {format_threshold(comparison.interval.confidence)}, the policy asks "
            f"for {format_threshold(rules.confidence)}."
        )
    return ""


def _numbers(comparison: Paired | None, metric: str) -> Numbers:
    """Return a difference of which nothing but finite numbers is left, with the reason for what is missing."""
    found = comparison.differences.get(metric, _UNKNOWN) if comparison is not None else _UNKNOWN
    value, lower, upper = (
        number if number is not None and isfinite(number) else None
        for number in (found.value, found.lower, found.upper)
    )
    missing = "" if None not in {value, lower, upper} else found.reason or "it has no finite number"
    return Numbers(value, lower, upper, found.n, missing and f"The difference is not defined: {missing}.")


def _judge(
    metric: str, criterion: Criterion, change: Change, *, obstacle: str, comparison: Paired | None
) -> ChangeResult:
    """Decide one metric; the margin stands on the side on which the candidate would be worse."""
    sign = 1 if criterion.min is not None else -1
    margin = 0.0 - sign * change.max_drop  # never -0.0
    numbers = _numbers(comparison, metric)
    few = numbers.n < criterion.min_samples
    undecided = bool(obstacle) or few
    verdict: Verdict = "inconclusive" if undecided else compare(numbers, margin, sign, criterion.decide_on)
    reason = obstacle or numbers.missing
    if not reason and few:
        reason = f"{numbers.n:,} rows are fewer than the {criterion.min_samples:,} that the policy asks for."
    return ChangeResult(
        metric=metric,
        baseline=change.baseline,
        max_drop=change.max_drop,
        value=numbers.value,
        lower=numbers.lower,
        upper=numbers.upper,
        verdict=verdict,
        blocking=criterion.action == "block",
        reason=reason or _explain(numbers, criterion, margin, verdict, rows=comparison.rows if comparison else 0),
    )


def _explain(numbers: Numbers, criterion: Criterion, margin: float, verdict: Verdict, *, rows: int) -> str:
    """Return one sentence that says why a difference that is defined came out as it did."""
    at = exact_points(margin)
    value, lower, upper = (points(x, margin) for x in (numbers.value, numbers.lower, numbers.upper))
    if verdict == "inconclusive":
        outlook = _outlook(numbers, margin, rows)
        return f"The margin {at} lies between the bounds {lower} and {upper} of the difference; {outlook}."
    side = {(True, True): "at least", (True, False): "at most", (False, True): "below", (False, False): "above"}
    met, more_is_better = verdict == "pass", criterion.min is not None
    if criterion.decide_on == "point":
        return f"The difference {value} is {side[met, more_is_better]} {at}."
    name, shown = ("lower", lower) if met == more_is_better else ("upper", upper)
    return f"The {name} bound of the difference {shown} is {side[met, more_is_better]} {at}."


def _outlook(numbers: Numbers, margin: float, rows: int) -> str:
    """Say how many further rows would decide at this difference: a bound's distance shrinks with their square root."""
    value, lower, upper = numbers.value, numbers.lower, numbers.upper
    if value is None or lower is None or upper is None or value == margin:
        return "no number of further rows would decide at this difference"
    distance = value - lower if value > margin else upper - value
    root = distance / abs(value - margin)
    if not root * root * rows <= MAX_ROWS:
        return "no reasonable number of further rows would decide at this difference"
    more = max(1, ceil((root * root - 1) * rows))
    return f"about {about(more)} more labelled test rows would decide if it stays at {points(value)}"


def points(difference: float | None, margin: float | None = None) -> str:
    """Return a difference of rates in percentage points with its sign, on its own side of ``margin``."""
    return _signed(format_rate(difference, margin), difference or 0.0)


def exact_points(margin: float) -> str:
    """Return a margin in percentage points, exactly as it was declared: -0.02 is ``-2 points``."""
    return _signed(format_threshold(margin), margin)


def _signed(percent: str, number: float) -> str:
    if not percent.endswith(" %"):
        return percent
    return f"{'+' if number > 0 else ''}{percent.removesuffix(' %')} points"
