"""The six dimensions and the five blockers as numbers; METHOD.md section 3 has the formulas."""

from collections.abc import Mapping
from math import exp, log
from typing import NamedTuple

import numpy as np

from mlops.validation.batch import TIMES, Batch, Mask
from mlops.validation.findings import Compared
from mlops.validation.limits import Limits
from mlops.validation.repeats import Repeats


class Measured(NamedTuple):
    """A number, None where there is nothing to measure it on; its denominator; and what it is about, in words."""

    value: float | None
    n: int
    about: str = ""


def dimensions_of(batch: Batch, repeats: Repeats, compared: tuple[Compared, ...]) -> dict[str, Measured]:
    """Return the value of every dimension by its name; in a file without rows none has one."""
    return {
        "completeness": _completeness(batch),
        "uniqueness": _share(~repeats.duplicates),
        "validity": _validity(batch),
        "timeliness": _share(batch.timely),
        "label_validity": _label_validity(batch),
        "consistency": _consistency(batch, compared),
    }


def score_of(dimensions: Mapping[str, Measured], limits: Limits) -> float:
    """Return the weighted geometric mean of the dimensions that have a value; 0 where none has.

    One dimension at 0 makes the score 0: what is good in one cannot make up for nothing in another.
    """
    known = [(found.value, limits.of(name).weight) for name, found in dimensions.items() if found.value is not None]
    if not known or any(value <= 0 for value, _ in known):
        return 0.0
    return exp(sum(weight * log(value) for value, weight in known) / sum(weight for _, weight in known))


def blockers_of(batch: Batch, repeats: Repeats) -> dict[str, Measured]:
    """Return the numbers that may fail a batch alone."""
    return {
        "missing_share": _worst_missing(batch),
        "parsable_dates": _worst_dates(batch),
        "duplicate_keys": Measured(float(repeats.duplicates.sum()), batch.rows),
        "future_rows": _future(batch),
        "classes": _classes(batch),
    }


def _share(good: Mask) -> Measured:
    return Measured(float(good.mean()) if len(good) else None, len(good))


def _completeness(batch: Batch) -> Measured:
    shares = [batch.typed.present[field.name].mean() for field in batch.contract.filled() if batch.rows]
    return Measured(float(np.mean(shares)) if shares else None, batch.rows * len(batch.contract.filled()))


def _validity(batch: Batch) -> Measured:
    counts = [
        (int(batch.typed.valid[field.name].sum()), int(batch.typed.present[field.name].sum()))
        for field in batch.fields
        if field.role != "label"
    ]
    shares = [valid / present for valid, present in counts if present]
    return Measured(float(np.mean(shares)) if shares else None, sum(present for _, present in counts))


def _label_validity(batch: Batch) -> Measured:
    """Measure on mature rows, and on every bad label; where no row is mature, on the labels that there are."""
    rows = batch.mature | batch.bad_label if batch.mature.any() else batch.bad_label | (batch.typed.label >= 0)
    return _share(batch.typed.label[rows] >= 0)


def _consistency(batch: Batch, compared: tuple[Compared, ...]) -> Measured:
    """Measure on the rows of which at least one rule can be told; a contract without rules is met by all."""
    if not compared:
        return _share(np.ones(batch.rows, dtype=bool))
    decidable = np.logical_or.reduce([one.decidable for one in compared])
    broken = np.logical_or.reduce([one.broken for one in compared])
    return _share(~broken[decidable])


def _worst_missing(batch: Batch) -> Measured:
    """Return the missing share of the required field that lacks most."""
    shares = {field.name: float((~batch.typed.present[field.name]).sum()) for field in batch.contract.filled()}
    if not batch.rows:
        return Measured(None, 0)
    name = max(shares, key=lambda one: shares[one])
    return Measured(shares[name] / batch.rows, batch.rows, name)


def _worst_dates(batch: Batch) -> Measured:
    """Return the share of days among the present cells of the date column that has fewest."""
    found: list[Measured] = []
    for field in batch.fields:
        cells = batch.typed.columns[field.name][batch.typed.present[field.name]]
        if field.type == "date" and len(cells):
            found.append(Measured(float((~np.isnat(cells)).mean()), len(cells), field.name))
    return min(found, key=lambda one: (one.value, one.about), default=Measured(None, 0))


def _future(batch: Batch) -> Measured:
    names = [field.name for field in batch.fields if field.role in TIMES]
    late = np.logical_or.reduce([batch.typed.columns[name] > batch.as_of for name in names])
    return Measured(float(late.sum()), batch.rows)


def _classes(batch: Batch) -> Measured:
    """Count the classes among decided rows; where nothing had to be decided yet, there is nothing to count."""
    decided = batch.typed.label[batch.typed.label >= 0]
    if not len(decided) and not batch.mature.any():
        return Measured(None, 0)
    return Measured(float(len(np.unique(decided))), len(decided))
