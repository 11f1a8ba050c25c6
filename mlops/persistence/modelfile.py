"""Write and read a model file: bytes in, bytes out; paths are the caller's."""

import importlib.metadata
import re
import warnings
from collections.abc import Mapping
from typing import Any, Final

from sklearn.exceptions import InconsistentVersionWarning

from mlops import documents
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.persistence import arrays, audit, canonical, container, schema, trusted
from mlops.persistence.reader import io
from mlops.persistence.refusal import RESTORE, refusal

_FORMAT: Final = {"protocol", "_skops_version"}
_PLAIN_VERSION = re.compile(r"[0-9][0-9A-Za-z.]{0,30}", re.ASCII)


def dump(state: Mapping[str, Any]) -> bytes:
    """Return ``state`` as a model file; equal states give equal bytes, in every process.

    Args:
        state: Dicts with str keys, lists, tuples, str, int, float, bool, None, NumPy arrays of numbers, text or
            records, and scikit-learn estimators of ``trusted.FAMILIES``. Order of keys is kept. It is a value: two
            names of one object come back as two objects. Large tables of strings belong in an array of text.

    Returns:
        A zip file that ``skops.io.loads`` understands: ``schema.json`` and one ``<number>.npy`` per distinct array.

    Raises:
        TypeError: The state holds something that :func:`load` would refuse; a fault of the task, not of its user.
    """
    try:
        members = canonical.rewrite(io.dumps(dict(state)))
        _check(members, sklearn_version=importlib.metadata.version("scikit-learn"), file="the state")
    except InputRefusedError as error:
        what = f"{error.found} at {error.field or 'its root'}; accepted: {error.expected or 'what trusted.py lists'}"
        raise TypeError(f"This state cannot be kept as a model file: {what}") from error
    except schema.ShapeError as error:
        raise TypeError(f"This state cannot be kept as a model file: {error}") from error
    return container.write(members)


def load(data: bytes, *, expected_sha256: str, sklearn_version: str, file: object = "model.skops") -> dict[str, Any]:
    """Return the state in a model file.

    Args:
        data: The bytes of the file, read once by the caller.
        expected_sha256: The hash on record (``model_sha256`` of ``training.json`` or of the card).
        sklearn_version: The version of scikit-learn on record; the installed one must be equal, because a tree or a
            scaler of another version may load and predict something else.
        file: How to name the file in a message.

    Raises:
        InputRefusedError: The hash, the version, the container, an array, a type or a tree does not hold, in this
            order; nothing is parsed before the first two do, nothing is built before all do.
    """
    found = sha256_bytes(data)
    if found != expected_sha256:
        raise InputRefusedError(
            "The model file is not the one on record.",
            file=file, field="sha256", expected=expected_sha256, found=found, fix=RESTORE,
        )  # fmt: skip
    _check_version(sklearn_version, file)
    members = container.read(data, file=file)
    _check(members, sklearn_version=sklearn_version, file=file)
    # skops reads an archive of the checked bytes, not the given one: its own reader inflates without a bound.
    return _build(container.write(members, compress=False), file)


def _check_version(recorded: str, file: object) -> None:
    installed = importlib.metadata.version("scikit-learn")
    if recorded == installed:
        return
    plain = _PLAIN_VERSION.fullmatch(recorded) is not None
    raise InputRefusedError(
        "The model was trained with another version of scikit-learn.",
        file=file,
        field="scikit-learn",
        expected=recorded,
        found=f"{installed} is installed",
        why="A model of another version may load and still predict something else.",
        fix=f"pip install scikit-learn=={recorded}" if plain else "Correct the version in training.json.",
    )


def _check(members: Mapping[str, bytes], *, sklearn_version: str, file: object) -> None:
    """Parse and check everything but the hash and the container."""
    text = members[container.SCHEMA]
    root = documents.check_json(text, file=f"{file}: {container.SCHEMA}")
    if not isinstance(root, dict) or set(root) & _FORMAT != _FORMAT or root["protocol"] != schema.PROTOCOL:
        version = root.get("protocol") if isinstance(root, dict) else None
        raise refusal(
            f"protocol {version!r}", file=file, field=container.SCHEMA, expected=f"skops protocol {schema.PROTOCOL}",
            why="Another protocol may read the same schema in another way.",
        )  # fmt: skip
    checked = {
        name: arrays.read(data, name=name, file=file) for name, data in members.items() if name != container.SCHEMA
    }
    node = {key: value for key, value in root.items() if key not in _FORMAT}
    audit.check(node, checked, sklearn_version=sklearn_version, file=file)


def _build(data: bytes, file: object) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", InconsistentVersionWarning)
            state = io.loads(data, trusted=list(trusted.TOLD_SKOPS))
    except Exception as error:  # whatever a hostile file makes skops raise is a refusal
        raise refusal(f"{type(error).__name__}: {error}", file=file, why="skops could not build it.") from error
    return state  # type: ignore[no-any-return]  # the audit found a dict at the root
