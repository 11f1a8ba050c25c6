"""Pairs become a table: one meaning per column, missing is NaN, nothing of the test is needed."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from mlops.errors import InputRefusedError
from mlops.tasks.er import features, spans
from mlops.tasks.er.attributes import Kind
from mlops.tasks.er.features import PairFeatures

TRAINING = pd.DataFrame(
    {
        "left_name": ["Acme GmbH", "Bolt Inc", "Nuts & Co", None],
        "right_name": ["ACME  gmbh", "Volt Ltd", "Nuts and Company", "Zeta"],
        "left_price": ["10", "20.5", None, "3"],
        "right_price": ["10.0", "41", "7", "4"],
        "left_founded": ["2015-05-18", "1 may 2000", "2001-01-01", "2002-02-02"],
        "right_founded": ["18 May 2015", "11 may 2000", None, "2002-02-03"],
        "left_note": ["spare part X-100", "", "abc", "def"],
    },
    dtype=object,
)


@pytest.fixture(scope="module")
def fitted() -> PairFeatures:
    return PairFeatures.fit(TRAINING)


@pytest.fixture(scope="module")
def table(fitted: PairFeatures) -> pd.DataFrame:
    return pd.DataFrame(fitted.transform(TRAINING), columns=[note.name for note in fitted.notes()])


def test_there_is_one_note_per_column_and_names_are_unique(fitted: PairFeatures) -> None:
    names = [note.name for note in fitted.notes()]
    assert fitted.transform(TRAINING).shape == (4, len(names))
    assert fitted.transform(TRAINING).dtype == np.float32
    assert len(set(names)) == len(names)


def test_notes_say_what_is_compared_and_how(fitted: PairFeatures) -> None:
    notes = {note.name: note.description for note in fitted.notes()}
    assert notes["name.jaro_winkler"] == "name (short text): Jaro-Winkler similarity of the texts (Winkler 1990)."
    assert notes["record.words.shared_max"].endswith(", words: IDF of the rarest shared token, 0 if nothing is shared.")
    assert all(": " in description and description.endswith(".") for description in notes.values())


def test_kinds_decide_which_comparisons_are_made(fitted: PairFeatures) -> None:
    assert fitted.kinds() == {"name": Kind.SHORT, "price": Kind.NUMBER, "founded": Kind.DATE}


def test_equal_after_normalising_is_equal(table: pd.DataFrame) -> None:
    assert table["name.equal"].tolist()[:3] == [1, 0, 0]
    assert table["name.indel"][0] == 1


def test_numbers_and_dates_are_compared_as_quantities(table: pd.DataFrame) -> None:
    assert table["price.absolute_difference"].tolist()[:2] == [0, 20.5]
    assert table["price.relative_difference"][1] == 0.5
    assert table["founded.days_apart"].tolist()[:2] == [0, 10]


def test_missing_is_nan_and_never_different(table: pd.DataFrame) -> None:
    assert table.loc[3, [name for name in table.columns if name.startswith("name.")]].isna().all()
    assert table.loc[2, [name for name in table.columns if name.startswith("price.")]].isna().all()
    assert not np.isinf(table.to_numpy()).any()


def test_an_attribute_of_one_side_counts_in_the_text_of_the_record(fitted: PairFeatures) -> None:
    other = TRAINING.assign(right_name="part X100")
    names = [note.name for note in fitted.notes()]
    found = fitted.transform(other)[:, names.index("record.right_code_found")]
    assert found[0] == len("partx100")
    assert "note.equal" not in names


def test_records_with_entirely_different_attributes_are_compared_as_texts() -> None:
    inputs = pd.DataFrame({"left_name": ["Acme", "Bolt"], "right_title": ["acme", "nut"]}, dtype=object)
    fitted = PairFeatures.fit(inputs)
    assert {note.name.split(".")[0] for note in fitted.notes()} == {"record"}


def test_one_attribute_is_not_compared_twice() -> None:
    inputs = pd.DataFrame({"left_title": ["Acme", "Bolt"], "right_title": ["acme", "nut"]}, dtype=object)
    assert {note.name.split(".")[0] for note in PairFeatures.fit(inputs).notes()} == {"title"}


def test_an_excluded_attribute_is_not_read() -> None:
    fitted = PairFeatures.fit(TRAINING, exclude=frozenset({"price"}))
    assert "left_price" not in fitted.columns
    assert not any(note.name.startswith("price.") for note in fitted.notes())


def test_a_pair_has_the_same_features_whatever_stands_beside_it(
    fitted: PairFeatures, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fitted.transform(TRAINING)
    monkeypatch.setattr(spans, "BATCH", 1)
    assert np.array_equal(whole, fitted.transform(TRAINING), equal_nan=True)
    assert np.array_equal(whole[[2]], fitted.transform(TRAINING.iloc[[2]]), equal_nan=True)


def test_no_pairs_make_an_empty_table(fitted: PairFeatures) -> None:
    assert fitted.transform(TRAINING.iloc[:0]).shape == (0, len(fitted.notes()))


def test_restored_features_are_the_same(fitted: PairFeatures) -> None:
    again = PairFeatures.restore(fitted.state())
    assert again.notes() == fitted.notes()
    assert np.array_equal(again.transform(TRAINING), fitted.transform(TRAINING), equal_nan=True)


def test_a_missing_column_is_refused_by_name(fitted: PairFeatures) -> None:
    with pytest.raises(InputRefusedError, match="left_price"):
        fitted.transform(TRAINING.drop(columns="left_price"))


def test_columns_never_seen_do_not_matter(fitted: PairFeatures) -> None:
    more = TRAINING.assign(left_new="x", right_new="x")[[*reversed(TRAINING.columns), "left_new", "right_new"]]
    assert np.array_equal(fitted.transform(more), fitted.transform(TRAINING), equal_nan=True)


def test_an_empty_attribute_is_dropped_and_empty_sides_are_refused() -> None:
    fitted = PairFeatures.fit(TRAINING.assign(left_gone=None, right_gone=""))
    assert "gone" not in fitted.kinds()
    with pytest.raises(InputRefusedError, match="no value"):
        PairFeatures.fit(pd.DataFrame({"left_a": [None, ""], "right_a": ["x", "y"]}, dtype=object))


def test_very_many_attributes_are_bounded_and_the_fullest_stay() -> None:
    inputs = pd.DataFrame(
        {
            f"{side}_a{i}": [f"v{i}" if i % 2 or row == 0 else None for row in range(3)]
            for side, i in product(("left", "right"), range(200))
        },
        dtype=object,
    )
    fitted = PairFeatures.fit(inputs)
    assert list(fitted.kinds()) == [f"a{2 * i + 1}" for i in range(features.MAX_FIELDS)]
    assert np.isfinite(fitted.transform(inputs)).any()


def test_huge_values_and_odd_numbers_are_compared_and_finite() -> None:
    long = "lorem ipsum x100 " * 6_000
    odd = ["1e400", "9" * 400, long, long + "y", "\ud800", "-"]
    inputs = pd.DataFrame({"left_a": odd, "right_a": odd[::-1], "left_b": "1e300", "right_b": "-1e300"}, dtype=object)
    table = PairFeatures.fit(inputs).transform(inputs)
    assert not np.isinf(table).any()


def test_texts_that_differ_only_at_their_end_are_not_equal() -> None:
    long = "a" * 100_000
    inputs = pd.DataFrame({"left_a": [long, long], "right_a": [long, long + "b"]}, dtype=object)
    fitted = PairFeatures.fit(inputs)
    assert fitted.transform(inputs)[:, 0].tolist() == [1, 0]


def test_two_records_of_one_file_are_compared_without_order() -> None:
    names = ["acme gmbh x100", "acme", "bolt inc 7", "bolt", "nuts & co x200 y300"]
    inputs = pd.DataFrame({"left_name": names, "right_name": names[1:] + names[:1]}, dtype=object)
    fitted = PairFeatures.fit(inputs)
    swapped = inputs.rename(columns={"left_name": "right_name", "right_name": "left_name"})
    assert np.array_equal(fitted.transform(inputs), fitted.transform(swapped), equal_nan=True)
    notes = {note.name: note.description for note in fitted.notes()}
    assert notes["name.words.lesser_only_max"].endswith("Of both directions, the lesser value.")
    assert not any("left" in name or "right" in name for name in notes)


def test_records_of_two_files_keep_their_sides(fitted: PairFeatures) -> None:
    assert {"name.words.left_only_max", "name.words.right_only_max"} <= {note.name for note in fitted.notes()}
