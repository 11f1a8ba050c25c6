"""How two token sets overlap, and the features that say so. Their docstrings are the card's feature table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops.tasks.er.vocabulary import FEW, Floats, TokenRows, segment_reduce, taken

_MAX_ENTRIES = 4_000_000
"""Tokens of pairs that are compared at once."""
_MAX_CELLS = 1 << 22
"""Cells of the table of which left value has which token, 2 bytes each; at least one value's."""


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
    """Compare the values numbered ``left`` and ``right``, (n,) each; fastest where equal ``left`` are neighbours.

    In pieces, so that memory stays bounded.
    """
    if len(left) <= FEW:
        return _overlap(rows, left, right, None)
    width = rows.width
    pieces = list(_pieces(rows.counts[left] + rows.counts[right], left, max(1, _MAX_CELLS // width)))
    table = np.zeros(max(1, _MAX_CELLS // width) * width, dtype=np.uint16)
    found = [_overlap(rows, left[piece], right[piece], table) for piece in pieces]
    return Overlap(*(np.concatenate([getattr(piece, field.name) for piece in found]) for field in fields(Overlap)))


def _pieces(sizes: Floats, left: NDArray[np.intp], values: int) -> Iterator[slice]:
    """Cut pairs into runs of about ``_MAX_ENTRIES`` tokens, at most ``values`` left values; one empty run of none."""
    entries = np.cumsum(sizes, dtype=np.float64) // _MAX_ENTRIES
    run = np.cumsum(np.diff(left, prepend=left[:1]) != 0) // values
    boundaries = np.flatnonzero((np.diff(entries) != 0) | (np.diff(run) != 0)) + 1
    for start, stop in zip([0, *boundaries], [*boundaries, len(sizes)], strict=True):
        yield slice(int(start), int(stop))


def _overlap(
    rows: TokenRows, left: NDArray[np.intp], right: NDArray[np.intp], table: NDArray[np.uint16] | None
) -> Overlap:
    """Compare by the cells of a table of left values and tokens: which cell says where in its value a token stands.

    Looking every right token up in a real table takes a third of the time of merging sorted rows. For few pairs, making
    one takes longer: without it, cells are searched. ``table`` is all 0 before and after.
    """
    width = rows.width
    mine, other = taken(rows, left), taken(rows, right)
    lefts, number = np.unique(left, return_inverse=True)
    owned = taken(rows, lefts)
    sizes = owned.ends[1:] - owned.ends[:-1]
    place = np.arange(1, len(owned.data) + 1, dtype=np.int32) - owned.ends[:-1].repeat(sizes)
    kind: type[np.integer[Any]] = np.int64 if table is None else np.int32  # a real table has few cells
    begin: NDArray[Any] = np.arange(len(lefts), dtype=kind) * width
    cells: NDArray[Any] = begin.repeat(sizes) + owned.columns
    wanted: NDArray[Any] = begin[number.reshape(-1)].repeat(other.ends[1:] - other.ends[:-1]) + other.columns
    if table is None:
        places = searched(cells, place, wanted)
    else:
        table[cells] = place
        places = table[wanted]
        table[cells] = 0

    hits = places.nonzero()[0]
    ends = hits.searchsorted(other.ends)
    counts = ends[1:] - ends[:-1]
    weights = other.data[hits]
    other.data[hits] = 0
    mine.data[mine.ends[:-1].repeat(counts) + places[hits] - 1] = 0
    shared = segment_reduce(np.add, weights, ends)
    norms = rows.norms[left] * rows.norms[right]
    squares = segment_reduce(np.add, weights * weights, ends)
    return Overlap(
        left_count=rows.counts[left],
        right_count=rows.counts[right],
        shared_count=counts.astype(np.float32),
        shared_sum=shared,
        shared_max=segment_reduce(np.maximum, weights, ends),
        cosine=np.asarray(squares / np.where(norms > 0, norms, 1), dtype=np.float32),
        left_sum=rows.sums[left] - shared,
        left_max=segment_reduce(np.maximum, mine.data, mine.ends),
        right_sum=rows.sums[right] - shared,
        right_max=segment_reduce(np.maximum, other.data, other.ends),
    )


def searched(
    cells: NDArray[np.integer[Any]], place: NDArray[np.int32], wanted: NDArray[np.integer[Any]]
) -> NDArray[np.int32]:
    """Return the ``place`` of each wanted cell among ascending ``cells``, 0 for one that is not there."""
    if not len(cells):
        return np.zeros(len(wanted), dtype=np.int32)
    at = cells.searchsorted(wanted)
    return np.asarray(place.take(at, mode="clip") * (cells.take(at, mode="clip") == wanted), dtype=np.int32)


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
