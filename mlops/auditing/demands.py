"""What gate 2 demands: each measure of the audit against its limit; one that is not defined is never met."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mlops.auditing.coding import Rows
from mlops.auditing.document import FeatureAudit, Neighbours, Pair
from mlops.auditing.limits import AuditLimits
from mlops.formatting import format_rate, printable
from mlops.gate.criteria import compare
from mlops.gate.outlook import Numbers
from mlops.gate.report import CriterionResult


class Parity(NamedTuple):
    """How many of some rows are served otherwise by themselves than in a batch; None where it was not measured."""

    different: int | None
    rows: int


class Found(NamedTuple):
    """What was measured.

    Attributes:
        features: The columns.
        pairs: Pairs of features that say nearly the same, or of which that is not defined.
        near: Blocks of days, told from the one before.
        newest: Whether the newest block is the last of them.
        twins: Share of test rows with a twin, None where it cannot be told, and the test rows.
        parity: Whether serving one row gives the features of the batch.
        scoring: Whether it gives the scores of the batch; None where no model was handed in.
    """

    features: tuple[FeatureAudit, ...]
    pairs: tuple[Pair, ...]
    near: tuple[Neighbours, ...]
    newest: bool
    twins: tuple[float | None, int]
    parity: Parity
    scoring: Parity | None = None


def demands(rows: Rows, found: Found, limits: AuditLimits) -> Iterator[CriterionResult]:
    """Decide what is demanded of the features of ``rows``, one criterion after the other."""
    used = [one for one in found.features if one.feature]
    n, decided = len(rows.label), int(rows.decided.sum())
    same = [one.name for one in used if constant(one)]
    named = f": {', '.join(map(printable, same))}" if same else ""
    yield _counted("constant_features", len(same), n, f"{len(same)} features have one value{named}.")
    naming = [one for one in used if one.role == "feature" and one.kind == "category" and _names_rows(one, n, limits)]
    named = f": {', '.join(printable(one.name) for one in naming)}" if naming else ""
    yield _counted("id_like_features", len(naming), n, f"{len(naming)} features name rows{named}.")
    told = [(one.name, one.auc) for one in used if one.auc is not None]
    yield _largest(
        "single_feature_auc", told, limits.block_auc, decided, "{name} alone has an AUC of {value:.3f} out of fold",
        few=decided < limits.min_rows or not told,
    )  # fmt: skip
    yield _ranks(found.pairs, n, limits)
    yield from _blocks(found, n, limits)
    moved = [(one.name, one.largest_stability) for one in used if one.largest_stability is not None]
    said = "{name} moved between neighbouring blocks with a stability index of {value:.2f}"
    yield _largest("stability", moved, limits.block_stability, n, said, few=not moved)
    share, tested = found.twins
    if share is None:
        yield _untold("twins", limits.block_twins, tested)
    else:
        said = f"{format_rate(share)} of the test rows have a near twin among the rows before, beyond chance."
        yield _result("twins", share, limits.block_twins, tested, said)
    yield _same("serving_parity", found.parity, "features")
    if found.scoring is not None:
        yield _same("scoring_parity", found.scoring, "scores")


def constant(one: FeatureAudit) -> bool:
    """Tell whether all rows hold the same; a category that some rows have and others lack tells something."""
    return one.distinct == 0 or (one.distinct == 1 and (one.kind == "number" or one.missing == 0))


def _ranks(pairs: tuple[Pair, ...], n: int, limits: AuditLimits) -> CriterionResult:
    ranked = [pair for pair in pairs if pair.measure == "spearman"]
    broken = next((pair for pair in ranked if pair.value is None), None)
    if broken is not None:
        reason = f"The rank correlation of {printable(broken.left)} and {printable(broken.right)} is not defined."
        return _result("rank_correlation", None, limits.block_spearman, n, reason, verdict="fail")
    strongest = [(f"{pair.left} and {pair.right}", abs(pair.value or 0.0)) for pair in ranked]
    said = "{name} correlate by {value:.3f} in rank"
    return _largest("rank_correlation", strongest, limits.block_spearman, n, said, absent="No pair reaches 0.5.")


def _blocks(found: Found, n: int, limits: AuditLimits) -> Iterator[CriterionResult]:
    """Decide how far blocks of days differ, and the newest more than those before it."""
    near = [(f"The block from {one.first}", one.auc) for one in found.near]
    said = "{name} is told from the days before it by its features with an AUC of {value:.3f}"
    below = all(auc < limits.block_neighbours for _, auc in near)
    yield _largest("told_apart", near, limits.block_neighbours, n, said, few=below and not found.newest)
    if not found.newest or len(near) == 1:
        yield _untold("newest_told_apart", limits.block_step, n)
        return
    newest, most = near[-1][1], max(auc for _, auc in near[:-1])
    yield _largest(
        "newest_told_apart", [("The newest block", newest - most)], limits.block_step, found.near[-1].rows,
        f"{{name}} is told from the days before it with an AUC of {newest:.3f}, earlier ones with {most:.3f} at most: "
        "{value:.3f} more",
    )  # fmt: skip


def _same(metric: str, parity: Parity, what: str) -> CriterionResult:
    if parity.different is None or not parity.rows:
        return _untold(metric, 0.0, parity.rows)
    said = f"{parity.different} of {parity.rows} rows get other {what} by themselves than in a batch."
    return _counted(metric, parity.different, parity.rows, said)


def _names_rows(one: FeatureAudit, n: int, limits: AuditLimits) -> bool:
    present = n * (1 - one.missing)
    return present >= limits.min_rows and one.distinct >= limits.block_unique * present


def _counted(metric: str, count: int, n: int, reason: str) -> CriterionResult:
    return _result(metric, float(count), 0.0, n, reason)


def _largest(
    metric: str, found: list[tuple[str, float]], limit: float, n: int, said: str, *, few: bool = False, absent: str = ""
) -> CriterionResult:
    """Decide the largest of several values; below the limit is met, the limit is not."""
    if few:
        return _untold(metric, limit, n)
    if not found:
        return _result(metric, 0.0, limit, n, absent or "There is no feature that it could be told of.")
    name, value = max(found, key=lambda one: one[1])
    reason = f"{said.format(name=printable(name), value=value)}; less than {limit:g} is asked for."
    return _result(metric, value, float(np.nextafter(limit, -np.inf)), n, reason, shown=limit)


def _untold(metric: str, limit: float, n: int) -> CriterionResult:
    """Return that a criterion was not measured, which is never a pass."""
    missing = "There are too few rows to tell, or nothing to measure."
    return _result(metric, None, limit, n, missing, verdict="inconclusive")


def _result(
    metric: str,
    value: float | None,
    limit: float,
    n: int,
    reason: str,
    *,
    verdict: str = "",
    shown: float | None = None,
) -> CriterionResult:
    decided = verdict or compare(Numbers(value, value, value, n, ""), limit, -1, "point")
    asked = limit if shown is None else shown
    return CriterionResult(
        metric=metric,
        value=value,
        lower=value,
        upper=value,
        n=n,
        threshold=asked,
        policy_threshold=asked,
        direction="max",
        decide_on="point",
        verdict=decided,
        blocking=True,
        reason=reason,
    )
