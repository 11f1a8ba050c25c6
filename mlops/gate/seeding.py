"""The same training with other seeds: every one must clear the very criteria of the model itself (pure)."""

from collections.abc import Sequence

from mlops.config import Policy
from mlops.gate.criteria import judge_criteria
from mlops.gate.outlook import numbers_of
from mlops.gate.report import CriterionResult, SeedResult, Verdict
from mlops.metrics import Metrics, Repeat


def judge_seeds(metrics: Metrics, rules: Policy, *, obstacle: str = "") -> tuple[SeedResult, ...]:
    """Decide the criteria for the same training with other seeds.

    A model whose neighbour in chance alone would not have passed is a lucky draw. The model itself is decided by the
    criteria; here stand the others, each judged alone. More of them than the policy asks for are judged too.

    Args:
        metrics: What was measured of the model, with ``repeats``.
        rules: The policy in force; ``seeds`` counts the model itself.
        obstacle: Why nothing can be decided on these rows; empty if something can.

    Returns:
        One result for each repeat and, if there are fewer than asked for, one inconclusive result for those missing.
    """
    found = tuple(_judge(metrics, repeat, rules, obstacle) for repeat in metrics.repeats)
    missing = rules.seeds - 1 - len(found)
    return (*found, _missing(metrics.task, rules.seeds, missing)) if missing > 0 else found


def name_of(result: SeedResult) -> str:
    """Return what a result is called in reasons and tables."""
    return "seeds" if result.seed is None else f"seed {result.seed}"


def _judge(metrics: Metrics, repeat: Repeat, rules: Policy, obstacle: str) -> SeedResult:
    """Judge one repeat as if its metrics were the model's; what only warns there says nothing here."""
    as_own = metrics.model_copy(update={"metrics": repeat.metrics})
    judged = [result for result in judge_criteria(as_own, rules, declared=rules, obstacle=obstacle) if result.blocking]
    verdict = _worst(judged)
    return SeedResult(
        seed=repeat.seed,
        evaluation_sha256=repeat.evaluation_sha256,
        values={name: numbers_of(as_own, name).value for name in sorted(repeat.metrics)},
        verdict=verdict,
        reason=obstacle or _reason(judged, verdict),
    )


def _worst(judged: Sequence[CriterionResult]) -> Verdict:
    """Return ``pass`` only if there is something to pass and all of it passes."""
    verdicts = {result.verdict for result in judged}
    if "fail" in verdicts:
        return "fail"
    return "pass" if verdicts == {"pass"} else "inconclusive"


def _reason(judged: Sequence[CriterionResult], verdict: Verdict) -> str:
    if verdict == "pass":
        return "Every blocking criterion is met."
    if not judged:
        return "The policy has no blocking criterion."
    return " ".join(f"{result.metric}: {result.reason}" for result in judged if result.verdict == verdict)


def _missing(task: str, seeds: int, missing: int) -> SeedResult:
    reason = (
        f"The policy asks for models of {seeds} seeds, and {seeds - missing} {'is' if seeds - missing == 1 else 'are'} "
        f"there. Train again with this policy in force: `mlops train {task}`."
    )
    return SeedResult(seed=None, evaluation_sha256=None, values={}, verdict="inconclusive", reason=reason)
