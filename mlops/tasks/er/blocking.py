"""Form B: records whose entity is known become labelled pairs, by the blocking that would find them in production.

The negatives are therefore natural: what a matcher must tell apart, in the proportion in which it meets it. True pairs
that blocking misses are no rows; the report counts them, and recall over all pairs is recall times pair completeness.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from mlops.errors import InputRefusedError
from mlops.tasks.er import values
from mlops.tasks.er.blocking_keys import key_matrix
from mlops.tasks.er.blocking_report import BlockingReport
from mlops.tasks.er.neighbours import nearest, weigh
from mlops.tasks.er.schema import INCLUSION_PROB, LABEL, PAIR_ID

_SHOWN = 5


def derive_pairs(
    records: pd.DataFrame,
    *,
    record_id: str,
    entity: str,
    source: str | None,
    attributes: Sequence[str],
    seed: int,
    max_pairs: int,
) -> tuple[pd.DataFrame, BlockingReport]:
    """Return labelled candidate pairs of records whose entity is known.

    A source with exactly two values between which more true pairs stand than inside them means two tables to link:
    pairs stand across, the source that sorts first on the left. Else pairs stand within one table. The result does
    not depend on the order of the rows, and neither ids nor sources ever make a key.

    Args:
        records: (n, …) the records.
        record_id: The column that names a record: within its source when linking, else in the whole table.
        entity: The column that names the entity of each record.
        source: The column that names each record's source, if there is one.
        attributes: The columns that may be compared.
        seed: Seed of the draw below.
        max_pairs: Rows returned at most. More candidates than that are sampled: every match is kept, and of the
            non-matches those whose seeded hash is smallest, which is a simple random sample without replacement;
            the column ``inclusion_prob`` then holds each row's probability. Matches are drawn only if they alone are
            too many.

    Returns:
        The pairs (``pair_id``, ``left_id``, ``right_id``, ``left_entity``, ``right_entity``, ``left_<attribute>`` …,
        ``right_<attribute>`` … as str or None, ``label`` int8), ordered by their records, and the report.

    Raises:
        InputRefusedError: A blank or repeated id, a blank entity, an attribute that is no plain column, or no two
            records that share a key.
    """
    identity = _texts(records, record_id)
    kind = _texts(records, entity)
    origin = pd.Series("", index=identity.index, dtype=object) if source is None else _texts(records, source)
    _refuse_blank(identity, record_id)
    _refuse_blank(kind, entity)
    origin = origin.where(origin.notna(), "")
    linked = _links(kind, origin)
    _refuse_repeated(identity, origin if linked else None, record_id)
    order = _order(identity, origin if linked else None)
    identity, kind, origin = (column.iloc[order].reset_index(drop=True) for column in (identity, kind, origin))
    texts = pd.DataFrame({name: _texts(records, name).iloc[order].to_numpy() for name in attributes}, dtype=object)
    on_left = (origin == origin.iloc[0]).to_numpy() if linked else None
    left, right = _candidates(texts, on_left)
    if not len(left):
        raise InputRefusedError(
            "No two records share a word, a code or a value, so there is no pair to learn from.",
            field=", ".join(attributes),
            expected="records of which some describe the same entity",
            found=f"{len(records):,} records",
            fix="Check that the attributes hold the text of the records, or pin labelled pairs instead.",
        )
    pairs = _pairs(texts, identity.to_numpy(dtype=object), kind.to_numpy(dtype=object), left, right)
    possible, true = _totals(kind, on_left)
    kept = _sample(pairs, seed=seed, max_pairs=max_pairs)
    report = BlockingReport(
        records=len(records),
        linked=linked,
        possible_pairs=possible,
        candidates=len(pairs),
        true_pairs=true,
        found_true_pairs=int(pairs[LABEL].sum()),
        kept_pairs=len(kept),
    )
    return kept, report


def _order(identity: "pd.Series[Any]", origin: "pd.Series[Any] | None") -> NDArray[np.intp]:
    """Return an order of the records that their rows do not decide: by source when linking, then by the id's hash.

    Not by the id itself: where copies are named after their original, the side would tell which is which.
    """
    names = identity.to_numpy(dtype=object)
    sources = np.zeros(len(names)) if origin is None else origin.to_numpy(dtype=str)
    return np.lexsort((names.astype(str), pd.util.hash_array(names), sources))


def _candidates(texts: pd.DataFrame, on_left: NDArray[np.bool_] | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of the candidates' left and right records, ordered, each pair once."""
    weighted = weigh(key_matrix(texts))
    if on_left is None:
        one, other = nearest(weighted, weighted)
        apart = one != other
        left, right = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
    else:
        a, b = np.flatnonzero(on_left), np.flatnonzero(~on_left)
        from_a, from_b = nearest(weighted[a], weighted[b]), nearest(weighted[b], weighted[a])
        left = a[np.concatenate([from_a[0], from_b[1]])]
        right = b[np.concatenate([from_a[1], from_b[0]])]
    once = np.unique(left * len(texts) + right)
    return once // len(texts), once % len(texts)


def _pairs(
    texts: pd.DataFrame,
    identity: NDArray[np.object_],
    kind: NDArray[np.object_],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> pd.DataFrame:
    name = pd.Series(identity).str.replace("\\", "\\\\", regex=False).str.replace("|", "\\|", regex=False)
    escaped = name.to_numpy(dtype=object)
    columns: dict[str, Any] = {PAIR_ID: escaped[left] + "|" + escaped[right]}
    columns |= {"left_id": identity[left], "right_id": identity[right]}
    columns |= {"left_entity": kind[left], "right_entity": kind[right]}
    for prefix, rows in (("left_", left), ("right_", right)):
        columns |= {f"{prefix}{attribute}": texts[attribute].to_numpy(dtype=object)[rows] for attribute in texts}
    columns[LABEL] = (kind[left] == kind[right]).astype(np.int8)
    return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()})


def _sample(pairs: pd.DataFrame, *, seed: int, max_pairs: int) -> pd.DataFrame:
    """Return at most ``max_pairs`` rows, with their inclusion probabilities if any had to go."""
    if len(pairs) <= max_pairs:
        return pairs
    match = (pairs[LABEL] == 1).to_numpy()
    draw = pd.util.hash_array(pairs[PAIR_ID].to_numpy(dtype=object), hash_key=f"{seed:016d}"[-16:])
    probability = np.ones(len(pairs), dtype=np.float64)
    drawn, room = (~match, max_pairs - int(match.sum())) if match.sum() < max_pairs else (match | ~match, max_pairs)
    probability[drawn] = room / int(drawn.sum())
    candidates = np.flatnonzero(drawn)
    chosen = candidates[np.argsort(draw[candidates], kind="stable")[:room]]
    rows = np.union1d(chosen, np.flatnonzero(~drawn))
    return pairs.assign(**{INCLUSION_PROB: probability}).iloc[rows].reset_index(drop=True)


def _links(kind: "pd.Series[Any]", origin: "pd.Series[Any]") -> bool:
    """Tell whether there are two sources, between which more true pairs stand than inside them."""
    counts = pd.crosstab(kind, origin).to_numpy(dtype=np.int64)
    if counts.shape[1] != 2:  # noqa: PLR2004  # two tables to link
        return False
    across = int((counts[:, 0] * counts[:, 1]).sum())
    return across > int((counts * (counts - 1) // 2).sum())


def _totals(kind: "pd.Series[Any]", on_left: NDArray[np.bool_] | None) -> tuple[int, int]:
    """Return how many pairs are possible and how many of them are true."""
    if on_left is None:
        size = kind.value_counts().to_numpy(dtype=np.int64)
        return len(kind) * (len(kind) - 1) // 2, int((size * (size - 1) // 2).sum())
    counts = pd.crosstab(kind, on_left).to_numpy(dtype=np.int64)
    return int(on_left.sum()) * int((~on_left).sum()), int((counts[:, 0] * counts[:, 1]).sum())


def _texts(records: pd.DataFrame, name: str) -> "pd.Series[Any]":
    found = values.texts(pa.chunked_array([pa.Array.from_pandas(records[name])]), name=name)
    return found.reset_index(drop=True)


def _refuse_blank(column: "pd.Series[Any]", name: str) -> None:
    blank = np.flatnonzero(column.isna().to_numpy())
    if blank.size:
        raise InputRefusedError(
            f"{blank.size:,} records have a blank `{name}`.",
            field=name,
            expected="a value in every row",
            found="blank in rows " + ", ".join(str(row + 1) for row in blank[:_SHOWN]),
            fix="Fill in the column, or leave those records out: a record of an unknown entity labels nothing.",
        )


def _refuse_repeated(identity: "pd.Series[Any]", origin: "pd.Series[Any] | None", name: str) -> None:
    keys = pd.DataFrame({"id": identity} if origin is None else {"id": identity, "source": origin})
    repeated = keys.duplicated(keep=False).to_numpy()
    if repeated.any():
        raise InputRefusedError(
            f"{int(repeated.sum()):,} records share their id with another record.",
            field=name,
            expected="unique ids" if origin is None else "ids that are unique within their source",
            found=", ".join(map(repr, identity[repeated].unique()[:_SHOWN])),
            fix="Remove the repeated records or number them anew.",
        )
