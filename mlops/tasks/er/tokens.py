"""Tokens as 64-bit keys, so that sets of them are compared by array operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from mlops.tasks.er.text import TOKEN_TEXT_LIMIT

_CODE_POINT_BITS = 21


@dataclass(frozen=True)
class TokenKeys:
    """The tokens of ``n`` values.

    Attributes:
        keys: (t,) int64: equal tokens have equal keys.
        owner: (t,) the number of the value that each token belongs to, ascending.
        size: ``n``.
    """

    keys: NDArray[np.int64]
    owner: NDArray[np.int64]
    size: int


def token_keys(token_lists: Sequence[Sequence[str]]) -> TokenKeys:
    """Return the keys of lists of tokens: 64 bits of BLAKE2b, at which collisions need billions of tokens."""
    owner = _owners(list(map(len, token_lists)))
    keys = np.fromiter(map(_key, chain.from_iterable(token_lists)), dtype=np.int64, count=len(owner))
    return TokenKeys(keys, owner, len(token_lists))


def trigram_keys(texts: Sequence[str]) -> TokenKeys:
    """Return the keys of runs of three characters, one space being added before and after each text."""
    padded = [f" {text[:TOKEN_TEXT_LIMIT]} " for text in texts]
    points = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    owner = _owners(list(map(len, padded)))
    keys = (points[:-2] << 2 * _CODE_POINT_BITS) | (points[1:-1] << _CODE_POINT_BITS) | points[2:]
    inside = owner[2:] == owner[:-2]
    return TokenKeys(keys[inside], owner[2:][inside], len(texts))


@lru_cache(maxsize=1 << 18)
def _key(token: str) -> int:
    return int.from_bytes(
        blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little", signed=True
    )


def _owners(lengths: Sequence[int]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(lengths), dtype=np.int64), np.array(lengths, dtype=np.int64))
