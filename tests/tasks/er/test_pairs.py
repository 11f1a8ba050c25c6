"""From a table to examples: split, leakage, weights, ids."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mlops.config import SplitSettings
from mlops.errors import InputRefusedError
from mlops.task import Examples
from mlops.tasks.er import pairs
from mlops.tasks.er.schema import PairSchema, detect


def examples(table: pa.Table) -> Examples:
    schema = detect(table.column_names)
    assert isinstance(schema, PairSchema)
    return pairs.examples(pairs.read(table, schema), table, schema, SplitSettings())


def table(n: int = 40, **columns: Sequence[Any]) -> pa.Table:
    basic: dict[str, Sequence[Any]] = {
        "pair_id": [f"p{i}" for i in range(n)],
        "left_name": [f"left {i}" for i in range(n)],
        "right_name": [f"right {i}" for i in range(n)],
        "label": [i % 2 for i in range(n)],
    }
    return pa.table(basic | columns)


def test_inputs_hold_attributes_and_nothing_that_names_a_row_or_tells_the_label() -> None:
    found = examples(table(left_id=range(40), right_id=range(40), annotator_1=[0] * 40, secret=[1] * 40))
    assert list(found.inputs.columns) == ["left_name", "right_name"]
    assert any("secret" in finding for finding in found.findings)


def test_a_published_split_is_honoured_and_valid_rows_are_training_rows() -> None:
    found = examples(table(split=["train"] * 20 + ["valid"] * 10 + ["test"] * 10))
    assert (found.split == ["train"] * 30 + ["test"] * 10).all()


def test_seen_records_and_identical_pairs_of_a_published_split_are_reported() -> None:
    left = [f"left {i}" for i in range(30)] + [f"left {i}" for i in range(10)]
    right = [f"right {i}" for i in range(30)] + [f"right {i}" for i in range(5)] + [f"new {i}" for i in range(5)]
    found = examples(
        table(
            left_name=left,
            right_name=right,
            split=["train"] * 30 + ["test"] * 10,
            label=[i % 2 for i in range(30)] + [1 - i % 2 for i in range(10)],
        )
    )
    assert found.facts["test_pairs_identical_to_training"] == 5
    assert found.facts["test_pairs_identical_with_other_label"] == 5
    assert found.facts["test_pairs_both_records_seen"] == 5
    assert found.facts["test_pairs_one_record_seen"] == 5
    assert any("5 test pairs have the same text" in finding for finding in found.findings)


def test_without_a_published_split_no_test_entity_is_trained_on() -> None:
    n = 400
    found = examples(
        table(
            n,
            left_id=[i // 4 for i in range(n)],
            right_id=[(i * i) % 331 for i in range(n)],
            label=[i % 9 == 0 for i in range(n)],
        )
    )
    tested = set(found.cluster[found.split == "test"])
    trained = set(found.cluster[found.split == "train"])
    assert tested
    assert not tested & trained
    assert found.facts["purged_rows"] == int((found.split == "purged").sum()) > 0


def test_weights_are_inverse_inclusion_probabilities() -> None:
    found = examples(table(inclusion_prob=[0.5, 1.0] * 20))
    assert found.weight.tolist() == [2.0, 1.0] * 20


@pytest.mark.parametrize("wrong", [0.0, 1.5, -1.0, float("nan"), None])
def test_a_probability_outside_its_range_is_refused_with_its_row(wrong: float | None) -> None:
    with pytest.raises(InputRefusedError, match="rows 3") as caught:
        examples(table(inclusion_prob=[0.5, 1.0, wrong] + [1.0] * 37))
    assert caught.value.field == "inclusion_prob"


def test_pairs_without_ids_get_names_that_survive_reordering_and_count_copies() -> None:
    source = table().drop_columns(["pair_id"])
    both = pa.concat_tables([source, source.slice(0, 1)])
    forward = examples(both)
    assert len(set(forward.row_id)) == 41
    assert forward.row_id[40] == f"{forward.row_id[0]}-2"
    backward = examples(source.take(list(range(39, -1, -1))))
    assert set(backward.row_id) == set(forward.row_id[:40])


def test_blank_ids_are_refused() -> None:
    with pytest.raises(InputRefusedError, match="rows have no id"):
        examples(table(left_id=[None, *range(39)], right_id=range(40)))


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="no rows"):
        examples(table().slice(0, 0))


def test_entity_type_becomes_a_slice_and_a_gap_in_it_is_called_unknown() -> None:
    found = examples(table(entity_type=["person", None] * 20))
    assert set(found.slices["entity_type"]) == {"person", "unknown"}


def test_taking_rows_keeps_everything_aligned() -> None:
    found = examples(table(entity_type=["person", "company"] * 20)).take(np.array([3, 1]))
    assert found.row_id.tolist() == ["p3", "p1"]
    assert found.inputs["left_name"].tolist() == ["left 3", "left 1"]
    assert found.slices["entity_type"].tolist() == ["company", "company"]


def test_labels_of_published_test_pairs_do_not_touch_training_clusters() -> None:
    # Left 0 and left 2 are joined by a match in the test fold only: both match "bridge".
    left = [f"left {i}" for i in range(40)]
    right = [f"right {i}" for i in range(40)]
    left[30], right[30], left[31], right[31] = "left 0", "bridge", "left 2", "bridge"
    published = ["train"] * 30 + ["test"] * 10
    clusters = []
    for bridge in (1, 0):
        label = [i % 2 for i in range(30)] + [bridge] * 10
        found = examples(table(left_name=left, right_name=right, split=published, label=label))
        clusters.append(found.cluster[found.split == "train"].tolist())
        assert (found.cluster[30] == found.cluster[31]) == bool(bridge)
    assert clusters[0] == clusters[1]


def test_pairs_that_repeat_or_contradict_each_other_are_reported_whichever_way_round() -> None:
    left = [f"left {i}" for i in range(36)] + ["left 0", "right 1", "left 2", "left 2"]
    right = [f"right {i}" for i in range(36)] + ["right 0", "left 1", "right 2", "right 2"]
    label = [i % 2 for i in range(36)] + [0, 0, 0, 1]
    found = examples(table(left_name=left, right_name=right, label=label))
    assert found.facts["repeated_rows"] == 4
    assert found.facts["contradictory_rows"] == 5
    assert any("5 rows are about 2 pairs of records that are labelled both ways" in said for said in found.findings)
