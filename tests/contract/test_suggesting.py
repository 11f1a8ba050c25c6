"""A draft from data: types by what parses, roles by name and behaviour, each with its reason."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops.contract.looking import look
from mlops.contract.reading import load_contract, typed
from mlops.contract.suggesting import Chosen, Suggestion, suggest
from mlops.errors import InputRefusedError

ROWS = 200


def claims() -> dict[str, list[Any]]:
    """Return a table of claims as people keep them: all text, with their ways of writing nothing."""
    chance = np.random.default_rng(7)
    day = np.datetime64("2025-01-01") + chance.integers(0, 300, ROWS)
    won = chance.random(ROWS) < 0.4
    decided = chance.random(ROWS) < 0.8
    text = np.where(won, "Yes", "No")
    return {
        "claim_id": [f"{number:05}" for number in range(ROWS)],
        "seller": [f"S{number}" for number in chance.integers(0, 12, ROWS)],
        "order_id": [f"o-{number}" for number in range(ROWS)],
        "ordered": [f"{one.astype(object):%d.%m.%Y}" for one in day - chance.integers(1, 40, ROWS)],
        "filed": [f"{one.astype(object):%d.%m.%Y}" for one in day],
        "settled_on": [str(one + 20) if is_in else "" for one, is_in in zip(day, decided, strict=True)],
        "value": [f"{number:.2f}" for number in chance.random(ROWS) * 90],
        "pieces": [str(number) for number in chance.integers(1, 9, ROWS)],
        "goods": [("bag; hat", "bag", "hat; shoe", "-", "shoe;bag")[number % 5] for number in range(ROWS)],
        "channel": [("web", "phone", "N/A")[number % 3] for number in range(ROWS)],
        "letter": [f"Dear all, parcel {number} reached me empty, in spite of the seal." for number in range(ROWS)],
        "verdict_code": [("A" if is_won else "B") for is_won in won],
        "reply_to": [f"person{number}@example.org" for number in range(ROWS)],
        "upload": ["week 1"] * 100 + ["week 2"] * 100,
        "country": ["DE"] * ROWS,
        "granted": [one if is_in else "?" for one, is_in in zip(text, decided, strict=True)],
    }


def drafted(**columns: list[Any]) -> Suggestion:
    return suggest(pa.table(claims() | columns), "mine")


def test_roles_are_guessed_from_names_and_from_behaviour() -> None:
    draft = drafted().contract
    assert {field.name: field.role for field in draft.fields} == {
        "claim_id": "id", "seller": "group", "order_id": "ignored", "ordered": "prior_time", "filed": "event_time",
        "settled_on": "label_time", "value": "feature", "pieces": "feature", "goods": "feature", "channel": "feature",
        "letter": "text", "verdict_code": "post_outcome", "reply_to": "pii", "upload": "batch", "country": "ignored",
        "granted": "label",
    }  # fmt: skip
    assert draft.label_values == {"No": 0, "Yes": 1}
    assert set(draft.missing_values) == {"-", "N/A", "?"}
    assert draft.maturity_days == 20
    assert list(map(str, draft.rules)) == ["ordered <= filed", "filed <= settled_on"]


def test_types_are_guessed_from_what_parses() -> None:
    draft = drafted().contract
    types = {"ordered": "date", "value": "number", "pieces": "integer", "claim_id": "string", "granted": "string"}
    assert {name: draft.field(name).type for name in types} == types
    assert draft.field("filed").format == "%d.%m.%Y"
    assert (draft.field("goods").separator, draft.field("letter").separator) == (";", "")
    assert draft.field("goods").constraints.enum == ("bag", "hat", "shoe")
    assert draft.field("channel").constraints.enum == ("phone", "web")
    assert draft.field("value").constraints.minimum == 0
    assert (draft.field("value").required, draft.field("channel").required) == (True, False)


def test_the_table_meets_the_contract_that_was_drafted_from_it() -> None:
    draft = drafted().contract
    read = typed(pa.table(claims()), draft)
    assert (read.absent, read.unknown, read.bad_labels.total()) == ((), (), 0)
    assert all(np.array_equal(read.present[name], read.valid[name]) for name in draft.names)
    assert set(read.label.tolist()) == {-1, 0, 1}


def test_every_guess_has_a_reason() -> None:
    draft = drafted()
    about = {reason.about for reason in draft.reasons}
    assert about == {*draft.contract.names, "missing_values", "label_values", "maturity_days", "rules"}
    assert all(reason.why and reason.guessed for reason in draft.reasons)
    why = {reason.about: reason.why for reason in draft.reasons}
    assert "leading zeros" in why["claim_id"]
    assert "100.0% read as %d.%m.%Y" in why["filed"]
    assert "missing where it is undecided" in why["settled_on"]
    assert "tell the label in 100.0%" in why["verdict_code"]


def test_a_column_is_no_leak_for_a_label_that_is_nearly_always_the_same() -> None:
    draft = drafted(granted=["Yes", *["No"] * (ROWS - 1)], side=["A", "B"] * (ROWS // 2)).contract
    assert draft.field("side").role == "feature"


def test_an_order_of_days_that_often_fails_is_no_rule() -> None:
    late = drafted(ordered=[*["01.12.2025"] * (ROWS // 10), *claims()["ordered"][ROWS // 10 :]]).contract
    assert late.field("ordered").role == "prior_time"
    assert list(map(str, late.rules)) == ["filed <= settled_on"]


_CELLS = (
    st.none()
    | st.sampled_from(["0", "1", "yes", "-", "2025-01-01", "2025-02-29", "00", "a;b", "1e999"])
    | st.text(max_size=3)
)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["id", "x", "day", "status"]), st.lists(_CELLS, min_size=6, max_size=6)))
def test_any_table_that_has_the_roles_gives_a_contract_that_reads_it(columns: dict[str, list[str | None]]) -> None:
    whole = {"key": list("abcdef"), "when": ["2025-01-01"] * 6, "n": list("121213"), "label": list("010011"), **columns}
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in whole.items()})
    read = typed(table, suggest(table, "mine").contract)
    assert (read.label.tolist(), read.absent, read.unknown) == ([0, 1, 0, 0, 1, 1], (), ())


def test_a_long_column_is_looked_at_whole() -> None:
    texts = [str(np.datetime64("2000-01-01") + day) for day in range(5000)]
    assert look(pa.chunked_array([texts]), "day").why == "100.0% read as %Y-%m-%d"
    assert look(pa.chunked_array([[*texts, *["soon"] * 100]]), "day").why == "98.0% read as %Y-%m-%d"
    assert look(pa.chunked_array([[f"x{text}" for text in texts]]), "day").type == "string"


def test_what_the_user_names_is_not_guessed() -> None:
    draft = suggest(
        pa.table(claims()), "mine", Chosen(id="order_id", label="verdict_code", event_time="ordered")
    ).contract
    assert (draft.primary_key, draft.one("label").name, draft.one("event_time").name) == (
        "order_id", "verdict_code", "ordered",
    )  # fmt: skip
    assert draft.field("filed").role == "prior_time"
    assert draft.field("granted").role == "post_outcome"  # it tells the label


@pytest.mark.parametrize(
    ("columns", "chosen", "says"),
    [
        (["value", "seller", "filed", "granted"], Chosen(), "a column that names a row"),
        (["claim_id", "value", "filed"], Chosen(), "a column that has two classes"),
        (["claim_id", "value", "granted"], Chosen(), "a column that is a date"),
        (["claim_id", "filed", "granted"], Chosen(), "a column that can be a feature"),
        (["claim_id", "filed", "granted", "value"], Chosen(label="value"), "other than two values"),
        (["claim_id", "filed", "granted", "value"], Chosen(id="nothing"), "has this name"),
        (["claim_id", "filed", "granted", "value"], Chosen(event_time="value"), "--time COLUMN"),
    ],
)
def test_a_table_without_the_roles_that_a_contract_needs(columns: list[str], chosen: Chosen, says: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        suggest(pa.table({name: claims()[name] for name in columns}), "mine", chosen)
    assert says in refused.value.letter()


def test_a_column_that_no_contract_can_name_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="at most 200 characters"):
        drafted(**{"x" * 201: ["a"] * ROWS})


def test_no_rows_are_refused() -> None:
    with pytest.raises(InputRefusedError, match="at least one row"):
        suggest(pa.table(claims()).slice(0, 0), "mine")


@pytest.mark.parametrize(
    ("texts", "kind", "form", "says"),
    [
        (["01/02/2025", "03/04/2025"], "date", "%m/%d/%Y", "%d/%m/%Y reads as many: look"),
        (["01/02/2025", "13/04/2025"], "date", "%d/%m/%Y", "100.0%"),
        (["20250101", "20250102"], "date", "%Y%m%d", "100.0%"),
        (["2025-01-01"] * 30 + ["soon"], "date", "%Y-%m-%d", "96.8%"),
        (["2025-01-01", "soon"], "string", "", "text"),
        (["1", "2.5", "-", ""], "number", "", "100.0%"),
        (["9007199254740993", "1"], "number", "", "100.0%"),
        (["00123", "00124"], "string", "", "leading zeros"),
        (["true", "False", "n/a"], "boolean", "", "100.0%"),
        (["", "-"], "string", "", "nothing is there"),
    ],
)
def test_a_look_at_text(texts: list[str], kind: str, form: str, says: str) -> None:
    seen = look(pa.chunked_array([texts]), "column")
    assert (seen.type, seen.format) == (kind, form)
    assert says in seen.why


def test_the_public_file_is_drafted_as_people_made_its_profile(shared_data: Path) -> None:
    table = pq.read_table(shared_data / "claims" / "tsa_claims_2010_2013.parquet")
    draft, profile = suggest(table, "draft").contract, load_contract("tsa_claims", shared_data)
    assert [(field.name, field.role, field.type) for field in draft.fields] == [
        (field.name, field.role, field.type) for field in profile.fields
    ]
    assert draft.rules == profile.rules
    assert draft.field("item_category").separator == ";"
    assert draft.missing_values == ("-",)
    assert {field.name for field in draft.fields if field.required} == {
        field.name for field in profile.fields if field.required
    } | {"source_file"}  # fmt: skip
