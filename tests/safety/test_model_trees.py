"""Model files whose trees would crash prediction, or never return from it: refused before they are built."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests import models

TREE = ("model", "_predictors", 0, 0, "nodes")


def _set(field: str, value: int, row: int = 0) -> Callable[[np.ndarray[Any, Any]], None]:
    def change(nodes: np.ndarray[Any, Any]) -> None:
        nodes[field][row] = value

    return change


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("left", 2**31),
        ("right", 2**32 - 1),
        ("left", 0),
        ("feature_idx", 4),
        ("feature_idx", -1),
        ("feature_idx", 2**40),
        ("is_categorical", 1),
    ],
)
def test_bad_input_27_boosted_tree_that_points_outside(field: str, value: int) -> None:
    error = models.refused(models.change_nodes({"model": models.boosting()}, TREE, _set(field, value)))
    assert error.field == "model._predictors.0.0"


@pytest.mark.parametrize(
    ("field", "value"), [("left_child", 2**40), ("right_child", 0), ("left_child", -2), ("feature", 4), ("feature", -3)]
)
def test_bad_input_27_tree_of_a_forest_that_points_outside(field: str, value: int) -> None:
    path = ("model", "estimators_", 0, "tree_", "nodes")
    error = models.refused(models.change_nodes({"model": models.forest()}, path, _set(field, value)))
    assert error.field == "model.estimators_.0.tree_"


def _forget_features(root: models.Schema) -> None:
    attributes = models.node_at(root, "model")["content"]
    attributes["content"].pop("n_features_in_")
    attributes["key_types"]["content"].pop()


def _lower_features(root: models.Schema) -> None:
    models.node_at(root, "model", "n_features_in_")["content"] = "1"


def _preprocess(root: models.Schema) -> None:
    attributes = models.node_at(root, "model")["content"]["content"]
    attributes["_preprocessor"] = attributes["_bin_mapper"]


def _unfinished(root: models.Schema) -> None:
    attributes = models.node_at(root, "model")["content"]
    attributes["content"]["_in_fit"] = {**attributes["content"]["verbose"], "content": "true"}
    attributes["key_types"]["content"].append(attributes["key_types"]["content"][0])


def _bare(root: models.Schema) -> None:
    root["content"]["model"] = models.node_at(root, "model", "_predictors", 0, 0)


@pytest.mark.parametrize("change", [_forget_features, _lower_features, _preprocess, _unfinished, _bare])
def test_bad_input_27_estimator_that_would_not_count_its_columns(change: Callable[[models.Schema], None]) -> None:
    models.refused(models.forge({"model": models.boosting()}, change))


def _change_tree(change: Callable[[models.Schema], None], arrays: dict[str, bytes | None] | None = None) -> bytes:
    """Return the file of a forest whose first tree's node was changed in place."""

    def reach(root: models.Schema) -> None:
        change(models.node_at(root, "model", "estimators_", 0)["content"]["content"]["tree_"])

    return models.forge({"model": models.forest()}, reach, arrays)


def _many_outputs(tree: models.Schema) -> None:
    tree["__reduce__"]["args"]["content"][2]["content"] = "1000000"


def _many_features(tree: models.Schema) -> None:
    tree["__reduce__"]["args"]["content"][0]["content"] = "9"


def _two_arguments(tree: models.Schema) -> None:
    tree["__reduce__"]["args"]["content"].pop()


def _many_nodes(tree: models.Schema) -> None:
    tree["content"]["content"]["node_count"]["content"] = "1000000"


def _nodes_for_values(tree: models.Schema) -> None:
    tree["content"]["content"]["values"] = tree["content"]["content"]["nodes"]


def _values_for_nodes(tree: models.Schema) -> None:
    tree["content"]["content"]["nodes"] = tree["content"]["content"]["values"]


@pytest.mark.parametrize(
    "change", [_many_outputs, _many_features, _two_arguments, _many_nodes, _nodes_for_values, _values_for_nodes]
)
def test_bad_input_27_tree_whose_counts_do_not_agree(change: Callable[[models.Schema], None]) -> None:
    assert models.refused(_change_tree(change)).field == "model.estimators_.0.tree_"


def test_bad_input_27_tree_that_declares_more_outputs_than_it_counts_classes_for() -> None:
    def change(tree: models.Schema) -> None:
        tree["__reduce__"]["args"]["content"][2]["content"] = "2"
        tree["content"]["content"]["values"]["file"] = "999.npy"

    forest = models.forest()
    doubled = np.repeat(forest.estimators_[0].tree_.value, 2, axis=1)
    assert "classes and outputs" in models.refused(_change_tree(change, {"999.npy": models.npy(doubled)})).found
