"""Sheets that people filled in: which predictions they decided on, and how."""

from typing import NamedTuple

import pyarrow as pa
from pydantic import ValidationError

from mlops.errors import InputRefusedError
from mlops.serving.requests import SentLabel

ID, LABEL, DECIDED = "prediction_id", "label", "decided"
_LABELS = {"0": 0, "1": 1, "0.0": 0, "1.0": 1}
"""A spreadsheet that holds an empty cell beside them may write whole numbers with a point."""


class Filled(NamedTuple):
    """A sheet.

    Attributes:
        labels: What was decided, in the order of the sheet.
        rows: The row of each, as a spreadsheet counts them: the header is row 1.
        undecided: Rows without a label.
    """

    labels: tuple[SentLabel, ...]
    rows: tuple[int, ...]
    undecided: int


def read(table: pa.Table, *, decided: str = "", revises: bool = False, file: object = "") -> Filled:
    """Return what a sheet says; nothing of it if a row is not as it should be.

    Args:
        table: Has columns ``prediction_id`` and ``label``, and ``decided`` unless that is given; others are not read.
        decided: ``YYYY-MM-DD``, the day of rows that name none.
        revises: Whether the labels may contradict those that are there.
        file: For the letter.

    Raises:
        InputRefusedError: A column is missing, or a row is not as it should be, or two rows contradict each other.
    """
    names = (ID, LABEL) if decided and DECIDED not in table.column_names else (ID, LABEL, DECIDED)
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise InputRefusedError(
            "The sheet has not the columns that say what was decided.", file=file, field=", ".join(missing),
            expected=f"{ID}, {LABEL}, {DECIDED}", found=", ".join(table.column_names)[:200],
            fix="Fill in the file that `mlops feedback audit` wrote, and keep its columns.",
        )  # fmt: skip
    columns = {name: [_text(cell) for cell in table.column(name).to_pylist()] for name in names}
    days = columns.get(DECIDED, [""] * table.num_rows)
    labels: list[SentLabel] = []
    rows: list[int] = []
    seen: dict[str, tuple[int, SentLabel]] = {}
    undecided = 0
    for row, (name, label, day) in enumerate(zip(columns[ID], columns[LABEL], days, strict=True), 2):
        if not label:
            undecided += 1
            continue
        found = _label(row, name, label, day or decided, revises=revises, file=file)
        before, known = seen.get(name, (0, found))
        if known != found:
            raise InputRefusedError(
                "Two rows decide differently on one prediction, or on another day; nothing was sent.", file=file,
                field=f"rows {before} and {row}", found=name, fix="Find out which holds, and remove the other.",
            )  # fmt: skip
        if not before:
            seen[name] = (row, found)
            labels.append(found)
            rows.append(row)
    return Filled(tuple(labels), tuple(rows), undecided)


def _label(row: int, name: str, label: str, day: str, *, revises: bool, file: object) -> SentLabel:
    if not day:
        raise InputRefusedError(
            "A row has a label and no day on which it was decided; nothing was sent.", file=file,
            field=f"row {row}, {DECIDED}", expected="YYYY-MM-DD", found="nothing",
            fix="Fill it in, or say --decided DAY for all rows that have none.",
        )  # fmt: skip
    try:
        value = _LABELS.get(label, label)
        return SentLabel.model_validate({ID: name, LABEL: value, DECIDED: day, "revises": revises})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise InputRefusedError(
            "A row is not as it should be; nothing was sent.", file=file, field=f"row {row}, {field}",
            expected={ID: "32 hexadecimal digits", LABEL: "0 or 1"}.get(field, "a day as YYYY-MM-DD"),
            found={ID: name, LABEL: label}.get(field, day)[:60],
            fix="Correct it; labels and days are what people fill in, the rest stays as it was drawn.",
        ) from None  # fmt: skip


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
