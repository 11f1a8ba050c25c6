"""From a verified table to claims that may teach or judge: what is refused, what is left out, what is told of it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from mlops.config import SplitSettings
from mlops.contract.model import Contract
from mlops.contract.reading import UNDECIDED, Typed, typed
from mlops.errors import InputRefusedError, NothingSettledError
from mlops.split import TRAIN
from mlops.task import Examples
from mlops.tasks.claims import slices
from mlops.tasks.claims.schema import FeatureSchema, derive
from mlops.tasks.claims.split import VALID, Days, by_date, split_sha256

_SHOWN = 5


@dataclass(frozen=True)
class Form:
    """What fitting must know of the inputs' columns; see :attr:`mlops.task.Examples.form`."""

    schema: FeatureSchema


def read(table: pa.Table, contract: Contract, settings: SplitSettings, as_of: date | None) -> Examples:
    """Return the decided claims of a table, divided by date.

    Args:
        table: The data.
        contract: What it must be.
        settings: Of the split.
        as_of: The day on which the data was drawn; None is the newest day of an event.

    Raises:
        InputRefusedError: No rows, required columns that are absent, labels that are none, ids that are missing or
            repeated, infinite numbers, no claim that is decided, dated and mature.
    """
    claims = typed(table, contract)
    _refuse_unreadable(claims)
    every = claims.columns[contract.one("event_time").name]
    drawn = _newest(every) if as_of is None else np.datetime64(as_of, "D")
    decided = np.flatnonzero(claims.label != UNDECIDED)
    time: Days = every[decided]
    usable = ~np.isnat(time) & (time <= drawn - np.timedelta64(contract.maturity_days, "D"))
    if not usable.any():
        raise NothingSettledError(
            "No claim is decided, dated and old enough for its label to be final.",
            field=contract.one("event_time").name,
            expected=f"claims of {drawn - np.timedelta64(contract.maturity_days, 'D')} or earlier with a label",
            found=f"{len(claims):,} claims, {len(decided):,} with a label, drawn on {drawn}",
            why=f"A label is final {contract.maturity_days} days after the claim; younger claims would teach haste.",
            fix="Wait for labels, or name the day on which the data was drawn with --date.",
        )
    divided = by_date(time, usable, settings, maturity_days=contract.maturity_days)
    row_id = claims.columns[contract.primary_key][decided]
    counts = {
        "undecided_claims": len(claims) - len(decided),
        "undated_claims": int(np.isnat(time).sum()),
        "immature_claims": int((~usable & ~np.isnat(time)).sum()),
        "embargoed_claims": int(divided.embargo.sum()),
        "valid_rows": int((divided.fold == VALID).sum()),
    }
    trained = time[divided.fold == TRAIN]
    facts: dict[str, int | float | str] = {
        "split": f"by date, set aside from {divided.valid_from}, tested from {divided.test_from}",
        "split_train_until": str(trained.max()) if len(trained) else "never",
        "split_valid_from": str(divided.valid_from),
        "split_test_from": str(divided.test_from),
        "split_sha256": split_sha256(row_id, divided.fold),
        "contract": f"{contract.name}, version {contract.version}",
        "as_of": str(drawn),
        "maturity_days": contract.maturity_days,
        **counts,
    }
    return Examples(
        inputs=_inputs(claims, derive(contract), decided),
        label=claims.label[decided],
        row_id=row_id,
        cluster=_clusters(claims, row_id, decided),
        split=divided.fold,
        weight=np.ones(len(decided), dtype=np.float64),
        slices={name: values[decided] for name, values in slices.compute(claims).items()},
        time=time,
        findings=_findings(claims, counts, settled=divided.settled),
        facts=facts,
        form=Form(derive(contract)),
    )


def _inputs(claims: Typed, schema: FeatureSchema, rows: NDArray[np.intp]) -> pd.DataFrame:
    columns = {}
    for name in schema.inputs:
        values = claims.columns[name][rows]
        columns[name] = values.astype("datetime64[s]") if values.dtype.kind == "M" else values
    return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()})


def _clusters(claims: Typed, row_id: NDArray[np.object_], rows: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return the group of each row; a row without one is its own, under a name that no group's name can be."""
    alone = np.array([f"\x1f{name}" for name in row_id], dtype=object)
    groups = claims.contract.of_role("group")
    if not groups:
        return alone
    known = claims.columns[groups[0].name][rows]
    return np.where(pd.isna(known), alone, known).astype(object)


def _newest(days: Days) -> np.datetime64:
    known = days[~np.isnat(days)]
    return known.max() if len(known) else np.datetime64("1970-01-01", "D")


def _findings(claims: Typed, counts: dict[str, int], *, settled: bool) -> tuple[str, ...]:
    said = {
        "undecided_claims": "{:,} claims are undecided and were left out.",
        "undated_claims": "{:,} claims have no date that can be read and neither train nor test.",
        "immature_claims": "{:,} claims are too young for a final label and neither train nor test.",
        "embargoed_claims": "{:,} claims lie so close before a later block that their labels were not known yet; they "
        "do not train.",
    }
    found = [text.format(counts[name]) for name, text in said.items() if counts[name]]
    for field in claims.contract.features():
        bad = int((claims.present[field.name] & ~claims.valid[field.name]).sum())
        if bad:
            found.append(f"{bad:,} cells of `{field.name}` are not what the contract allows.")
    if claims.unknown:
        found.append("Columns that the contract does not name were not used: " + ", ".join(claims.unknown) + ".")
    if not settled:
        found.append(
            "The test rows are a share of this data, so that later data move where they begin. Set test_from in the "
            "task's split to keep them from ever training a model."
        )
    return tuple(found)


def _refuse_unreadable(claims: Typed) -> None:
    if not len(claims):
        raise InputRefusedError(
            "The dataset has no rows.", field="rows", expected="at least one", found="0", fix="Pin a file with data."
        )
    required = [field.name for field in claims.contract.fields if field.required]
    absent = [name for name in required if name in claims.absent]
    if absent:
        raise InputRefusedError(
            "Required columns are absent.",
            field=", ".join(absent),
            expected=f"the columns of contract {claims.contract.name}: {', '.join(required)}",
            found=f"columns without a place in it: {', '.join(claims.unknown) or 'none'}",
            fix="Name the contract of this file in the task's table of mlops.toml, or draw the file again.",
        )
    if claims.bad_labels:
        counts = ", ".join(f"{text!r}: {count:,}" for text, count in claims.bad_labels.most_common(_SHOWN))
        raise InputRefusedError(
            f"{claims.bad_labels.total():,} labels are not labels.",
            field=claims.contract.one("label").name,
            expected=" or ".join(claims.contract.label_values) + ", or nothing for an undecided claim",
            found=counts + (" …" if len(claims.bad_labels) > _SHOWN else ""),
            fix="Correct these rows at the source.",
        )
    _refuse_ids(claims)
    for field in claims.contract.features():
        if field.type in {"number", "integer"}:
            unread = claims.present[field.name] & np.isnan(claims.columns[field.name])
            _refuse_rows(unread, field.name, "no finite numbers", "plain finite numbers, or nothing")


def _refuse_ids(claims: Typed) -> None:
    key = claims.contract.primary_key
    ids = pd.Series(claims.columns[key], dtype=object)
    _refuse_rows(ids.isna().to_numpy(), key, "missing ids", "an id in every row")
    repeated = ids.duplicated(keep=False).to_numpy()
    _refuse_rows(repeated, key, "ids that another row has too", "each claim once, with its newest label")


def _refuse_rows(bad: NDArray[np.bool_], field: str, what: str, expected: str) -> None:
    rows = np.flatnonzero(bad)
    if rows.size:
        raise InputRefusedError(
            f"{rows.size:,} cells are {what}.",
            field=field,
            expected=expected,
            found="rows " + ", ".join(str(row + 1) for row in rows[:_SHOWN]) + (" …" if rows.size > _SHOWN else ""),
            fix="Correct these rows at the source, or leave them out.",
        )
