"""Gate 2: the audit of features, judged; a measure that is not defined is never met."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mlops.auditing import measuring
from mlops.auditing.coding import Column, Rows
from mlops.auditing.document import AuditReport, FeatureAudit, Neighbours, Pair
from mlops.auditing.limits import AuditLimits
from mlops.contract.model import Contract
from mlops.crossval.judging import combine
from mlops.formatting import format_rate, printable
from mlops.gate.criteria import compare
from mlops.gate.outlook import Numbers
from mlops.gate.report import CriterionResult
from mlops.intervals.information import false_discovery

_LEVEL = 0.05


class Subject(NamedTuple):
    """What is audited, as the report names it."""

    task: str
    dataset_id: str
    dataset_sha256: str
    base: str | None = None


class Parity(NamedTuple):
    """How many of some rows get other features by themselves than in a batch; None where it was not measured."""

    different: int | None
    rows: int


class _Found(NamedTuple):
    """What was measured: columns, pairs, blocks of days, twins (share and test rows), parity."""

    features: tuple[FeatureAudit, ...]
    pairs: tuple[Pair, ...]
    near: tuple[Neighbours, ...]
    twins: tuple[float, int]
    parity: Parity


def audit(
    rows: Rows, contract: Contract, subject: Subject, *, test_from: np.datetime64, parity: Parity, seed: int,
    limits: AuditLimits | None = None,
) -> AuditReport:  # fmt: skip
    """Audit the features of some rows.

    Args:
        rows: The rows in time.
        contract: What their columns are for.
        subject: What is audited.
        test_from: First day of the test rows.
        parity: Whether serving one row gives the features of the batch.
        seed: Of everything that chance decides.
        limits: What is demanded.
    """
    allowed = limits or AuditLimits()
    columns = list(rows.columns.values())
    features = _features(columns, rows, allowed, seed)
    found = _Found(
        features, measuring.pairs(rows, shown=0.5), measuring.neighbours(rows, seed),
        measuring.twins(rows, test_from, seed), parity,
    )  # fmt: skip
    criteria = tuple(_criteria(rows, found, allowed))
    verdict, reason = combine(criteria, None)
    return AuditReport(
        **subject._asdict(),
        contract=f"{contract.name}, version {contract.version}",
        verdict=verdict,
        reason=reason,
        rows=len(rows.label),
        decided=int(rows.decided.sum()),
        criteria=criteria,
        features=features,
        pairs=found.pairs,
        neighbours=found.near,
        notes=tuple(_notes(found, allowed)),
    )


def _features(columns: list[Column], rows: Rows, limits: AuditLimits, seed: int) -> tuple[FeatureAudit, ...]:
    tests = [measuring.association(column, rows) for column in columns]
    known = [p for column, p in zip(columns, tests, strict=True) if p is not None and column.feature]
    levels = iter(false_discovery(known))
    found = [
        _feature(column, rows, limits, next(levels) if p is not None and column.feature else None, seed)
        for column, p in zip(columns, tests, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: not one.feature))


def _feature(column: Column, rows: Rows, limits: AuditLimits, q: float | None, seed: int) -> FeatureAudit:
    auc = measuring.alone(column, rows)
    band = measuring.entropy_band(column, rows, seed) if column.kind == "category" else None
    newest, largest = measuring.stabilities(column, rows)
    now, low, high = band or (None, None, None)
    one = FeatureAudit(
        name=column.field.name,
        role=column.field.role,
        kind=column.kind,
        feature=column.feature,
        missing=column.missing,
        distinct=column.distinct,
        auc=auc,
        q=q,
        entropy=now,
        entropy_low=low,
        entropy_high=high,
        stability=newest,
        largest_stability=largest,
    )
    return one.model_copy(update={"findings": tuple(_findings(one, limits))})


def _findings(one: FeatureAudit, limits: AuditLimits) -> Iterator[str]:
    """Yield what is wrong with a column; what a model may never read is only measured."""
    if not one.feature:
        if one.auc is not None:
            rightly = ", and rightly" if one.auc >= limits.block_auc else ""
            yield f"Kept out by its role{rightly}: alone it has an AUC of {one.auc:.3f} out of fold."
        return
    if one.distinct <= 1:
        yield "It has one value: it tells nothing, and its correlations are not defined."
    if one.auc is not None and one.auc >= limits.review_auc:
        yield f"Alone it has an AUC of {one.auc:.3f} out of fold. Is it known when the decision is made?"
    if one.largest_stability is not None and one.largest_stability >= limits.review_stability:
        yield f"Its distribution moved between neighbouring blocks (stability index {one.largest_stability:.2f})."
    if None not in (one.entropy, one.entropy_low, one.entropy_high) and not (
        float(one.entropy_low or 0) <= float(one.entropy or 0) <= float(one.entropy_high or 0)
    ):
        yield (
            f"The entropy of its newest values, {one.entropy:.2f} bits, lies outside of what those before give: "
            f"{one.entropy_low:.2f} to {one.entropy_high:.2f}."
        )


def _criteria(rows: Rows, found: _Found, limits: AuditLimits) -> Iterator[CriterionResult]:
    features, pairs, near, twins, parity = found
    used = [one for one in features if one.feature]
    n, decided = len(rows.label), int(rows.decided.sum())
    few = decided < limits.min_rows
    constant = [one.name for one in used if one.distinct <= 1]
    named = f": {', '.join(map(printable, constant))}" if constant else ""
    yield _counted("constant_features", len(constant), n, f"{len(constant)} features have one value{named}.")
    naming = [one for one in used if one.role == "feature" and one.kind == "category" and _names_rows(one, n, limits)]
    named = f": {', '.join(printable(one.name) for one in naming)}" if naming else ""
    yield _counted("id_like_features", len(naming), n, f"{len(naming)} features name rows{named}.")
    yield _largest(
        "single_feature_auc", [(one.name, one.auc) for one in used if one.auc is not None], limits.block_auc, decided,
        "{name} alone has an AUC of {value:.3f} out of fold", few=few,
    )  # fmt: skip
    ranked = [pair for pair in pairs if pair.measure == "spearman"]
    broken = next((pair for pair in ranked if pair.value is None), None)
    if broken is None:
        strongest = [(f"{pair.left} and {pair.right}", abs(pair.value or 0.0)) for pair in ranked]
        said = "{name} correlate by {value:.3f} in rank"
        yield _largest("rank_correlation", strongest, limits.block_spearman, n, said, absent="No pair reaches 0.5.")
    else:
        reason = f"The rank correlation of {printable(broken.left)} and {printable(broken.right)} is not defined."
        yield _result("rank_correlation", None, limits.block_spearman, n, reason, verdict="fail")
    yield _largest(
        "told_apart", [(f"The block from {one.first}", one.auc) for one in near], limits.block_neighbours, n,
        "{name} is told from the days before it by its features with an AUC of {value:.3f}", few=not near,
    )  # fmt: skip
    moved = [(one.name, one.largest_stability) for one in used if one.largest_stability is not None]
    said = "{name} moved between neighbouring blocks with a stability index of {value:.2f}"
    yield _largest("stability", moved, limits.block_stability, n, said, few=not moved)
    share, tested = twins
    said = f"{format_rate(share)} of the test rows have a near twin among the rows before, beyond chance."
    yield _result("twins", share, limits.block_twins, tested, said)
    if parity.different is not None:
        said = f"{parity.different} of {parity.rows} rows get other features by themselves than in a batch."
        yield _counted("serving_parity", parity.different, parity.rows, said)


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
        missing = "There are too few rows to tell, or nothing to measure."
        return _result(metric, None, limit, n, missing, verdict="inconclusive")
    if not found:
        return _result(metric, 0.0, limit, n, absent or "There is no feature that it could be told of.")
    name, value = max(found, key=lambda one: one[1])
    reason = f"{said.format(name=printable(name), value=value)}; less than {limit:g} is asked for."
    return _result(metric, value, float(np.nextafter(limit, -np.inf)), n, reason, shown=limit)


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


def _notes(found: _Found, limits: AuditLimits) -> Iterator[str]:
    """Yield what a person should look at, though it does not block."""
    features, pairs, near, twins, _ = found
    for one in features:
        yield from (f"{printable(one.name)}: {text}" for text in one.findings)
    for pair in pairs:
        if pair.measure == "mutual_information" and (pair.value or 0.0) >= limits.review_information:
            yield f"{printable(pair.left)} and {printable(pair.right)} say nearly the same."
    before = [one.auc for one in near[:-1]]
    if before and near[-1].auc > max(before) + limits.review_step:
        yield (
            f"The newest rows are told from those before with an AUC of {near[-1].auc:.3f}; between earlier blocks it "
            f"was {max(before):.3f} at most."
        )
    if limits.review_twins <= twins[0] < limits.block_twins:
        yield f"{format_rate(twins[0])} of the test rows have a near twin among the rows before, beyond chance."
    told = [one for one in features if one.feature and one.q is not None]
    if told and not any(one.q is not None and one.q < _LEVEL for one in told):
        yield "No feature is associated with the label (Benjamini-Hochberg at 5 %): are the labels those of these rows?"
