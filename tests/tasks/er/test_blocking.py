"""From records whose entity is known to labelled pairs."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlops.errors import InputRefusedError
from mlops.tasks.er import blocking, neighbours
from mlops.tasks.er.blocking_keys import key_matrix, value_keys
from mlops.tasks.er.blocking_report import BlockingReport

NAMES = ["alpha works", "bravo mills", "carol foods", "delta ships", "eagle bakes", "foxie trucks"]


def people(copies: int = 2, *, source: bool = False) -> pd.DataFrame:
    """Return six entities, each in ``copies`` records with one town in common."""
    rows = [
        {
            "record_id": f"r{entity}-{copy}",
            "entity_id": f"e{entity}",
            "source": "ab"[copy % 2],
            "name": name,
            "town": "york",
        }
        for entity, name in enumerate(NAMES)
        for copy in range(copies)
    ]
    frame = pd.DataFrame(rows)
    return frame if source else frame.assign(source="a")


def derive(records: pd.DataFrame, *, max_pairs: int = 10_000, seed: int = 0) -> tuple[pd.DataFrame, BlockingReport]:
    return blocking.derive_pairs(
        records,
        record_id="record_id",
        entity="entity_id",
        source="source",
        attributes=[str(name) for name in records if name not in {"record_id", "entity_id", "source"}],
        seed=seed,
        max_pairs=max_pairs,
    )


def test_pairs_carry_both_records_their_entities_and_the_label() -> None:
    pairs, _ = derive(people())
    assert list(pairs.columns) == [
        "pair_id",
        "left_id",
        "right_id",
        "left_entity",
        "right_entity",
        "left_name",
        "left_town",
        "right_name",
        "right_town",
        "label",
    ]
    assert pairs["label"].dtype == np.int8
    np.testing.assert_array_equal(pairs["label"] == 1, pairs["left_entity"] == pairs["right_entity"])
    assert pairs["pair_id"].is_unique
    assert set(pairs["label"]) == {0, 1}


def test_one_table_gives_each_pair_once_and_never_a_record_with_itself() -> None:
    pairs, report = derive(people(3))
    assert not report.linked
    assert (pairs["left_id"] != pairs["right_id"]).all()
    assert len({frozenset(ids) for ids in zip(pairs["left_id"], pairs["right_id"], strict=True)}) == len(pairs)
    assert report.found_true_pairs == report.true_pairs == 6 * 3
    assert report.possible_pairs == 18 * 17 // 2


def test_two_sources_that_hold_the_matches_between_them_are_linked() -> None:
    pairs, report = derive(people(source=True))
    assert report.linked
    assert set(pairs["left_id"].str[-1]) == {"0"}
    assert set(pairs["right_id"].str[-1]) == {"1"}
    assert report.possible_pairs == 36
    assert report.true_pairs == 6


def test_two_sources_with_their_matches_inside_are_one_table() -> None:
    records = people().assign(source=lambda frame: np.where(frame["entity_id"] < "e3", "a", "b"))
    assert not derive(records)[1].linked


def test_linked_sources_may_use_the_same_ids() -> None:
    records = people(source=True)
    records["record_id"] = records["record_id"].str[:2]
    pairs, _ = derive(records)
    assert pairs["pair_id"].is_unique


def test_ids_with_the_separator_give_distinct_pair_ids() -> None:
    records = people(source=True)
    records["record_id"] = ["a|", "|b", "a", "b", "a||", "b|", "\\", "c", "\\|", "d", "x", "y"]
    assert derive(records)[0]["pair_id"].is_unique


def test_the_order_of_the_rows_does_not_matter() -> None:
    records = people(3)
    shuffled = records.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(derive(records)[0], derive(shuffled)[0])


def test_neither_the_record_id_nor_the_source_nor_the_entity_makes_a_key() -> None:
    records = pd.DataFrame(
        {
            "record_id": ["same word 1", "same word 2", "same word 3"],
            "entity_id": ["e", "e", "e"],
            "source": ["s", "s", "s"],
            "name": ["one", "two", "three"],
        }
    )
    with pytest.raises(InputRefusedError, match="No two records share"):
        derive(records)


def test_the_side_of_a_record_does_not_follow_the_spelling_of_its_id() -> None:
    rows = [
        {"record_id": f"rec-{entity}-{kind}", "entity_id": str(entity), "source": "a", "name": f"name{entity} shared"}
        for entity in range(200)
        for kind in ("org", "dup")
    ]
    pairs, _ = derive(pd.DataFrame(rows))
    matches = pairs[pairs["label"] == 1]
    assert 0.35 < matches["left_id"].str.endswith("org").mean() < 0.65


def test_numbers_dates_and_gaps_become_text_and_none() -> None:
    records = people().assign(employees=[10.0, float("nan")] * 6, founded=pd.Timestamp("2001-02-03"), note="")
    pairs, _ = derive(records)
    assert set(pairs["left_employees"]) == {"10", None}
    assert pairs["left_founded"].str.startswith("2001-02-03").all()
    assert pairs["left_note"].isna().all()


def test_a_misplaced_or_truncated_value_still_finds_its_record() -> None:
    records = pd.DataFrame(
        {
            "record_id": ["1", "2", "3", "4"],
            "entity_id": ["a", "a", "b", "b"],
            "source": "s",
            "given": ["zoltan", "Kovács", "harriet", "harr"],
            "family": ["kovacs", "", "lindqvist", "lindquist"],
        }
    )
    assert derive(records)[1].completeness == 1.0


def test_large_entities_are_found_beyond_the_nearest_records() -> None:
    copies = neighbours.NEAREST * 3
    rows = [
        {"record_id": f"{entity}-{copy}", "entity_id": str(entity), "source": "a", "name": f"{word} {entity} limited"}
        for entity, word in enumerate(["alpha", "bravo", "carol", "delta"])
        for copy in range(copies)
    ]
    assert derive(pd.DataFrame(rows))[1].completeness == 1.0


def test_too_many_candidates_are_drawn_with_weights_that_stand_for_the_rest() -> None:
    everything, _ = derive(people(3))
    drawn, report = derive(people(3), max_pairs=40)
    assert len(drawn) == report.kept_pairs == 40
    assert report.candidates == len(everything)
    assert (drawn.loc[drawn["label"] == 1, "inclusion_prob"] == 1.0).all()
    assert drawn["label"].sum() == everything["label"].sum()
    assert (1 / drawn["inclusion_prob"]).sum() == pytest.approx(len(everything))
    assert "weights" in report.sentence()


def test_the_draw_follows_the_seed() -> None:
    first, again, other = (derive(people(3), max_pairs=40, seed=seed)[0] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert list(first["pair_id"]) != list(other["pair_id"])


def test_matches_are_drawn_too_when_they_alone_are_too_many() -> None:
    drawn, _ = derive(people(3), max_pairs=5)
    assert len(drawn) == 5
    assert len(set(drawn["inclusion_prob"])) == 1


def test_without_a_draw_there_is_no_inclusion_probability() -> None:
    assert "inclusion_prob" not in derive(people())[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"record_id": ["x"] * 12}, "12 records share their id"),
        ({"record_id": [None, *"abcdefghijk"]}, "1 records have a blank `record_id`"),
        ({"entity_id": ["", *"abcdefghijk"]}, "1 records have a blank `entity_id`"),
        ({"name": [float("inf")] * 12}, "infinite"),
    ],
    ids=["repeated id", "blank id", "blank entity", "infinite number"],
)
def test_records_that_cannot_be_labelled_are_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputRefusedError, match=words):
        derive(people().assign(**change))


def test_the_report_counts_what_blocking_missed() -> None:
    records = pd.concat(
        [people(), pd.DataFrame({"record_id": ["x", "y"], "entity_id": "z", "source": "a", "name": ["qq", "vv"]})],
        ignore_index=True,
    )
    _, report = derive(records)
    assert (report.true_pairs, report.found_true_pairs) == (7, 6)
    assert report.completeness == pytest.approx(6 / 7)
    assert 0 < report.completeness_lower < report.completeness
    assert report.reduction_ratio == pytest.approx(1 - report.candidates / (14 * 13 // 2))
    assert "6 of 7 true pairs" in report.sentence()


def test_keys_are_the_value_its_words_its_codes_and_prefixes() -> None:
    assert value_keys("model", "Sony PSL-X350H") == [
        "=model=sonypslx350h",
        "wsony",
        "wpsl-x350h",
        "cpslx350h",
        "csonypslx350h",
        "ppslx",
    ]


def test_the_key_matrix_knows_a_value_by_its_attribute_and_a_word_by_itself() -> None:
    texts = pd.DataFrame({"given": ["ada", None, "bo"], "family": ["bo", "ada", "bo"]}, dtype=object)
    shared = (key_matrix(texts) @ key_matrix(texts).T).toarray()
    np.testing.assert_array_equal(shared, [[4, 1, 2], [1, 2, 0], [2, 0, 3]])


def test_the_join_is_cut_into_chunks_without_changing_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = derive(people(3))
    monkeypatch.setattr(neighbours, "_CHUNK", 1)
    pd.testing.assert_frame_equal(derive(people(3))[0], whole)


def test_blocks_that_cost_more_than_the_join_may_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "JOIN_COST", 4)
    pairs, _ = derive(people())
    assert set(pairs["label"]) == {1}  # the common town no longer makes negatives


@pytest.mark.parametrize(
    ("dataset", "completeness", "per_record"),
    [("febrl1", 0.99, 8), ("splink_fake_1000", 0.95, 8), ("ccer_d2_abt_buy", 0.98, 9), ("cora", 0.9, 20)],
)
def test_blocking_finds_nearly_all_true_pairs_of_public_data(
    dataset: str, completeness: float, per_record: float, shared_data: Path
) -> None:
    records = pd.read_parquet(shared_data / "er_records" / f"{dataset}.parquet")
    _, report = derive(records.rename(columns={"cluster_id": "entity_id"}))
    assert report.completeness >= completeness
    assert report.candidates <= per_record * report.records
