"""Gate 2: the audit of features, judged; a measure that is not defined is never met."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mlops.auditing import measuring
from mlops.auditing.coding import Column, Rows
from mlops.auditing.demands import Found, Parity, constant, demands
from mlops.auditing.document import AuditReport, FeatureAudit, Neighbours
from mlops.auditing.limits import AuditLimits
from mlops.contract.model import Contract
from mlops.contract.roles import contradiction
from mlops.crossval.judging import combine
from mlops.formatting import format_rate, printable
from mlops.intervals.information import false_discovery

_LEVEL = 0.05


class Subject(NamedTuple):
    """What is audited, as the report names it."""

    task: str
    dataset_id: str
    dataset_sha256: str
    base: str | None = None


def audit(
    rows: Rows, contract: Contract, subject: Subject, *, test_from: np.datetime64, parity: Parity, seed: int,
    scoring: Parity | None = None, limits: AuditLimits | None = None,
) -> AuditReport:  # fmt: skip
    """Audit the features of some rows.

    Args:
        rows: The rows in time.
        contract: What their columns are for.
        subject: What is audited.
        test_from: First day of the test rows.
        parity: Whether serving one row gives the features of the batch.
        seed: Of everything that chance decides.
        scoring: Whether it gives the scores of the batch; None without a model.
        limits: What is demanded.
    """
    allowed = limits or AuditLimits()
    columns = list(rows.columns.values())
    features = _features(columns, rows, allowed, seed)
    near = measuring.neighbours(rows, seed)
    found = Found(
        features, measuring.pairs(rows, shown=0.5), near, _reaches(near, rows), measuring.twins(rows, test_from, seed),
        parity, scoring,
    )  # fmt: skip
    criteria = tuple(demands(rows, found, allowed))
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


def _reaches(near: tuple[Neighbours, ...], rows: Rows) -> bool:
    """Tell whether the newest block is among those that were told apart."""
    newest = rows.block == rows.block.max()
    return bool(near) and near[-1].last == str(rows.time[newest].max()) and near[-1].rows == int(newest.sum())


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
    against = contradiction(one.name)
    if against:
        yield f"Its role is {one.role}, but it is {against}. Is it known when the decision is made?"
    if constant(one):
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


def _notes(found: Found, limits: AuditLimits) -> Iterator[str]:
    """Yield what a person should look at, though it does not block."""
    features, pairs, near, twins = found.features, found.pairs, found.near, found.twins
    for one in features:
        yield from (f"{printable(one.name)}: {text}" for text in one.findings)
    for pair in pairs:
        if pair.measure == "mutual_information" and (pair.value or 0.0) >= limits.review_information:
            yield f"{printable(pair.left)} and {printable(pair.right)} say nearly the same."
    before = [one.auc for one in near[:-1]]
    if found.newest and before and near[-1].auc > max(before) + limits.review_step:
        yield (
            f"The newest rows are told from those before with an AUC of {near[-1].auc:.3f}; between earlier blocks it "
            f"was {max(before):.3f} at most."
        )
    if twins[0] is not None and limits.review_twins <= twins[0] <= limits.block_twins:
        yield f"{format_rate(twins[0])} of the test rows have a near twin among the rows before, beyond chance."
    told = [one for one in features if one.feature and one.q is not None]
    if told and not any(one.q is not None and one.q < _LEVEL for one in told):
        yield "No feature is associated with the label (Benjamini-Hochberg at 5 %): are the labels those of these rows?"
