"""Rows whose key has been seen: in the batch itself or in the base.

A row that comes back with the decision that it lacked is a revision and welcome. Anything else under a known key is
one row too many: the same row again, another label for the same claim, or another claim under the same key.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mlops.contract.fields import Role
from mlops.contract.reading import Typed
from mlops.validation.batch import Batch, Mask

_CLAIM: tuple[Role, ...] = ("id", "group", "event_time", "prior_time", "feature", "text", "pii")
_OUTCOME: tuple[Role, ...] = ("label", "label_time", "post_outcome")


class Repeats(NamedTuple):
    """Which rows repeat a key, by what they are compared with the row before of the same key.

    Attributes:
        identical: The same row again.
        flipped: The same claim with another label.
        changed: Other cells under the same key.
        revised: A revision: the same claim with the decision that it lacked. It is no duplicate.
    """

    identical: Mask
    flipped: Mask
    changed: Mask
    revised: Mask

    @property
    def duplicates(self) -> Mask:
        """Which rows are beyond the first of their key and no revision."""
        return self.identical | self.flipped | self.changed


def repeats_in(batch: Batch) -> Repeats:
    """Compare each row with the one before it of the same key, the base's rows first.

    A row without a key repeats nothing: it is missing something else.
    """
    parts = ([] if batch.base is None else [batch.base]) + [batch.typed]
    key = batch.contract.primary_key
    known = np.concatenate([part.present[key] for part in parts])
    codes = _codes(np.concatenate([part.columns[key] for part in parts]), known)
    later, earlier = _neighbours(codes)
    labels = np.concatenate([part.label for part in parts])
    is_open = (labels < 0) & ~np.concatenate([_bad(part, batch) for part in parts])
    same_claim, same_outcome = (_equal(parts, _named(batch, roles), later, earlier) for roles in (_CLAIM, _OUTCOME))
    revised = same_claim & is_open[earlier] & (labels[later] >= 0)
    flipped = same_claim & (labels[earlier] >= 0) & (labels[later] != labels[earlier])
    identical = same_claim & same_outcome & ~revised & ~flipped
    kinds = (identical, flipped, ~(identical | flipped | revised), revised)
    return Repeats(*(_in_batch(later[kind], len(codes), batch.rows) for kind in kinds))


def _codes(keys: NDArray[np.object_], known: Mask) -> NDArray[np.intp]:
    """Return a number for each distinct key; -1 for none."""
    encoded = pa.array(keys, pa.string(), mask=~known).dictionary_encode()
    return np.asarray(pc.fill_null(encoded.indices, -1), dtype=np.intp)


def _neighbours(codes: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of the rows beyond the first of their key, and of the row before each of the same key."""
    order = np.argsort(codes, kind="stable")
    same = (codes[order][1:] == codes[order][:-1]) & (codes[order][1:] >= 0)
    return order[1:][same], order[:-1][same]


def _named(batch: Batch, roles: tuple[Role, ...]) -> list[str]:
    """Return the names of the batch's fields of these roles; where a row came from tells no claims apart."""
    return [field.name for field in batch.fields if field.role in roles]


def _bad(part: Typed, batch: Batch) -> Mask:
    return part.present[batch.contract.one("label").name] & (part.label < 0)


def _equal(parts: list[Typed], names: list[str], later: NDArray[np.intp], earlier: NDArray[np.intp]) -> Mask:
    """Return whether the named cells of each pair of rows are the same; two missing cells are."""
    same = np.ones(len(later), dtype=bool)
    for name in names:
        if all(name in part.columns for part in parts):
            cells = np.concatenate([part.columns[name] for part in parts])
            there = np.concatenate([part.present[name] for part in parts])
            left, right = cells[later], cells[earlier]
            both_void = (left != left) & (right != right)  # noqa: PLR0124  # NaN and NaT: present, but not readable
            equal = np.asarray(left == right, dtype=bool) | np.asarray(both_void, dtype=bool)
            same &= (~there[later] & ~there[earlier]) | (there[later] & there[earlier] & equal)
    return same


def _in_batch(positions: NDArray[np.intp], total: int, rows: int) -> Mask:
    """Return the marked rows of the batch, which stands last."""
    marked = np.zeros(total, dtype=bool)
    marked[positions] = True
    return marked[total - rows :]
