"""Claims become numbers one by one: what stands beside a row in a batch never changes a bit of it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops.errors import InputRefusedError
from mlops.tasks.claims.features import MIN_ROWS, fit_schema, notes, owners, transform
from mlops.tasks.claims.schema import FeatureSchema, SchemaField

SCHEMA = FeatureSchema(
    "some",
    1,
    ("", "-"),
    (
        SchemaField("days", "days", ("order_date", "claim_date")),
        SchemaField("claim_date, calendar", "calendar", ("claim_date",)),
        SchemaField("amount", "number", ("amount",)),
        SchemaField("share", "ratio", ("amount", "value")),
        SchemaField("category", "category", ("category",)),
        SchemaField("items", "list", ("items",), ";"),
        SchemaField("words", "text", ("words",)),
    ),
)
NAMES = ("order_date", "claim_date", "amount", "value", "category", "items", "words")
Row = tuple[object, ...]


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Return rows as the reading of a table gives them."""
    columns = dict(zip(NAMES, zip(*rows, strict=True), strict=True))
    dates = {name: np.array(columns[name], dtype="datetime64[s]") for name in NAMES[:2]}
    numbers = {name: np.array(columns[name], dtype=np.float64) for name in NAMES[2:4]}
    return pd.DataFrame(dates | numbers | {name: pd.Series(list(columns[name]), dtype=object) for name in NAMES[4:]})


TRAINED = fit_schema(
    SCHEMA, frame([("2025-01-01", "2025-01-08", 5, 10, f"{'toys' if at % 2 else 'Books '}", "A; B;A", "a b")
                   for at in range(2 * MIN_ROWS)] + [("2025-01-01", "2025-01-08", 5, 10, "rare", "C;-", None)]),
)  # fmt: skip

days = st.one_of(st.just("NaT"), st.dates().map(str))
numbers = st.one_of(st.just(np.nan), st.floats(allow_infinity=False), st.just(0.0))
texts = st.one_of(
    st.none(), st.sampled_from(["toys", "books", " TOYS", "never seen", "A;B", "-", "a;;C; d"]), st.text()
)
rows = st.lists(st.tuples(days, days, numbers, numbers, texts, texts, texts), min_size=1, max_size=8)


@settings(max_examples=60)
@given(rows)
def test_a_row_alone_has_the_bits_that_it_has_in_a_batch(batch: list[Row]) -> None:
    whole = transform(TRAINED, frame(batch))
    assert [transform(TRAINED, frame([row])).tobytes() for row in batch] == [row.tobytes() for row in whole]
    assert whole.shape == (len(batch), len(notes(TRAINED))) == (len(batch), len(owners(TRAINED)))


def test_each_kind_becomes_what_its_notes_say() -> None:
    known = ("2025-01-01", "2025-03-08", 5, 10, " Toys", "a;x;-;y", "two words")
    unknown = ("NaT", "2025-03-08", np.nan, 0, None, None, None)
    table = pd.DataFrame(transform(TRAINED, frame([known, unknown])), columns=[note.name for note in notes(TRAINED)])
    wanted = {
        "days": (66, np.nan), "days: missing": (0, 1), "claim_date: month": (3, 3), "claim_date: weekday": (5, 5),
        "amount": (5, np.nan), "amount: missing": (0, 1), "share": (0.5, np.nan), "category = books": (0, 0),
        "category = toys": (1, 0), "category: other": (0, 0), "category: missing": (0, 1), "items = a": (1, 0),
        "items = b": (0, 0), "items: other": (2, 0), "items: missing": (0, 1), "items: items": (3, 0),
        "words: length": (9, np.nan), "words: missing": (0, 1), "words: words": (2, np.nan),
    }  # fmt: skip
    pd.testing.assert_frame_equal(table, pd.DataFrame(wanted, dtype=np.float32))


def test_what_few_rows_hold_is_kept_nowhere() -> None:
    assert {field.name: field.levels for field in TRAINED.fields if field.levels} == {
        "category": ("books", "toys"),
        "items": ("a", "b"),
    }


def test_a_column_that_is_gone_is_named() -> None:
    with pytest.raises(InputRefusedError) as refusal:
        transform(TRAINED, frame([("NaT", "NaT", 1, 1, None, None, None)]).drop(columns="category"))
    assert refusal.value.field == "category"
