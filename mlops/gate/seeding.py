"""The same training with other seeds: every one must clear the criteria (pure)."""

from mlops.config import Policy
from mlops.gate.report import SeedResult
from mlops.metrics import Metrics


def judge_seeds(metrics: Metrics, rules: Policy, *, obstacle: str = "") -> tuple[SeedResult, ...]:
    """Decide the criteria for the same training with other seeds; a seed that is missing is not a pass."""
    if rules.seeds == 1 and not metrics.repeats:
        return ()
    raise NotImplementedError
