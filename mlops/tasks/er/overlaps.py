"""How two token sets overlap, and the features that say so. Their docstrings are the card's feature table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from mlops.tasks.er.vocabulary import Floats, TokenRows, row_maxima, row_sums

_MAX_ENTRIES = 4_000_000


@dataclass(frozen=True)
class Overlap:
    """Counts and IDF weights of the tokens of ``n`` pairs, each attribute an (n,) float32 array.

    Attributes:
        left_count: Tokens of the left value.
        right_count: Tokens of the right value.
        shared_count: Tokens that both have.
        shared_sum: Sum of the shared tokens' weights.
        shared_max: The largest of them.
        cosine: Cosine of the weighted token sets.
        left_sum: Sum of the weights of tokens only on the left.
        left_max: The largest of them.
        right_sum: Sum of the weights of tokens only on the right.
        right_max: The largest of them.
    """

    left_count: Floats
    right_count: Floats
    shared_count: Floats
    shared_sum: Floats
    shared_max: Floats
    cosine: Floats
    left_sum: Floats
    left_max: Floats
    right_sum: Floats
    right_max: Floats


def overlap(rows: TokenRows, left: NDArray[np.intp], right: NDArray[np.intp]) -> Overlap:
    """Compare the values numbered ``left`` and ``right``, (n,) each; in pieces, so that memory stays bounded."""
    pieces = [_overlap(rows, left[piece], right[piece]) for piece in _pieces(rows.counts[left] + rows.counts[right])]
    return Overlap(*(np.concatenate([getattr(piece, field.name) for piece in pieces]) for field in fields(Overlap)))


def _pieces(sizes: Floats) -> Iterator[slice]:
    """Cut pairs into runs that hold at most about ``_MAX_ENTRIES`` tokens; one empty run when there are no pairs."""
    boundaries = np.flatnonzero(np.diff(np.cumsum(sizes, dtype=np.float64) // _MAX_ENTRIES)) + 1
    for start, stop in zip([0, *boundaries], [*boundaries, len(sizes)], strict=True):
        yield slice(int(start), int(stop))


def _overlap(rows: TokenRows, left: NDArray[np.intp], right: NDArray[np.intp]) -> Overlap:
    left_weights, right_weights = rows.weights[left], rows.weights[right]
    # Weight times one is the weight itself, so that the subtraction leaves exactly nothing of a shared token.
    shared = left_weights.multiply(rows.ones[right]).tocsr()
    shared_sum = row_sums(shared)
    norms = rows.norms[left] * rows.norms[right]
    return Overlap(
        left_count=rows.counts[left],
        right_count=rows.counts[right],
        shared_count=np.diff(shared.indptr).astype(np.float32),
        shared_sum=shared_sum,
        shared_max=row_maxima(shared),
        cosine=np.asarray(row_sums(shared.power(2)) / np.where(norms > 0, norms, 1), dtype=np.float32),
        left_sum=rows.sums[left] - shared_sum,
        left_max=row_maxima((left_weights - shared).tocsr()),
        right_sum=rows.sums[right] - shared_sum,
        right_max=row_maxima((right_weights - shared).tocsr()),
    )


def jaccard(found: Overlap) -> Floats:
    """Shared tokens over the tokens of either side (Jaccard)."""
    either = found.left_count + found.right_count - found.shared_count
    return np.asarray(found.shared_count / np.maximum(either, 1), dtype=np.float32)


def containment(found: Overlap) -> Floats:
    """Shared tokens over the tokens of the side that has fewer."""
    fewer = np.minimum(found.left_count, found.right_count)
    return np.asarray(found.shared_count / np.maximum(fewer, 1), dtype=np.float32)


def cosine(found: Overlap) -> Floats:
    """Cosine of the two sides, each token weighted by its IDF."""
    return found.cosine


def shared_sum(found: Overlap) -> Floats:
    """Sum of the IDF of the shared tokens."""
    return found.shared_sum


def shared_max(found: Overlap) -> Floats:
    """IDF of the rarest shared token, 0 if nothing is shared."""
    return found.shared_max


def left_only_sum(found: Overlap) -> Floats:
    """Sum of the IDF of the tokens that only the left side has."""
    return found.left_sum


def left_only_max(found: Overlap) -> Floats:
    """IDF of the rarest token that only the left side has."""
    return found.left_max


def right_only_sum(found: Overlap) -> Floats:
    """Sum of the IDF of the tokens that only the right side has."""
    return found.right_sum


def right_only_max(found: Overlap) -> Floats:
    """IDF of the rarest token that only the right side has."""
    return found.right_max


OVERLAP_FEATURES: tuple[Callable[[Overlap], Floats], ...] = (
    jaccard,
    containment,
    cosine,
    shared_sum,
    shared_max,
    left_only_sum,
    left_only_max,
    right_only_sum,
    right_only_max,
)


def overlap_features(rows: TokenRows, left: NDArray[np.intp], right: NDArray[np.intp]) -> list[Floats]:
    """Return the ``OVERLAP_FEATURES`` of (n,) pairs; NaN where a side has no such token."""
    found = overlap(rows, left, right)
    empty = (found.left_count == 0) | (found.right_count == 0)
    return [np.where(empty, np.float32(np.nan), feature(found)) for feature in OVERLAP_FEATURES]
