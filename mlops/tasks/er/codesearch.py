"""Codes of one value searched in the text of another: array operations sort out what Python then looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from mlops.tasks.er.text import MIN_CODE_LENGTH, squeeze
from mlops.tasks.er.vocabulary import Floats, segment_reduce

SEARCH_LIMIT = 5_000
"""Characters of a text in which codes of the other side are searched."""
CODE_LIMIT = 50
"""Codes of a value that are searched in the other side's text."""

_BITS = 4_096
_CHUNK = 4_096
_FACTORS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F], dtype=np.uint32)


@dataclass(frozen=True)
class CodeSearch:
    """Codes and squeezed texts of ``n`` values.

    Attributes:
        texts: Letters and digits of each value, cut to ``SEARCH_LIMIT``.
        codes: The codes of all values, one value after the other.
        lengths: (c,) float32 characters of each code.
        grams: (c, 2) the numbers of its first and its last four characters.
        ends: (n + 1,) where in ``codes`` those of a value begin and end.
        held: (n, _BITS / 8) uint8: which numbers of four characters a text has, a Bloom filter of one hash (Bloom
            1970).
    """

    texts: Sequence[str]
    codes: Sequence[str]
    lengths: Floats
    grams: NDArray[np.uint16]
    ends: NDArray[np.int64]
    held: NDArray[np.uint8]

    @classmethod
    def of(cls, values: Sequence[str], codes: Sequence[Sequence[str]]) -> "CodeSearch":
        """Prepare normalised values and their codes."""
        texts = [squeeze(value[: 2 * SEARCH_LIMIT])[:SEARCH_LIMIT] for value in values]
        kept = [list(dict.fromkeys(found))[:CODE_LIMIT] if found else found for found in codes]
        flat = list(chain.from_iterable(kept))
        lengths = np.fromiter(map(len, flat), dtype=np.int64, count=len(flat))
        stops = np.cumsum(lengths)
        grams = _grams(flat)
        chunks = [_held(texts[start : start + _CHUNK]) for start in range(0, len(texts), _CHUNK)]
        return cls(
            texts=texts,
            codes=flat,
            lengths=lengths.astype(np.float32),
            grams=np.column_stack([grams[stops - lengths], grams[stops - MIN_CODE_LENGTH]]),
            ends=np.concatenate([[0], np.cumsum(list(map(len, kept)))]).astype(np.int64),
            held=np.concatenate(chunks) if chunks else np.zeros((0, _BITS // 8), dtype=np.uint8),
        )

    def longest_found(self, of: NDArray[np.intp], within: NDArray[np.intp]) -> Floats:
        """Return the (n,) length of the longest code of values ``of`` in the texts ``within``; NaN without codes."""
        counts = self.ends[of + 1] - self.ends[of]
        ends = np.concatenate([[0], np.cumsum(counts)])
        code = np.arange(ends[-1]) + np.repeat(self.ends[of] - ends[:-1], counts)
        text = np.repeat(within, counts)
        possible = np.flatnonzero(self._has(text, self.grams[code, 0]) & self._has(text, self.grams[code, 1]))
        lengths = np.zeros(len(code), dtype=np.float32)
        looked = zip(code[possible].tolist(), text[possible].tolist(), strict=True)
        found = np.array([self.codes[one] in self.texts[other] for one, other in looked], dtype=bool)
        lengths[possible[found]] = self.lengths[code[possible[found]]]
        return np.where(counts > 0, segment_reduce(np.maximum, lengths, ends), np.float32(np.nan))

    def _has(self, texts: NDArray[np.intp], grams: NDArray[np.uint16]) -> NDArray[np.bool_]:
        """Tell whether each text may have the four characters of that number; False is certain."""
        return np.asarray((self.held[texts, grams >> 3] >> (7 - (grams & 7)).astype(np.uint8)) & 1 > 0)


def _grams(texts: Sequence[str]) -> NDArray[np.uint16]:
    """Return a number below ``_BITS`` for the four characters from each place on in all texts, put end to end."""
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    runs = max(len(points) - MIN_CODE_LENGTH + 1, 0)
    mixed = np.zeros(runs, dtype=np.uint32)
    for shift, factor in enumerate(_FACTORS):
        mixed += points[shift : shift + runs] * factor
    return ((mixed >> 16) % _BITS).astype(np.uint16)


def _held(texts: Sequence[str]) -> NDArray[np.uint8]:
    grams = _grams(texts)
    owner = np.repeat(np.arange(len(texts)), list(map(len, texts)))
    inside = owner[: len(grams)] == owner[MIN_CODE_LENGTH - 1 :]
    held = np.zeros((len(texts), _BITS), dtype=bool)
    held[owner[: len(grams)][inside], grams[inside]] = True
    return np.packbits(held, axis=1)
