"""Labelled predictions as a table of their task's format: every value as it was sent, null for what is missing."""

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from mlops.contract.fields import Field
from mlops.contract.model import Contract
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.feedback.reading import Logged
from mlops.inputs import Value

PAIR_ID, LABEL, INCLUSION = "pair_id", "label", "inclusion_prob"
_SHOWN = 5

Records = Mapping[str, Mapping[str, str | None]]
"""By the id of a row its other columns, which no model reads, as texts."""


def records_of(table: pa.Table, contract: Contract, *, file: object = "") -> Records:
    """Return a table of records by their id.

    Args:
        table: Has the contract's key, each value once, and columns of the contract.
        contract: Names the key.
        file: For the letter.

    Raises:
        InputRefusedError: The key is absent, empty somewhere, or repeated.
    """
    key = contract.primary_key
    if key not in table.column_names:
        raise InputRefusedError(
            "The records have no column that names them.", file=file, field=key, expected=key,
            found=", ".join(table.column_names)[:200], fix="Add the column that the contract calls its key.",
        )  # fmt: skip
    texts = {name: table.column(name).cast(pa.string()).to_pylist() for name in table.column_names}
    ids = texts.pop(key)
    if None in ids or "" in ids or len(set(ids)) != len(ids):
        raise InputRefusedError(
            "The records are not named each by an id of its own.", file=file, field=key, expected="each id once",
            found=f"{len(ids):,} rows, {len(set(ids) - {None, ''}):,} ids", fix="Draw the records again, one a row.",
        )  # fmt: skip
    return {own: {name: cells[at] for name, cells in texts.items()} for at, own in enumerate(ids)}


def claims_table(rows: Sequence[Logged], contract: Contract, records: Records) -> pa.Table:
    """Return labelled predictions in the columns of a contract, all of them texts.

    The key is the client's id of the row, the label the contract's text of it, the label's day the day of the decision;
    what a model reads comes from the log, and what no model reads from ``records``.

    Args:
        rows: Labelled, each with an id of its own.
        contract: What the table must be.
        records: The other columns, by id.

    Raises:
        UsageRefusedError: A required column is in neither.
        InputRefusedError: A row has no record, or a column that the contract does not name.
    """
    _refuse_unknown(rows, contract)
    recorded = {name for columns in records.values() for name in columns}
    read = _read(rows)
    own = _own(contract)
    lacking = [
        field.name for field in contract.fields if field.required and field.name not in read | recorded | own
    ]  # fmt: skip
    if lacking:
        raise UsageRefusedError(
            "No model reads these columns, so the log does not have them, and the contract requires them.",
            field=", ".join(lacking), expected="--records FILE with them", found="nothing that has them",
            fix=f"Draw a CSV with {contract.primary_key}, {', '.join(lacking)} where the claims are kept, and name it "
            "with --records.",
        )  # fmt: skip
    if recorded - read - own:
        _refuse_missing(rows, records, contract)
    given = [field for field in contract.fields if field.name in read | recorded | own]
    cells = {field.name: [_cell(row, field, contract, records) for row in rows] for field in given}
    return pa.table({name: pa.array(texts, pa.string()) for name, texts in cells.items()})


def incomplete(rows: Sequence[Logged], contract: Contract, records: Records) -> set[int]:
    """Return the numbers of rows that lack a required column which others have: their model did not read it.

    A column that no row has is no matter of single rows; :func:`claims_table` refuses it.
    """
    read, own = _read(rows), _own(contract)
    required = {field.name for field in contract.fields if field.required and field.name in read - own}
    return {row.number for row in rows if not required <= row.inputs.keys() | records.get(row.row, {}).keys()}


def empty_texts(table: pa.Table) -> int:
    """Return how many cells hold an empty text, which CSV does not tell from a missing one."""
    texts = (column for column in table.columns if pa.types.is_string(column.type))
    return sum(pc.sum(pc.equal(column, "")).as_py() or 0 for column in texts)


def pairs_table(rows: Sequence[Logged], inclusion: Mapping[str, float] | None = None) -> pa.Table:
    """Return labelled predictions as labelled pairs: ``pair_id``, what was sent, ``label``, texts and integers.

    A pair is named by the prediction: a client's names need not be unique.

    Args:
        rows: Labelled.
        inclusion: By prediction the probability with which it was drawn to be labelled, in (0, 1], for every row; None
            for labels that nobody drew.
    """
    names = list(dict.fromkeys(name for row in rows for name in row.inputs))
    columns = {name: pa.array([text_of(row.inputs.get(name)) for row in rows], pa.string()) for name in names}
    table = {PAIR_ID: pa.array([row.id for row in rows], pa.string()), **columns}
    table[LABEL] = pa.array([row.label for row in rows], pa.int8())
    if inclusion is not None:
        table[INCLUSION] = pa.array([inclusion[row.id] for row in rows], pa.float64())
    return pa.table(table)


def _cell(row: Logged, field: Field, contract: Contract, records: Records) -> str | None:
    if field.name == contract.primary_key:
        return row.row
    if field.role == "label":
        return next(text for text, number in contract.label_values.items() if number == row.label)
    if field.role == "label_time":
        return None if row.decided is None else row.decided.strftime(field.date_format)
    if field.name not in row.inputs:
        return records.get(row.row, {}).get(field.name)
    text = text_of(row.inputs[field.name])
    return date.fromisoformat(text).strftime(field.date_format) if field.type == "date" and text else text


def text_of(value: Value) -> str | None:
    """Return a value as a text that reads as the same value: integers plain, doubles with all their digits."""
    if value is None or isinstance(value, str):
        return value
    number = float(value)
    return str(int(number)) if number == int(number) and abs(number) < 2**53 else repr(number)


def _read(rows: Sequence[Logged]) -> set[str]:
    """Return the columns that were sent with any of the rows."""
    return {name for row in rows for name in row.inputs}


def _own(contract: Contract) -> set[str]:
    """Return the columns that neither was sent nor is recorded: they come from the row's id and its label."""
    return {contract.primary_key} | {field.name for field in contract.fields if field.role in {"label", "label_time"}}


def _refuse_unknown(rows: Sequence[Logged], contract: Contract) -> None:
    unknown = sorted(_read(rows) - set(contract.names))
    if unknown:
        raise InputRefusedError(
            "The log has columns that the contract does not name.", field=", ".join(unknown[:_SHOWN]),
            expected=f"columns of {contract.name}", found=f"{len(unknown)} others",
            why="The model that answered was trained under another contract.",
            fix="Export the days since the present contract alone: --from DAY.",
        )  # fmt: skip


def _refuse_missing(rows: Sequence[Logged], records: Records, contract: Contract) -> None:
    missing = [row.row for row in rows if row.row not in records]
    if missing:
        raise InputRefusedError(
            f"{len(missing):,} of {len(rows):,} labelled predictions have no record.", field=contract.primary_key,
            expected="the record of each", found=", ".join(map(ascii, missing[:_SHOWN])),
            fix="Draw the records again: of all claims since the first day that is exported.",
        )  # fmt: skip
