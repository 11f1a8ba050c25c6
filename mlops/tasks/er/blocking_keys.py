"""Blocking keys: what two records must share, once at least, to be compared at all."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from mlops.tasks.er.text import codes, normalise, squeeze, words
from mlops.tasks.er.tokens import token_keys

PREFIX = 4


def value_keys(attribute: str, text: str) -> list[str]:
    """Return the keys of one value.

    The whole value counts for its attribute only; words, codes (tokens with a digit, joined neighbours among them)
    and prefixes of words count wherever they stand, because values are misplaced.
    """
    normal = normalise(text)
    found = words(normal)
    squeezed = [squeeze(word) for word in found]
    keys = [f"={attribute}={squeeze(normal)}", *(f"w{word}" for word in found), *(f"c{code}" for code in codes(found))]
    keys += [f"p{word[:PREFIX]}" for word in squeezed if len(word) > PREFIX]
    return list(dict.fromkeys(keys))


def key_matrix(texts: pd.DataFrame) -> csr_array:
    """Return which record has which key: (n, m), 1 or absent, from the (n, k) texts of the records.

    The long table of (record, key) is made by array operations from the keys of the distinct values.
    """
    tables = [_long(str(name), texts[name].to_numpy(dtype=object)) for name in texts]
    rows = np.concatenate([np.empty(0, dtype=np.int64), *(record for record, _ in tables)])
    keys = np.concatenate([np.empty(0, dtype=np.int64), *(key for _, key in tables)])
    names, columns = np.unique(keys, return_inverse=True)
    matrix = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(texts), len(names))).tocsr()
    matrix.data[:] = 1.0
    return matrix


def _long(attribute: str, values: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the (record, key) rows of one attribute."""
    position, distinct = pd.factorize(values)
    tokens = token_keys([value_keys(attribute, str(value)) for value in distinct])
    length = np.bincount(tokens.owner, minlength=len(distinct))
    start = np.concatenate([[0], np.cumsum(length)])
    record = np.flatnonzero(position >= 0)
    value = position[record]
    count = length[value]
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(record, count), tokens.keys[np.repeat(start[value], count) + offset]
