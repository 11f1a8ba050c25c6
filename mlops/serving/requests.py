"""What clients may send, checked before anything is computed. No refusal repeats what was sent."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

import pandas as pd
from pydantic import Field, ValidationError, field_validator

from mlops import documents
from mlops.documents import Part
from mlops.errors import InputRefusedError
from mlops.inputs import Kind, frame
from mlops.serving.log import Label

T = TypeVar("T", bound=Part)

MAX_ROWS = 1_000
MAX_TEXT = 100_000
MAX_NAME = 200

_NUL = b"\\u0000"
"""The only way in which JSON can hold it; a plain NUL byte is no JSON."""
_SORTED = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_JSON_KINDS: Mapping[Kind, dict[str, Any]] = {
    "text": {"type": ["string", "null"], "maxLength": MAX_TEXT, "pattern": r"^[^\u0000]*$"},
    "number": {"type": ["number", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
}


class Row(Part):
    """A row to be scored.

    Attributes:
        id: The client's name of it; comes back with the answer.
        entity: What it is about: decides which model answers while a canary is tried. By default the inputs.
        inputs: By column a value; every column that the model reads, null for what is missing.
    """

    id: Annotated[str, Field(max_length=MAX_NAME)] = ""
    entity: Annotated[str, Field(max_length=MAX_NAME)] = ""
    inputs: dict[str, str | float | None]


class PredictRequest(Part):
    """The body of ``POST /v1/predict``."""

    task: Annotated[str, Field(max_length=32)]
    rows: Annotated[tuple[Row, ...], Field(min_length=1, max_length=MAX_ROWS)]


class SentLabel(Part):
    """A label of a prediction.

    Attributes:
        prediction_id: What the answer called it.
        label: 0 or 1.
        decided: The day on which it was decided.
        revises: Whether an earlier decision was changed.
    """

    prediction_id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    label: Annotated[int, Field(ge=0, le=1)]
    decided: str
    revises: bool = False

    @field_validator("decided")
    @classmethod
    def _a_day(cls, text: str) -> str:
        if len(text) != len("YYYY-MM-DD"):
            raise ValueError("a day as YYYY-MM-DD")
        try:
            date.fromisoformat(text)
        except ValueError:  # its message repeats the text
            raise ValueError("a day of the calendar as YYYY-MM-DD") from None
        return text


class LabelRequest(Part):
    """The body of ``POST /v1/labels``."""

    labels: Annotated[tuple[SentLabel, ...], Field(min_length=1, max_length=MAX_ROWS)]


def predict_request(body: bytes) -> PredictRequest:
    """Read the body of a prediction; raises InputRefusedError for what is none."""
    found = _read(body, PredictRequest)
    if _NUL in body or len(body) > MAX_TEXT:  # else no text can be one that is refused, and none needs a look
        _refuse_texts(found.rows)
    return found


def label_request(body: bytes) -> tuple[Label, ...]:
    """Read the body of labels; raises InputRefusedError for what is none."""
    found = _read(body, LabelRequest)
    return tuple(Label(one.prediction_id, one.label, one.decided, one.revises) for one in found.labels)


def read_rows(rows: Sequence[Row], kinds: Mapping[str, Kind]) -> pd.DataFrame:
    """Return the (n, k) table of rows, whose columns must be exactly those that a model reads, each of its kind.

    Raises:
        InputRefusedError: The place is named, and what is read; never what was sent.
    """
    expected = kinds.keys()
    for place, row in enumerate(rows):
        sent = row.inputs.keys()
        if sent != expected:
            raise InputRefusedError(
                "A row has not exactly the columns that the model reads.",
                field=f"rows.{place}.inputs",
                expected=", ".join(kinds),
                found=f"{len(expected - sent)} of them missing, {len(sent - expected)} others",
                fix="See GET /v1/schema/TASK; null stands for a missing value.",
            )
    return frame([row.inputs for row in rows], kinds)


def entity_of(row: Row) -> str:
    """Return what a row is about, hashed: the log needs it to be the same, and not to be known."""
    text = f"e{row.entity}" if row.entity else "i" + _SORTED(row.inputs)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def schema_of(task: str, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a prediction's body for a model that reads ``kinds``."""
    inputs = {
        "type": "object", "properties": {name: _JSON_KINDS[kind] for name, kind in kinds.items()},
        "required": list(kinds), "additionalProperties": False,
    }  # fmt: skip
    name = {"type": "string", "maxLength": MAX_NAME}
    row = {
        "type": "object", "properties": {"id": name, "entity": name, "inputs": inputs},
        "required": ["inputs"], "additionalProperties": False,
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"POST /v1/predict, {task}",
        "type": "object",
        "properties": {
            "task": {"const": task},
            "rows": {"type": "array", "items": row, "minItems": 1, "maxItems": MAX_ROWS},
        },
        "required": ["task", "rows"],
        "additionalProperties": False,
    }


def _refuse_texts(rows: Sequence[Row]) -> None:
    """Refuse texts that the log would hold and no table could: CSV has no NUL, and no cell of any length."""
    for place, row in enumerate(rows):
        for field, texts in ("id", (row.id,)), ("entity", (row.entity,)), ("inputs", row.inputs.values()):
            if any(isinstance(text, str) and ("\0" in text or len(text) > MAX_TEXT) for text in texts):
                raise InputRefusedError(
                    "A text cannot become data: it holds NUL, or is too long.",
                    field=f"rows.{place}.{field}",
                    expected=f"texts without NUL (U+0000), of at most {MAX_TEXT:,} characters",
                    fix="Take NUL out, cut the text, or send null for what is not known.",
                )


def _read(body: bytes, kind: type[T]) -> T:
    try:
        documents.check_json(body)
    except InputRefusedError:  # its letter names the key or the constant that was sent
        raise InputRefusedError(
            "The body is not acceptable JSON.",
            expected="one object in UTF-8, no key twice, numbers that are finite, at most 32 levels deep",
            fix=_DO_NOW[kind],
        ) from None
    try:
        found = kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise InputRefusedError(
            "The body is not what this address takes.",
            field=".".join(str(part) for part in first["loc"] if not isinstance(part, str) or part in _KNOWN),
            expected=first["msg"],
            fix=_DO_NOW[kind],
        ) from None
    return found


_KNOWN = frozenset({
    *PredictRequest.model_fields, *Row.model_fields, *LabelRequest.model_fields, *SentLabel.model_fields,
})  # fmt: skip
_DO_NOW: Mapping[type[Part], str] = {
    PredictRequest: "See GET /v1/schema/TASK.",
    LabelRequest: 'Send {"labels": [{"prediction_id": ID, "label": 0 or 1, "decided": "YYYY-MM-DD"}]}, '
    f'1 to {MAX_ROWS:,} of them; ID as the answer had it, "revises": true where a decision was changed.',
}
