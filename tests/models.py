"""Small fitted models, and a forger of model files, for the tests that keep and load them."""

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import sklearn
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mlops import persistence
from mlops.errors import ExitCode, InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.persistence import container

VERSION: str = sklearn.__version__
Schema = dict[str, Any]


def examples() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return 200 rows of 4 features, some missing, and a label that two of them decide."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(200, 4))
    label = (features[:, 0] + features[:, 1] > 0).astype(np.int64)
    features[::9, 2] = np.nan
    return features, label


def boosting() -> HistGradientBoostingClassifier:
    """Return fitted gradient boosting of five trees."""
    return HistGradientBoostingClassifier(max_iter=5, random_state=0).fit(*examples())


def forest() -> RandomForestClassifier:
    """Return a fitted forest of three trees."""
    return RandomForestClassifier(3, random_state=0).fit(*examples())


def linear() -> Any:
    """Return a fitted pipeline of imputation, scaling and logistic regression with weighted classes."""
    regression = LogisticRegression(class_weight={0: 1.0, 1: 2.0})
    return make_pipeline(SimpleImputer(), StandardScaler(), regression).fit(*examples())


def calibrated() -> CalibratedClassifierCV:
    """Return gradient boosting with isotonic calibration."""
    inner = HistGradientBoostingClassifier(max_iter=3, random_state=0)
    return CalibratedClassifierCV(inner, method="isotonic", cv=3).fit(*examples())


def sigmoid() -> CalibratedClassifierCV:
    """Return a forest with sigmoid calibration."""
    return CalibratedClassifierCV(RandomForestClassifier(3, random_state=0), method="sigmoid", cv=3).fit(*examples())


def load(data: bytes, *, sklearn_version: str = VERSION) -> dict[str, Any]:
    """Load ``data`` as a forger would have it loaded: under its own hash."""
    return persistence.load(data, expected_sha256=sha256_bytes(data), sklearn_version=sklearn_version)


def refused(data: bytes, **options: Any) -> InputRefusedError:
    """Load and return the refusal, which must name the file, what was found, the fix, and exit with 3."""
    with pytest.raises(InputRefusedError) as caught:
        load(data, **options)
    error = caught.value
    assert error.exit_code == ExitCode.REFUSED
    assert error.file.startswith("model.skops")
    assert error.found
    assert error.fix
    return error


def forge(
    state: Mapping[str, Any],
    change: Callable[[Schema], None] = lambda _: None,
    arrays: Mapping[str, bytes | None] | None = None,
) -> bytes:
    """Return the model file of ``state`` with its schema changed in place and members replaced, added or dropped."""
    members: dict[str, bytes | None] = {**container.read(persistence.dump(state))}
    schema = json.loads(members["schema.json"] or b"")
    change(schema)
    members["schema.json"] = json.dumps(schema).encode()
    members.update(arrays or {})
    return container.write({name: data for name, data in members.items() if data is not None})


def node_at(schema: Schema, *path: str | int) -> Schema:
    """Return the node of a state by the names and positions that lead to it, through attributes of estimators."""
    node = schema
    for step in path:
        while node["__loader__"] in {"ObjectNode", "TreeNode"}:
            node = node["content"]
        node = node["content"][step]
    return node


def npy(array: NDArray[Any]) -> bytes:
    """Return ``array`` in NumPy's own format."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def change_nodes(
    state: Mapping[str, Any], path: tuple[str | int, ...], change: Callable[[NDArray[Any]], None]
) -> bytes:
    """Return the model file of ``state`` with the array of records at ``path`` changed in place."""
    members = container.read(persistence.dump(state))
    name: str = node_at(json.loads(members["schema.json"]), *path)["file"]
    nodes = np.load(io.BytesIO(members[name])).copy()
    change(nodes)
    return container.write({**members, name: npy(nodes)})
