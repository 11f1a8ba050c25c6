"""Which records are the same record, and which records are the same entity."""

import hashlib
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_SEPARATOR = "\x1f"
_MISSING = "\x00"
_SAME_TABLE = 0.99


def content_keys(columns: pd.DataFrame) -> NDArray[np.object_]:
    """Return for each row of (n, k) texts a key that equal rows share: 16 hexadecimal digits of BLAKE2b."""
    joined = columns.fillna(_MISSING).agg(_SEPARATOR.join, axis=1) if columns.shape[1] > 1 else columns.iloc[:, 0]
    codes, distinct = pd.factorize(joined.fillna(_MISSING))
    keys = np.array([hashlib.blake2b(str(text).encode(), digest_size=8).hexdigest() for text in distinct], dtype=object)
    found: NDArray[np.object_] = keys[codes]
    return found


def record_keys(
    left: pd.DataFrame, right: pd.DataFrame, left_id: "pd.Series[Any] | None", right_id: "pd.Series[Any] | None"
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return a key for each pair's left and right record, (n,) each.

    With ids, a record is its id; the two sides share one name space only when ids that occur on both sides name the
    same content there (one table compared with itself). Without ids, a record is its content.
    """
    left_content, right_content = content_keys(left), content_keys(right)
    if left_id is None or right_id is None:
        return left_content, right_content
    left_texts, right_texts = left_id.astype(str), right_id.astype(str)
    first = pd.Series(left_content, index=left_texts).groupby(level=0).first()
    second = pd.Series(right_content, index=right_texts).groupby(level=0).first()
    common = first.index.intersection(second.index)
    same_table = len(common) > 0 and (first[common] == second[common]).mean() >= _SAME_TABLE
    prefixes = ("", "") if same_table else ("l:", "r:")
    return (prefixes[0] + left_texts).to_numpy(dtype=object), (prefixes[1] + right_texts).to_numpy(dtype=object)


def resolve(
    left: NDArray[np.object_], right: NDArray[np.object_], match: NDArray[np.bool_]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the entity of each pair's left and right record: connected components over the matches.

    Args:
        left: (n,) record keys.
        right: (n,) record keys.
        match: (n,) whether the pair is labelled a match.

    Returns:
        Two (n,) arrays; an entity is named by the smallest key of its records, so that the name does not depend on
        the order of the rows.
    """
    codes, keys = pd.factorize(np.concatenate([left, right]), sort=True)
    n = len(left)
    a, b = codes[:n][match], codes[n:][match]
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(len(keys), len(keys)))
    _, component = connected_components(graph, directed=False)
    smallest = pd.Series(np.arange(len(keys))).groupby(component).min().to_numpy()
    names = np.asarray(keys, dtype=object)[smallest[component]]
    return names[codes[:n]], names[codes[n:]]
