"""The comparison with the model in production: non-inferiority on the paired difference (pure)."""

from mlops.config import Change, Policy
from mlops.gate.report import ChangeResult
from mlops.metrics import Paired


def judge_changes(
    comparison: Paired | None, rules: Policy, *, candidate_sha256: str, first_version: bool
) -> tuple[ChangeResult, ...]:
    """Decide the ``change`` of every criterion that asks for one.

    Args:
        comparison: What the two models did on the same test rows; None without a champion.
        rules: The policy in force.
        candidate_sha256: Hash of the candidate's model file: a model is never compared with itself.
        first_version: Whether there is no model in production, so that nothing can be asked.
    """
    return tuple(
        _undecided(metric, criterion.change, blocking=criterion.action == "block")
        for metric, criterion in sorted(rules.criteria.items())
        if criterion.change is not None and not (first_version and comparison is None)
    )


def _undecided(metric: str, change: Change, *, blocking: bool) -> ChangeResult:
    return ChangeResult(
        metric=metric,
        baseline=change.baseline,
        max_drop=change.max_drop,
        value=None,
        lower=None,
        upper=None,
        verdict="inconclusive",
        blocking=blocking,
        reason=f"The model in {change.baseline} was not scored on these test rows.",
    )
