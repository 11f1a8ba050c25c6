"""Bounds inside slices: respect for support, Holm's correction, the worst first (pure)."""

from mlops.config import Policy
from mlops.gate.report import SliceResult
from mlops.metrics import Metrics


def judge_slices(metrics: Metrics, rules: Policy, *, obstacle: str) -> tuple[SliceResult, ...]:
    """Decide every bound that the policy sets inside slices."""
    if not any(criterion.slices for criterion in rules.criteria.values()):
        return ()
    raise NotImplementedError
