"""What a dataset collected, counted by the roles of its contract: by week, quarter, class and value (pure)."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops.contract.model import Contract
from mlops.contract.reading import Typed
from mlops.manifest import Collection, Tally

VALUES = 20
"""The most frequent values of a field that are counted by name."""
OTHER, UNKNOWN = "(other)", "(missing)"
_MOST_KINDS = 1_000
_DELAYS = ((7, "0-7"), (14, "8-14"), (28, "15-28"), (56, "29-56"))
_LONG = "57 or more"


def collect(rows: Typed) -> Collection:
    """Count the rows of a table as its contract reads them.

    Fields with so many values that they rather name rows are not counted: who reads the counts wants to see of what
    there is little.
    """
    contract = rows.contract
    days = rows.columns[contract.one("event_time").name]
    whole = _tally(rows.label)
    return Collection(
        decided=whole.positives + whole.negatives,
        positives=whole.positives,
        negatives=whole.negatives,
        undecided=len(rows.label) - whole.positives - whole.negatives,
        weeks=_by(_weeks(days), rows.label),
        quarters=_by(_quarters(days), rows.label),
        by=dict(_by_field(rows, contract)),
        label_delay=_delays(rows, contract, days),
    )


def _tally(label: NDArray[np.int8]) -> Tally:
    return Tally(rows=len(label), positives=int((label == 1).sum()), negatives=int((label == 0).sum()))


def _by(names: NDArray[np.object_], label: NDArray[np.int8]) -> dict[str, Tally]:
    """Return the rows by name, in the order of the names; rows without one are left out."""
    known = ~pd.isna(names)
    codes, kinds = pd.factorize(names[known], sort=True)
    counts = [np.bincount(codes[chosen[known]], minlength=len(kinds)) for chosen in _classes(label)]
    return {
        str(name): Tally(rows=int(rows), positives=int(positives), negatives=int(negatives))
        for name, rows, positives, negatives in zip(kinds, *counts, strict=True)
    }


def _classes(label: NDArray[np.int8]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    return np.ones(len(label), dtype=bool), label == 1, label == 0


def _weeks(days: NDArray[np.datetime64]) -> NDArray[np.object_]:
    calendar = pd.Series(days).dt.isocalendar()
    names = calendar["year"].astype("string") + "-W" + calendar["week"].astype("string").str.zfill(2)
    found: NDArray[np.object_] = names.to_numpy(dtype=object, na_value=None)
    return found


def _quarters(days: NDArray[np.datetime64]) -> NDArray[np.object_]:
    dates = pd.Series(days).dt
    names = dates.year.astype("Int64").astype("string") + "-Q" + dates.quarter.astype("Int64").astype("string")
    found: NDArray[np.object_] = names.to_numpy(dtype=object, na_value=None)
    return found


def _by_field(rows: Typed, contract: Contract) -> Iterator[tuple[str, dict[str, Tally]]]:
    for field in contract.fields:
        counted = field.role == "batch" or (field.role == "feature" and field.type in {"string", "boolean"})
        if not counted or field.name in rows.absent:
            continue
        values = np.where(rows.present[field.name], rows.columns[field.name], UNKNOWN).astype(object)
        found = _by(values, rows.label)
        if len(found) <= _MOST_KINDS:
            yield field.name, _most_frequent(found)


def _most_frequent(found: Mapping[str, Tally]) -> dict[str, Tally]:
    ordered = sorted(found, key=lambda name: (-found[name].rows, name))
    kept = {name: found[name] for name in ordered[:VALUES]}
    rest = [found[name] for name in ordered[VALUES:]]
    if rest:
        kept[OTHER] = Tally(**{name: sum(getattr(tally, name) for tally in rest) for name in Tally.model_fields})
    return kept


def _delays(rows: Typed, contract: Contract, days: NDArray[Any]) -> dict[str, int]:
    """Return how long decisions took, where the contract names the day of the decision."""
    decided_on = contract.of_role("label_time")
    if not decided_on or decided_on[0].name in rows.absent:
        return {}
    waited = rows.columns[decided_on[0].name] - days
    known = waited[~np.isnat(waited)].astype(np.int64)
    found, least = {}, -1
    for most, name in _DELAYS:
        found[name] = int(((known > least) & (known <= most)).sum())
        least = most
    found[_LONG] = int((known > least).sum())
    return found
