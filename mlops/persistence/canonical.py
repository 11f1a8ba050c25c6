"""One form for equal states: skops' own files hold addresses of memory, the time of day and random names."""

import io
import json
import zipfile
from typing import Any

import numpy as np

from mlops.persistence import schema
from mlops.persistence.container import SCHEMA


def rewrite(archive: bytes) -> dict[str, bytes]:
    """Return the members of a skops archive without what differs from run to run.

    Ids of objects are dropped (the reader needs them only to make one object of two), and arrays are numbered in the
    order in which the schema meets them, equal arrays once. The padding inside records of nodes is zeroed.

    Args:
        archive: What ``skops.io.dumps`` has just returned; trusted.

    Raises:
        TypeError: The schema refers to a member that holds no array, for example bytes or a sparse matrix.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        root = json.loads(source.read(SCHEMA))
        names: dict[bytes, str] = {}
        for visit in schema.walk(root):
            visit.node.pop("__id__", None)
            name = visit.node.get("file")
            if isinstance(name, str):
                if not name.endswith(".npy"):
                    raise TypeError(f"{visit.path} is of type {visit.type}; keep it as arrays.")
                visit.node["file"] = names.setdefault(_without_padding(source.read(name)), f"{len(names)}.npy")
    members = {name: data for data, name in names.items()}
    members[SCHEMA] = _text(root)
    return members


def _without_padding(data: bytes) -> bytes:
    """Return a ``.npy`` file whose records have zeros between their fields, where memory left whatever was there."""
    array = np.load(io.BytesIO(data), allow_pickle=False)
    if array.dtype.names is None:
        return data
    kept = np.zeros(array.dtype.itemsize, dtype=np.uint8)
    for kind, offset, *_ in array.dtype.fields.values():
        kept[offset : offset + kind.itemsize] = 0xFF
    start = len(data) - array.nbytes
    records = np.frombuffer(data, dtype=np.uint8, offset=start).reshape(-1, len(kept))
    return data[:start] + (records & kept).tobytes()


def _text(root: dict[str, Any]) -> bytes:
    """Return the schema as compact JSON; the order of keys is the state's own and is kept."""
    return json.dumps(root, separators=(",", ":"), ensure_ascii=False).encode()
