"""Roles of columns: form A, form B, and files that are neither."""

import pytest

from mlops.errors import InputRefusedError
from mlops.tasks.er.schema import PairSchema, RecordSchema, detect


def test_labelled_pairs_are_recognised_with_every_role() -> None:
    found = detect(
        ["pair_id", "left_id", "right_id", "left_name", "right_name", "left_city", "label", "split", "annotator_1", "x"]
    )
    assert isinstance(found, PairSchema)
    assert found.left == {"name": "left_name", "city": "left_city"}
    assert found.right == {"name": "right_name"}
    assert (found.left_id, found.right_id) == ("left_id", "right_id")
    assert found.unused == ("x",)


def test_deepmatchers_prefixes_are_accepted() -> None:
    found = detect(["ltable_id", "rtable_id", "ltable_title", "rtable_title", "label"])
    assert isinstance(found, PairSchema)
    assert found.left == {"title": "ltable_title"}
    assert found.left_id == "ltable_id"


def test_ids_and_entities_are_never_attributes() -> None:
    found = detect(["left_id", "right_id", "left_entity", "right_entity", "left_a", "right_a", "label"])
    assert isinstance(found, PairSchema)
    assert set(found.left) == set(found.right) == {"a"}
    assert found.left_entity == "left_entity"


def test_an_id_on_one_side_only_names_no_record() -> None:
    found = detect(["left_id", "left_a", "right_a", "label"])
    assert isinstance(found, PairSchema)
    assert found.left_id is None
    assert "id" not in found.left


def test_records_with_an_entity_are_recognised() -> None:
    found = detect(["record_id", "source", "cluster_id", "given_name", "surname"])
    assert found == RecordSchema("record_id", "cluster_id", "source", ("given_name", "surname"))


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (["a", "b", "label"], "columns"),
        (["left_a", "right_a"], "label"),
        (["left_id", "right_a", "label"], "left_<attribute>"),
        (["record_id", "cluster_id"], "columns"),
        ([], "columns"),
    ],
)
def test_other_columns_are_refused_by_name(names: list[str], field: str) -> None:
    with pytest.raises(InputRefusedError) as caught:
        detect(names)
    assert caught.value.field == field
    assert caught.value.fix
