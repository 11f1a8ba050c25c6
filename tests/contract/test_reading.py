"""Reading by a contract: a cell is missing, or present and valid, or present and invalid, and nothing is guessed."""

import datetime as dt
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.config import StorageSettings
from mlops.contract import dates
from mlops.contract.reading import items, load_contract, typed
from mlops.dataset import read_file
from mlops.errors import InputRefusedError
from tests.contract.contracts import small

NAT = np.datetime64("NaT")


def cell(name: str, value: Any, kind: pa.DataType | None = None, **changes: Any) -> tuple[bool, bool, Any]:
    """Return whether a cell is present and valid, and its value."""
    read = typed(pa.table({name: pa.array([value], kind)}), small(field=name, **changes) if changes else small())
    return bool(read.present[name][0]), bool(read.valid[name][0]), read.columns[name][0]


@pytest.mark.parametrize("text", ["", "  ", "-", " - ", "n/a", "N/A", None])
@pytest.mark.parametrize(
    ("name", "nothing"), [("amount", math.nan), ("claim_date", NAT), ("items", None), ("gift", math.nan)]
)
def test_blanks_and_placeholders_are_missing_in_any_type(name: str, nothing: Any, text: str | None) -> None:
    present, valid, value = cell(name, text, pa.string())
    assert (present, valid) == (False, False)
    assert value is None if nothing is None else np.array_equal(value, nothing, equal_nan=True)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("amount", "12.5", 12.5), ("amount", " +1e3 ", 1000), ("amount", ".5", 0.5), ("amount", "-1", -1),
        ("amount", "1e400", None), ("amount", "NaN", None), ("amount", "inf", None), ("amount", "-Infinity", None),
        ("amount", "1,5", None), ("amount", "1_000", None), ("amount", "0x10", None), ("amount", "$5", None),
        ("amount", "\u0665", None), ("amount", "9" * 400, None), ("amount", "1e", None), ("amount", ".", None),
        ("quantity", "007", 7), ("quantity", "3.0", 3), ("quantity", "3.5", None), ("quantity", "-2", -2),
        ("quantity", "9007199254740991", 2**53 - 1), ("quantity", "9007199254740993", None),
        ("quantity", "1e400", None),
        ("gift", "TRUE", 1), ("gift", "0", 0), ("gift", "yes", None), ("gift", "2", None),
    ],
)  # fmt: skip
def test_numbers_in_text_are_read_whole_or_not_at_all(name: str, text: str, value: float | None) -> None:
    present, valid, found = cell(name, text)
    assert present
    assert valid == (value is not None and not (name == "amount" and value < 0))  # the amount's minimum is 0
    assert np.array_equal(found, math.nan if value is None else value, equal_nan=True)


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("2024-02-29", "", "2024-02-29"), ("2023-02-29", "", None), ("1900-02-29", "", None),
        ("2000-02-29", "", "2000-02-29"), ("2024-04-31", "", None), ("9999-12-31", "", "9999-12-31"),
        ("0001-01-01", "", "0001-01-01"), ("0000-01-01", "", None), ("10000-01-01", "", None), ("2024-2-3", "", None),
        ("2024-13-01", "", None), ("24-01-01", "", None), ("2024-01-01T00:00:00", "", None), ("2024-01-01Z", "", None),
        ("2024-01-01+02:00", "", None), ("2024-01-01\n2024-01-02", "", None), (" 2024-01-01 ", "", "2024-01-01"),
        ("31/12/2024", "%d/%m/%Y", "2024-12-31"), ("12/31/2024", "%d/%m/%Y", None),
        ("2024-01-01 23:59:60", "%Y-%m-%d %H:%M:%S", None), ("2024-01-01 24:00:00", "%Y-%m-%d %H:%M:%S", None),
        ("2024-01-01 23:59:59.5", "%Y-%m-%d %H:%M:%S.%f", "2024-01-01"), ("29-FEB-2024", "%d-%b-%Y", "2024-02-29"),
        ("29-Foo-2024", "%d-%b-%Y", None), ("20240229", "%Y%m%d", "2024-02-29"),
        ("2024.01.01", "%Y.%m.%d", "2024-01-01"),
        ("2024x01x01", "%Y.%m.%d", None),
    ],
)  # fmt: skip
def test_dates_in_text_are_days_that_exist_and_know_no_zone(text: str, form: str, day: str | None) -> None:
    present, valid, found = cell("claim_date", text, format=form)
    assert (present, valid) == (True, day is not None)
    assert np.array_equal(found, np.datetime64(day or "NaT", "D"), equal_nan=True)


@given(st.lists(st.dates(), max_size=20), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%b %d %Y", "%Y%m%d %H%M%S"]))
def test_every_day_reads_back_from_every_form(days: list[dt.date], form: str) -> None:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    parts = [
        {"%Y": f"{day.year:04}", "%m": f"{day.month:02}", "%d": f"{day.day:02}", "%b": months[day.month - 1]}
        for day in days
    ]
    texts = []
    for part in parts:
        text = form
        for directive, value in (part | {"%H": "23", "%M": "59", "%S": "59"}).items():
            text = text.replace(directive, value)
        texts.append(text)
    assert dates.parse(pa.array(texts, pa.string()), form).tolist() == days


_NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.integers(-(2**53) + 1, 2**53 - 1).map(str)
_PLACEHOLDERS = st.sampled_from(["", "-", "n/a", " N/A "])


@given(st.lists(st.none() | _PLACEHOLDERS | _NUMBERS | st.text(max_size=6), min_size=1, max_size=30))
def test_any_text_is_missing_or_valid_or_invalid_and_a_number_is_itself(texts: list[str | None]) -> None:
    kind = pa.string()
    names = ("amount", "quantity", "gift", "claim_date", "items", "code", "claim_id", "claimable")
    read = typed(pa.table({name: pa.array(texts, kind) for name in names}), small())
    for row, text in enumerate(texts):
        missing = text is None or text.strip().casefold() in {"", "-", "n/a"}
        assert all(bool(read.present[name][row]) != missing for name in names if name != "items")
        assert all(read.present[name][row] or not read.valid[name][row] for name in names)
        assert read.columns["claim_id"][row] == (None if missing else text)  # names are kept to the letter
        value = read.columns["amount"][row]
        assert math.isnan(value) or value == float((text or "").strip())  # float knows fewer blanks than strip
        assert not read.valid["amount"][row] or (math.isfinite(value) and value >= 0)
        whole = read.columns["quantity"][row]
        assert math.isnan(whole) or (whole == int(whole) and abs(whole) < 2**53)
    refused = read.present["claimable"] & ~read.valid["claimable"]
    assert read.bad_labels.total() == np.count_nonzero(refused)
    assert np.array_equal(read.label >= 0, read.valid["claimable"])


@pytest.mark.parametrize(
    ("name", "text", "valid"),
    [
        ("items", "bag", True), ("items", " bag ; hat;bag", True), ("items", "bag;shoe", False),
        ("items", "Bag", False),
        ("items", "bag;;", True), ("code", "ABC", True), ("code", "ABCD", False), ("code", "ABC\n", True),
        ("code", "A\nABC", False), ("code", "abc", False),
    ],
)  # fmt: skip
def test_an_enum_and_a_pattern_hold_for_the_whole_text_or_each_item(name: str, text: str, valid: bool) -> None:
    assert cell(name, text) == (True, valid, text)


def test_a_list_of_placeholders_is_missing_and_items_leave_them_out() -> None:
    read = typed(pa.table({"items": ["bag; -", "-;n/a", None, "hat;bag"]}), small())
    assert read.present["items"].tolist() == [True, False, False, True]
    assert items(read.columns["items"], small().field("items"), small()) == [("bag",), (), (), ("hat", "bag")]


def test_a_pattern_that_only_re2_refuses_is_told() -> None:
    with pytest.raises(InputRefusedError, match="RE2"):
        cell("code", "ABC", constraints={"pattern": "(?:a{1000}){1000}"})


@pytest.mark.parametrize(
    ("values", "kind", "label", "bad"),
    [
        (["0", " 1", "1.0", None, "-"], pa.string(), [0, 1, 1, -1, -1], {}),
        (["yes", "2", "1.5", "true", "yes"], pa.string(), [-1] * 5, {"yes": 2, "2": 1, "1.5": 1, "true": 1}),
        ([1.0, 0.0, math.nan, 1.5], pa.float64(), [1, 0, -1, -1], {"1.5": 1}),
        ([True, False, None], pa.bool_(), [1, 0, -1], {}),
        ([1, 0, 2], pa.uint64(), [1, 0, -1], {"2": 1}),
    ],
)
def test_labels_are_the_known_texts_and_all_else_is_counted(
    values: list[Any], kind: pa.DataType, label: list[int], bad: dict[str, int]
) -> None:
    read = typed(pa.table({"claimable": pa.array(values, kind)}), small())
    assert (read.label.tolist(), read.bad_labels) == (label, Counter(bad))
    assert read.valid["claimable"].tolist() == [one >= 0 for one in label]


def test_a_boolean_column_reads_by_its_words_or_by_its_digits() -> None:
    table = pa.table({"claimable": pa.array([True, False])})
    assert typed(table, small(label_values={"true": 1, "false": 0})).label.tolist() == [1, 0]
    assert typed(table, small(label_values={"yes": 1, "no": 0})).bad_labels == Counter({"true": 1, "false": 1})


@pytest.mark.parametrize(
    ("name", "value", "kind", "valid", "found"),
    [
        ("claim_id", 9007199254740993, pa.int64(), True, "9007199254740993"),
        ("claim_id", "00123", pa.string(), True, "00123"),
        ("claim_id", "None", pa.string(), True, "None"),
        ("claim_id", dt.date(2024, 2, 29), pa.date32(), True, "2024-02-29"),
        ("claim_date", dt.datetime(1969, 12, 31, 23, 59), pa.timestamp("ns"), True, np.datetime64("1969-12-31")),  # noqa: DTZ001  # zones are refused
        ("claim_date", dt.date(9999, 12, 31), pa.date64(), True, np.datetime64("9999-12-31")),
        ("claim_date", 10**12, pa.int64(), False, NAT),
        ("amount", math.inf, pa.float64(), False, math.nan),
        ("amount", 2**63, pa.uint64(), True, 2.0**63),
        ("amount", True, pa.bool_(), False, math.nan),
        ("quantity", 2**53, pa.int64(), False, math.nan),
        ("gift", True, pa.bool_(), True, 1.0),
        ("gift", 1, pa.int8(), True, 1.0),
    ],
)
def test_columns_of_any_type_are_read_by_the_contract(
    name: str, value: Any, kind: pa.DataType, valid: bool, found: Any
) -> None:  # fmt: skip
    assert cell(name, value, kind)[:2] == (True, valid)
    read = cell(name, value, kind)[2]
    assert read == found if isinstance(found, str) else np.array_equal(read, found, equal_nan=True)


def test_a_column_with_a_time_zone_is_refused() -> None:
    instants = pa.array([0], pa.timestamp("us", tz="Europe/Berlin"))
    with pytest.raises(InputRefusedError, match=r"claim_date(.|\n)*without a zone"):
        typed(pa.table({"claim_date": instants}), small())


def test_absent_and_unknown_columns_are_named_and_no_rows_are_fine() -> None:
    read = typed(pa.table({"claim_id": ["a"], "colour": ["red"]}), small())
    assert read.unknown == ("colour",)
    assert "colour" not in read.columns
    assert read.absent == small().names[1:]
    assert not any(read.present[name].any() for name in read.absent)
    assert read.columns.keys() == read.present.keys() == read.valid.keys() == set(small().names)
    assert len(typed(pa.table({"claim_id": pa.array([], pa.string())}), small())) == 0


def test_the_public_file_shows_its_real_defects(shared_data: Path) -> None:
    file = read_file(shared_data / "claims" / "tsa_claims_2010_2013.parquet", settings=StorageSettings())
    read = typed(file.table, load_contract("tsa_claims", shared_data))
    assert (read.absent, read.unknown, read.bad_labels) == ((), (), Counter())
    assert int(np.count_nonzero(read.columns["incident_date"] > read.columns["claim_date"])) == 169
    assert np.unique(read.label, return_counts=True)[1].tolist() == [6949, 21905, 12743]
    missing = {name: int(np.count_nonzero(~here)) for name, here in read.present.items() if not here.all()}
    assert missing == {
        "airline": 3129,
        "airport_code": 318,
        "claim_type": 212,
        "claim_site": 199,
        "item_category": 2844,
        "close_amount": 6949,
        "disposition": 6949,
        "claimable": 6949,
    }
    invalid = {name: int(np.count_nonzero(read.present[name] & ~fine)) for name, fine in read.valid.items()}
    assert {name: count for name, count in invalid.items() if count} == {"airport_code": 361}  # the airport "F"
