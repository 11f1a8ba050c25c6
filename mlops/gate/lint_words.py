"""What is wrong with the words of a policy: bounds that ask nothing, too much, or against each other (pure)."""

from collections.abc import Iterator

from mlops.config import Bounded, Policy, TaskSettings
from mlops.formatting import format_rate, format_threshold
from mlops.gate.attainable import ordered
from mlops.gate.findings import METRICS, Finding, level_of
from mlops.gate.prospects import Rule, chances
from mlops.gate.sample import Sample

_LEAST_CONFIDENCE = 0.9
_EXTREME = 0.99
_NEAR = 0.02  # how far below its threshold a model is that a point rule should not pass
_USUAL_ROWS = 200


def words(settings: TaskSettings) -> Iterator[Finding]:
    """Yield what needs no rows: fields that ask nothing, too much, or against each other."""
    policy = settings.policy
    if not any(criterion.action == "block" for criterion in policy.criteria.values()):
        yield Finding(
            "error",
            "policy.criteria",
            "No criterion blocks, so the policy asks nothing of a model and the gate passes none.",
            'Give at least one criterion action = "block".',
        )
    if policy.confidence < _LEAST_CONFIDENCE:
        yield Finding(
            "warning",
            "policy.confidence",
            f"At {format_threshold(policy.confidence)} confidence a model exactly on a threshold passes in up to "
            f"{format_rate(1 - policy.confidence, digits=0)} of cases.",
            "Use 0.95, or 0.9 where test rows are dear.",
        )
    for metric, criterion in ordered(policy):
        field = f"policy.criteria.{metric}"
        if metric not in METRICS:
            yield Finding(
                level_of(blocking=criterion.action == "block"),
                field,
                f"{metric} is not measured, so it is never decided.",
                f"The metrics are {', '.join(METRICS)}.",
            )
        yield from _extremes(field, criterion)
        for name, rule in sorted(criterion.slices.items()):
            yield from _extremes(f"{field}.slices.{name}", rule)
    precision = policy.criteria.get("precision")
    threshold = settings.threshold
    if (
        threshold.objective == "recall_at_precision"
        and precision is not None
        and precision.min is not None
        and threshold.precision_floor < precision.min
    ):
        yield Finding(
            "warning",
            "threshold.precision_floor",
            f"The decision threshold is chosen for a precision of {format_threshold(threshold.precision_floor)}, below "
            f"the {format_threshold(precision.min)} that the policy asks for: such a model is built to fail.",
            f"Set precision_floor = {precision.min!r} or a little higher.",
        )


def _extremes(field: str, bound: Bounded) -> Iterator[Finding]:
    if bound.min is not None and _EXTREME < bound.min < 1:
        yield Finding(
            "warning",
            f"{field}.min",
            f"{format_threshold(bound.min)} leaves room for one error in {round(1 / (1 - bound.min)):,} rows; wrong "
            "labels alone are usually more.",
            "Measure the agreement of annotators first; a minimum above it asks for luck.",
        )
    if bound.min == 0 or bound.max == 1:
        yield Finding("warning", field, "This bound is met by every model.", "Remove it, or give it a value.")


def points(policy: Policy, sample: Sample | None) -> Iterator[Finding]:
    """Yield what a rule that ignores uncertainty lets through."""
    for metric, criterion in ordered(policy):
        rule = Rule.of(metric, criterion, policy.confidence)
        truth = round(rule.threshold + (-_NEAR if rule.least else _NEAR), 10)
        if rule.decide_on != "point" or not 0 < truth < 1:
            continue
        at_hand = sample.denominators.get(metric) if sample else None
        n = at_hand.n if at_hand and at_hand.n else _USUAL_ROWS
        worth = max(1, round(at_hand.effective)) if at_hand and at_hand.n else n
        passes = chances(rule._replace(min_samples=1), worth, truth).passes
        yield Finding(
            "warning",
            f"policy.criteria.{metric}.decide_on",
            f"The estimate alone is compared: a model whose true {metric} is {format_threshold(truth)} passes in "
            f"{format_rate(passes, digits=0)} of cases with n = {n:,}.",
            'Use decide_on = "lower_bound"; `mlops policy simulate` shows both side by side.',
        )


def agreement(policy: Policy) -> Iterator[Finding]:
    """Yield what the bounds on precision and recall mean for the one on F1, their harmonic mean."""
    f1 = policy.criteria.get("f1")
    pair = [policy.criteria.get(metric) for metric in ("precision", "recall")]
    if f1 is None or None in pair:
        return
    least, most = (
        _harmonic(*(otherwise if (x := getattr(c, side)) is None else x for c in pair))
        for side, otherwise in (("min", 0.0), ("max", 1.0))
    )
    field = "policy.criteria.f1"
    if (f1.min is not None and f1.min > most) or (f1.max is not None and f1.max < least):
        yield Finding(
            level_of(blocking=f1.action == "block"),
            field,
            f"The bounds on precision and recall allow F1 only from {format_rate(least)} to {format_rate(most)}: the "
            "criteria contradict each other.",
            "Change one of the three bounds.",
        )
    elif f1.min is not None and least > 0 and least >= f1.min:
        yield Finding(
            "note",
            f"{field}.min",
            f"A model that meets the minima of precision and recall has F1 of at least {format_rate(least, f1.min)}, "
            f"so a minimum of {format_threshold(f1.min)} asks nothing more.",
            "Raise it or remove it.",
        )
    elif f1.min is not None and least > 0:
        yield Finding(
            "note",
            f"{field}.min",
            f"F1 asks more than the minima of precision and recall do: at both minima F1 is "
            f"{format_rate(least, f1.min)}, below {format_threshold(f1.min)}.",
        )


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


def use(policy: Policy) -> Iterator[Finding]:
    """Yield what repeated use of the same test rows, and several seeds, mean."""
    chance = 1 - policy.confidence**policy.holdout.warn_after
    yield Finding(
        "note",
        "policy.holdout",
        f"Of {policy.holdout.warn_after} models exactly on a threshold, judged on the same test rows before anyone is "
        f"warned, one passes by luck in up to {format_rate(chance, digits=0)} of cases.",
    )
    if policy.seeds > 1:
        yield Finding(
            "note",
            "policy.seeds",
            f"All of {policy.seeds} trainings must clear every criterion on the same rows: the gate passes less often "
            "than for one, and training takes as many times as long.",
        )
