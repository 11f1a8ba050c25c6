"""Everything that must hold of a model's schema and arrays before skops may build the first object."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from mlops.persistence import schema, trees, trusted
from mlops.persistence.refusal import refusal
from mlops.persistence.schema import ShapeError, Visit

_VERSION = "_sklearn_version"
_BIT_GENERATORS = frozenset({'"PCG64"'})


def check(root: dict[str, Any], arrays: Mapping[str, NDArray[Any]], *, sklearn_version: str, file: object = "") -> None:
    """Check the types, the shape and the trees of a model.

    Args:
        root: The root node of ``schema.json``.
        arrays: The checked arrays, by member.
        sklearn_version: The version that every estimator inside must name.
        file: The model file, for the message.

    Raises:
        InputRefusedError: A type that is not on the list (it is named), a node that skops does not write, an array
            that is missing or that nothing names, an estimator of another version, a tree whose indices point
            outside.
    """
    used: set[str] = set()
    try:
        for visit in schema.walk(root):
            _check_type(visit, file)
            schema.check_keys(visit)
            _check_content(visit, arrays, sklearn_version, file)
            if visit.loader == "NdArrayNode" and visit.node["type"] == "numpy":
                used.add(visit.node["file"])
    except (ShapeError, KeyError, TypeError, AttributeError) as error:
        raise refusal(str(error), file=file, field="schema.json", expected="a schema as skops writes it") from error
    if root["__loader__"] != "DictNode":
        raise refusal(f"a {root['__class__']}", file=file, field="schema.json", expected="the dict of a model's state")
    if unused := sorted(arrays.keys() - used):
        raise refusal(f"arrays that nothing refers to: {', '.join(unused[:5])}", file=file, field="schema.json")


def _check_type(visit: Visit, file: object) -> None:
    if visit.type in trusted.BY_LOADER.get(visit.loader, frozenset()):
        return
    listed = any(visit.type in types for types in trusted.BY_LOADER.values())
    raise refusal(
        f"the type {visit.type}" + (f", to be built by {visit.loader}" if listed else ""),
        file=file,
        field=visit.path,
        expected="only types of the list in mlops/persistence/trusted.py",
        why="A model file can name any type that is installed; building one may run code.",
    )


def _check_content(visit: Visit, arrays: Mapping[str, NDArray[Any]], sklearn_version: str, file: object) -> None:
    node = visit.node
    match visit.loader:
        case "JsonNode":
            _check_value(visit, sklearn_version, file)
        case "DictNode":
            _check_dict(visit)
        case "NdArrayNode":
            _check_array(visit, arrays)
        case "TreeNode":
            trees.check_tree(visit, arrays, file=file)
        case "ObjectNode" if visit.type == trusted.TREE_PREDICTOR:
            trees.check_predictor(visit, arrays, file=file)
        case "ObjectNode" if visit.type == trusted.BOOSTING:
            trees.check_boosting(visit, file=file)
        case "RandomGeneratorNode":
            name = schema.members(node["content"].get("bit_generator")).get("bit_generator", {})
            if set(node["content"]) != {"bit_generator", "seed_seq"} or name.get("content") not in _BIT_GENERATORS:
                raise ShapeError(f"an unknown generator of random numbers at {visit.path}")


def _check_value(visit: Visit, sklearn_version: str, file: object) -> None:
    value = schema.scalar(visit.node, file=file, path=visit.path)
    if visit.owner is not None and visit.path.rpartition(".")[2] == _VERSION and value != sklearn_version:
        raise refusal(f"an estimator of scikit-learn {value}", file=file, field=visit.path, expected=sklearn_version)


def _check_dict(visit: Visit) -> None:
    """Refuse fewer types than keys: skops would drop the rest, and with them what was checked here."""
    types = visit.node["key_types"]
    if types.get("__loader__") != "ListNode" or len(types["content"]) != len(visit.node["content"]):
        raise ShapeError(f"a dict whose keys and their types differ in number at {visit.path or 'the root'}")


def _check_array(visit: Visit, arrays: Mapping[str, NDArray[Any]]) -> None:
    node = visit.node
    if node["type"] == "numpy":
        name = node["file"]
        if not isinstance(name, str) or name not in arrays:
            raise ShapeError(f"a reference to the absent array {name!r} at {visit.path}")
        if visit.type != "numpy.ndarray" and arrays[name].ndim != 0:
            raise ShapeError(f"a {visit.type} of {arrays[name].ndim} dimensions at {visit.path}")
    elif node["type"] != "json":
        raise ShapeError(f"an array of kind {node['type']!r} at {visit.path}")
    elif visit.type != "numpy.ndarray" or not all(
        isinstance(item, dict) and item.get("__loader__") == "JsonNode" for item in node["content"]
    ):
        raise ShapeError(f"an array of objects that are no plain values at {visit.path}")
