"""Trees: scikit-learn follows their indices without looking, so a crafted one reads foreign memory or never ends.

Both writers number a child higher than its parent, therefore *every index points forward and inside* is necessary, and
it is sufficient for a walk that stays inside and ends.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
from sklearn.tree._tree import NODE_DTYPE

from mlops.persistence import schema
from mlops.persistence.refusal import refusal
from mlops.persistence.schema import Visit

_LEAF = -1
_FLOAT = np.dtype(np.float64)
_INDEX = np.dtype(np.intp)


def check_predictor(visit: Visit, arrays: Mapping[str, NDArray[Any]], *, file: object = "") -> None:
    """Check a tree of ``HistGradientBoostingClassifier``.

    Raises:
        InputRefusedError: Its nodes are no node records, or an index points outside or backward.
    """
    nodes = _array(_attributes(visit, file).get("nodes"), arrays)
    features = _features(visit, file)
    if nodes is None or nodes.dtype != PREDICTOR_RECORD_DTYPE or nodes.ndim != 1 or not len(nodes):
        _refuse(visit, file, "a tree whose nodes are no records of scikit-learn")
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    if nodes["is_categorical"][inner].any():
        _refuse(visit, file, "a split on a category; models of this project read numbers")
    _check_indices(visit, nodes, inner, ("left", "right", "feature_idx"), features=features, file=file)


def check_tree(visit: Visit, arrays: Mapping[str, NDArray[Any]], *, file: object = "") -> None:
    """Check a tree of ``DecisionTreeClassifier``, the arguments of its constructor included.

    Raises:
        InputRefusedError: Its arrays or counts do not agree, or an index points outside or backward.
    """
    features = _features(visit, file)
    arguments = visit.node["__reduce__"].get("args", {}).get("content")
    state = schema.members(visit.node["content"])
    nodes, values = _array(state.get("nodes"), arrays), _array(state.get("values"), arrays)
    if not isinstance(arguments, list) or len(arguments) != 3:  # noqa: PLR2004  # features, classes, outputs
        _refuse(visit, file, "a tree without its three arguments")
    declared, outputs = _integer(arguments[0]), _integer(arguments[2])
    classes = _array(arguments[1], arrays)
    if declared != features:
        _refuse(visit, file, f"a tree over {declared} features in an estimator over {features}")
    if classes is None or classes.dtype != _INDEX or classes.shape != (outputs,) or not outputs or classes.min() < 1:
        _refuse(visit, file, "a tree whose counts of classes and outputs do not agree")
    if nodes is None or nodes.dtype != NODE_DTYPE or nodes.ndim != 1 or not len(nodes):
        _refuse(visit, file, "a tree whose nodes are no records of scikit-learn")
    if values is None or values.dtype != _FLOAT or values.shape != (len(nodes), outputs, int(classes.max())):
        _refuse(visit, file, "a tree whose values do not fit its nodes")
    if _integer(state.get("node_count")) != len(nodes):
        _refuse(visit, file, f"a tree of {len(nodes)} nodes that declares another count")
    inner = np.flatnonzero(nodes["left_child"] != _LEAF)
    _check_indices(visit, nodes, inner, ("left_child", "right_child", "feature"), features=features, file=file)


def check_boosting(visit: Visit, *, file: object = "") -> None:
    """Check that nothing switches off the count of columns that ``predict`` relies on.

    Raises:
        InputRefusedError: A preprocessor, categories or the state of an unfinished fit.
    """
    attributes = _attributes(visit, file)
    for name in ("_preprocessor", "is_categorical_", "_in_fit"):
        node = attributes.get(name, {})
        if node and not (node.get("__loader__") == "JsonNode" and node.get("content") in {"null", "false"}):
            _refuse(visit, file, f"gradient boosting with {name}", expected="numeric features only, and a finished fit")


def _check_indices(
    visit: Visit,
    nodes: NDArray[Any],
    inner: NDArray[np.intp],
    names: tuple[str, str, str],
    *,
    features: int,
    file: object,
) -> None:
    """Check the nodes at positions ``inner`` (those that split), whose fields ``names`` are left, right and feature."""
    left, right, feature = (nodes[name][inner].astype(np.int64) for name in names)
    count = len(nodes)
    inside = (left > inner) & (left < count) & (right > inner) & (right < count)
    if not inside.all():
        worst = int(np.flatnonzero(~inside)[0])
        _refuse(
            visit, file,
            f"node {inner[worst]} with the children {left[worst]} and {right[worst]}",
            expected=f"children between {inner[worst] + 1} and {count - 1}",
        )  # fmt: skip
    known = (feature >= 0) & (feature < features)
    if not known.all():
        worst = int(np.flatnonzero(~known)[0])
        _refuse(
            visit, file, f"node {inner[worst]} that reads feature {feature[worst]}", expected=f"0 to {features - 1}"
        )


def _features(visit: Visit, file: object) -> int:
    """Return the number of columns that the estimator around a tree insists on at prediction."""
    number = schema.attribute(visit.owner, "n_features_in_")
    if not isinstance(number, int) or isinstance(number, bool):
        _refuse(visit, file, "a tree outside an estimator that knows its number of features")
    return number


def _attributes(visit: Visit, file: object) -> Mapping[str, Any]:
    attributes = schema.members(visit.node["content"])
    if not attributes:
        _refuse(visit, file, "an object without attributes")
    return attributes


def _array(node: object, arrays: Mapping[str, NDArray[Any]]) -> NDArray[Any] | None:
    if isinstance(node, dict) and node.get("__loader__") == "NdArrayNode" and node.get("type") == "numpy":
        return arrays.get(node.get("file", ""))
    return None


def _integer(node: object) -> int | None:
    if isinstance(node, dict) and node.get("__loader__") == "JsonNode":
        value = schema.scalar(node)
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    return None


def _refuse(visit: Visit, file: object, found: str, *, expected: str = "a tree as scikit-learn grows it") -> NoReturn:
    raise refusal(
        found, file=file, field=visit.path, expected=expected,
        why="scikit-learn follows a tree's indices without checking them; this one would crash or never return.",
    )  # fmt: skip
