"""Model files: one form for equal states, and what comes back predicts the same."""

import importlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.utils.discovery
import skops
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import SGDClassifier

from mlops import persistence
from mlops.errors import InputRefusedError
from mlops.persistence import container, schema, trusted
from mlops.persistence.reader import io
from tests import models

FAMILIES = [models.boosting, models.forest, models.linear, models.calibrated, models.sigmoid]

_SCRIPT = (
    "import sys; from tests import test_persistence as test; sys.stdout.buffer.write(test.everything()); "
    "sys.exit('sklearn.neural_network' in sys.modules)"  # what no model file holds is not imported for its sake
)


def everything() -> bytes:
    """Return a model file with a model of every family and with plain values of every kind."""
    fitted = {fit.__name__: fit() for fit in FAMILIES}
    return persistence.dump({**fitted, "words": ["Zoë", None, 1.5, True], "threshold": 0.25})


@pytest.mark.parametrize("fit", FAMILIES, ids=lambda fit: fit.__name__)
def test_a_loaded_model_predicts_exactly_what_the_kept_one_did(fit: Callable[[], Any]) -> None:
    model = fit()
    features, _ = models.examples()
    loaded = models.load(persistence.dump({"classifier": model}))["classifier"]
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(loaded.predict_proba(features), model.predict_proba(features))


def test_isotonic_calibration_alone_comes_back() -> None:
    scores = np.linspace(0, 1, 50)
    model = IsotonicRegression(out_of_bounds="clip").fit(scores, scores > 0.4)
    loaded = models.load(persistence.dump({"calibration": model}))["calibration"]
    np.testing.assert_array_equal(loaded.predict(scores), model.predict(scores))


@pytest.mark.parametrize("fit", FAMILIES, ids=lambda fit: fit.__name__)
def test_a_loaded_state_is_kept_as_the_same_bytes(fit: Callable[[], Any]) -> None:
    data = persistence.dump({"classifier": fit()})
    assert persistence.dump(models.load(data)) == data


def test_another_process_writes_the_same_bytes(root: Any) -> None:
    here = everything()
    there = subprocess.run(  # noqa: S603  # the interpreter that runs this test
        [sys.executable, "-c", _SCRIPT],
        env={**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(root)},
        check=True,
        capture_output=True,
    ).stdout
    assert there == here
    assert models.load(here)["words"] == ["Zoë", None, 1.5, True]


def test_skops_itself_reads_the_file(tmp_path: Path) -> None:
    """In a process of its own, where nothing of ours was imported first."""
    file = tmp_path / "model.skops"
    file.write_bytes(persistence.dump({"classifier": models.boosting()}))
    code = "import sys, skops.io; print(*skops.io.load(sys.argv[1], trusted=sys.argv[2:]))"
    command = [sys.executable, "-c", code, str(file), *trusted.TOLD_SKOPS]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)  # noqa: S603  # this interpreter
    assert said.stdout == "classifier\n"


def test_skops_collects_no_lists_and_leaves_everything_as_it_was() -> None:
    found = importlib.import_module("skops.io._trusted_types")
    lists = ("SKLEARN_ESTIMATOR_TYPE_NAMES", "NUMPY_UFUNC_TYPE_NAMES", "SCIPY_UFUNC_TYPE_NAMES")
    assert [list(getattr(found, name)) for name in lists] == [[], [], []]
    assert sys.modules["skops.io"] is io is skops.io
    assert sklearn.utils.all_estimators is sklearn.utils.discovery.all_estimators
    assert importlib.import_module("skops.io._utils").get_public_type_names(module=np, oftype=np.ufunc)


def test_equal_arrays_are_stored_once_and_ids_of_objects_not_at_all() -> None:
    shared = np.arange(5)
    data = persistence.dump({"a": shared, "b": shared, "c": np.arange(5)})
    members = container.read(data)
    assert sorted(members) == ["0.npy", "schema.json"]
    assert b"__id__" not in members["schema.json"]


def test_the_padding_of_tree_nodes_does_not_reach_the_file() -> None:
    padded = np.dtype({"names": ["a", "b"], "formats": ["<u1", "<f8"], "offsets": [0, 8], "itemsize": 16})
    memory = bytearray(b"\xaa" * 32)
    records = np.frombuffer(memory, dtype=padded)
    stored = container.read(persistence.dump({"nodes": records}))["0.npy"]
    assert stored[-32:] == (b"\xaa" + bytes(7) + b"\xaa" * 8) * 2


def test_the_archive_holds_one_date_and_one_order() -> None:
    with zipfile.ZipFile(BytesIO(persistence.dump({"a": np.arange(3), "b": np.ones(3)}))) as archive:
        assert archive.namelist() == ["0.npy", "1.npy", "schema.json"]
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(state=st.dictionaries(st.text(), _PLAIN, max_size=4))
def test_every_plain_state_comes_back_with_its_types_and_the_order_of_its_keys(state: dict[str, Any]) -> None:
    data = persistence.dump(state)
    loaded = models.load(data)
    assert loaded == state
    assert repr(loaded) == repr(state)
    assert persistence.dump(loaded) == data


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.int8).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(["ä", "b"]),
        np.zeros((0, 3)),
        np.array(2.5),
        np.array([True, False]),
    ],
    ids=["integers", "fortran order", "text", "no rows", "no dimension", "truth values"],
)
def test_arrays_come_back_as_they_were(array: np.ndarray[Any, Any]) -> None:
    loaded = models.load(persistence.dump({"array": array}))["array"]
    assert loaded.dtype == array.dtype
    np.testing.assert_array_equal(loaded, array)


@pytest.mark.parametrize(
    "value",
    [
        b"bytes",
        {1, 2},
        np.array([object()]),
        np.array([{"a": 1}], dtype=object),
        print,
        SGDClassifier(),
        slice(1),
        {1.5: 2},
    ],
    ids=["bytes", "set", "objects", "dicts in an array", "function", "estimator off the list", "slice", "float key"],
)
def test_a_state_that_could_not_be_loaded_is_not_kept(value: object) -> None:
    with pytest.raises(TypeError):
        persistence.dump({"value": value})


def test_a_boosting_on_categories_is_not_kept() -> None:
    features, label = models.examples()
    model = models.boosting().set_params(categorical_features=[3]).fit(np.abs(features).round(), label)
    with pytest.raises(TypeError, match="_preprocessor"):
        persistence.dump({"model": model})


def test_every_family_is_known_to_this_scikit_learn() -> None:
    for types in trusted.FAMILIES.values():
        for name in types:
            module, _, attribute = name.rpartition(".")
            assert isinstance(getattr(__import__(module, fromlist=[attribute]), attribute), type)


def test_another_version_of_the_format_is_refused() -> None:
    def change(root: models.Schema) -> None:
        root["protocol"] = 1

    with pytest.raises(InputRefusedError, match="protocol 1"):
        models.load(models.forge({}, change))


def test_an_estimator_inside_must_be_of_the_recorded_version() -> None:
    def change(root: models.Schema) -> None:
        models.node_at(root, "model", "_sklearn_version")["content"] = json.dumps("1.0")

    with pytest.raises(InputRefusedError, match=r"scikit-learn 1\.0"):
        models.load(models.forge({"model": models.boosting()}, change))


def _add_id(root: models.Schema) -> None:
    models.node_at(root, "list")["__id__"] = 1


def _drop_content(root: models.Schema) -> None:
    del models.node_at(root, "list")["content"]


def _shorten_types(root: models.Schema) -> None:
    root["key_types"]["content"].pop()


def _name_absent_array(root: models.Schema) -> None:
    models.node_at(root, "array")["file"] = "7.npy"


def _name_the_schema(root: models.Schema) -> None:
    models.node_at(root, "array")["file"] = "schema.json"


def _list_at_root(root: models.Schema) -> None:
    root.update({"__class__": "list", "__loader__": "ListNode", "content": []})
    del root["key_types"]


def _structure_in_a_scalar(root: models.Schema) -> None:
    models.node_at(root, "list", 0)["content"] = "[" * 30 + "]" * 30


def _no_node(root: models.Schema) -> None:
    root["content"]["list"] = "x"


def _number_for_a_list(root: models.Schema) -> None:
    models.node_at(root, "list")["content"] = 3


@pytest.mark.parametrize(
    "change",
    [
        _add_id,
        _drop_content,
        _shorten_types,
        _name_absent_array,
        _name_the_schema,
        _list_at_root,
        _structure_in_a_scalar,
        _no_node,
        _number_for_a_list,
    ],
    ids=lambda change: change.__name__.strip("_"),
)
def test_a_schema_that_this_package_does_not_write_is_refused(change: Callable[[models.Schema], None]) -> None:
    state = {"list": [1, 2], "array": np.arange(3)}
    with pytest.raises(InputRefusedError):
        models.load(models.forge(state, change))


def test_an_array_that_nothing_refers_to_is_refused() -> None:
    with pytest.raises(InputRefusedError, match=r"nothing refers to: 4\.npy"):
        models.load(models.forge({}, arrays={"4.npy": models.npy(np.arange(3))}))


def test_a_walk_meets_parents_before_children_and_names_their_path() -> None:
    root = json.loads(container.read(persistence.dump({"a": {"b": [1]}}))["schema.json"])
    paths = [visit.path for visit in schema.walk(root) if visit.loader in {"DictNode", "JsonNode"}]
    assert paths == ["", "a", "a.b.0"]
