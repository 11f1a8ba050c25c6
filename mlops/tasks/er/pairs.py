"""From a verified table to examples: roles, labels, entities, split, weights and slices of labelled pairs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from mlops.config import SplitSettings
from mlops.errors import InputRefusedError
from mlops.split import TRAIN
from mlops.task import Examples
from mlops.tasks.er import entities, leakage, slices, values
from mlops.tasks.er.labelled import Pairs
from mlops.tasks.er.schema import ENTITY_TYPE, INCLUSION_PROB, LABEL, PAIR_ID, SPLIT, STRATUM, PairSchema

_UNKNOWN = "unknown"


def read(table: pa.Table, schema: PairSchema) -> Pairs:
    """Resolve the roles of a form A table.

    Raises:
        InputRefusedError: No rows, labels that are none, repeated pair ids, infinite numbers.
    """
    if table.num_rows == 0:
        raise InputRefusedError(
            "The dataset has no rows.", field="rows", expected="at least one", found="0", fix="Pin a file with data."
        )
    label = values.labels(table.column(LABEL), name=LABEL)
    left = _side(table, schema.left)
    right = _side(table, schema.right)
    left_id = None if schema.left_id is None else _ids(table, schema.left_id)
    right_id = None if schema.right_id is None else _ids(table, schema.right_id)
    left_key, right_key = entities.record_keys(left, right, left_id, right_id)
    declared = schema.left_entity is not None and schema.right_entity is not None
    if schema.left_entity is not None and schema.right_entity is not None:
        left_entity = _ids(table, schema.left_entity).to_numpy(dtype=object)
        right_entity = _ids(table, schema.right_entity).to_numpy(dtype=object)
    else:
        left_entity, right_entity = entities.resolve(left_key, right_key, label == 1)
    return Pairs(
        left=left,
        right=right,
        label=label,
        row_id=_row_ids(table, left, right),
        left_key=left_key,
        right_key=right_key,
        left_entity=left_entity,
        right_entity=right_entity,
        has_ids=left_id is not None,
        declared_entities=declared,
    )


def inputs_of(table: pa.Table, schema: PairSchema, row_ids: Sequence[str]) -> pd.DataFrame | None:
    """Return the inputs of the pairs with these ids, in their order; None where the table does not name them."""
    if PAIR_ID not in table.column_names:
        return None
    names = _ids(table, PAIR_ID)
    at = pd.Index(names).get_indexer(pd.Index(row_ids)) if names.is_unique else np.array([-1])
    if (at < 0).any():
        return None
    few = table.take(pa.array(at))
    return _inputs(_side(few, schema.left), _side(few, schema.right))


def _inputs(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([left.add_prefix("left_"), right.add_prefix("right_")], axis=1)


def examples(pairs: Pairs, table: pa.Table, schema: PairSchema, settings: SplitSettings) -> Examples:
    """Split, weigh and slice the pairs of ``table``, and report what the split lets through."""
    split, findings, facts = leakage.split(pairs, _published(table), settings)
    doubled, counts = leakage.repeated(pairs)
    findings, facts = (*doubled, *findings), facts | counts
    sliced = slices.compute(pairs.left, pairs.right)
    for name in (ENTITY_TYPE, STRATUM):
        if name in table.column_names:
            sliced[name] = values.texts(table.column(name), name=name).fillna(_UNKNOWN).to_numpy(dtype=object)
    sliced["seen_in_training"] = slices.seen(pairs.left_key, pairs.right_key, split == TRAIN)
    if schema.unused:
        findings = (*findings, "Columns without a role were not used: " + ", ".join(schema.unused) + ".")
    return Examples(
        inputs=_inputs(pairs.left, pairs.right),
        label=pairs.label,
        row_id=pairs.row_id,
        cluster=_clusters(pairs, split == TRAIN),
        split=split,
        weight=_weights(table),
        slices=sliced,
        findings=findings,
        facts=facts,
    )


def _clusters(pairs: Pairs, training: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Return the entity of each pair's anchor record.

    Where entities are known from labels only, those of training pairs come from training labels alone: a match in a
    published test fold may join two entities, and folds that knew it would have seen a test label.
    """
    if pairs.declared_entities:
        return pairs.left_entity
    known, _ = entities.resolve(pairs.left_key, pairs.right_key, (pairs.label == 1) & training)
    return np.where(training, known, pairs.left_entity)


def _side(table: pa.Table, columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: values.texts(table.column(column), name=column) for name, column in columns.items()}, dtype=object
    )


def _ids(table: pa.Table, name: str) -> "pd.Series[Any]":
    column = values.texts(table.column(name), name=name)
    blank = np.flatnonzero(column.isna().to_numpy())
    if blank.size:
        raise InputRefusedError(
            f"{blank.size:,} rows have no id.",
            field=name,
            expected="an id in every row",
            found="blank in rows " + ", ".join(str(row + 1) for row in blank[:5]),
            fix="Fill in the ids, or leave the whole column out: records are then known by their content.",
        )
    return column


def _row_ids(table: pa.Table, left: pd.DataFrame, right: pd.DataFrame) -> NDArray[np.object_]:
    """Return the pair ids; where there are none, a hash of the pair's content and a count of its copies."""
    if PAIR_ID not in table.column_names:
        keys = pd.Series(entities.content_keys(pd.concat([left, right], axis=1, keys=["left", "right"])))
        copy = keys.groupby(keys).cumcount()
        return keys.where(copy == 0, keys + "-" + (copy + 1).astype(str)).to_numpy(dtype=object)
    named = _ids(table, PAIR_ID)
    repeated = named[named.duplicated(keep=False)]
    if len(repeated):
        raise InputRefusedError(
            f"{len(repeated):,} rows share their pair id with another row.",
            field=PAIR_ID,
            expected="unique ids",
            found=", ".join(map(repr, repeated.unique()[:5])),
            fix="Remove the repeated rows or number the pairs anew.",
        )
    return named.to_numpy(dtype=object)


def _published(table: pa.Table) -> NDArray[np.object_] | None:
    if SPLIT not in table.column_names:
        return None
    return values.texts(table.column(SPLIT), name=SPLIT).to_numpy(dtype=object)


def _weights(table: pa.Table) -> NDArray[np.float64]:
    """Return 1 / inclusion probability, or ones.

    Raises:
        InputRefusedError: A probability outside (0, 1].
    """
    if INCLUSION_PROB not in table.column_names:
        return np.ones(table.num_rows, dtype=np.float64)
    as_numbers = pd.to_numeric(table.column(INCLUSION_PROB).to_pandas(), errors="coerce").to_numpy(dtype=np.float64)
    bad = np.flatnonzero(~((as_numbers > 0) & (as_numbers <= 1)))
    if bad.size:
        raise InputRefusedError(
            f"{bad.size:,} inclusion probabilities are none.",
            field=INCLUSION_PROB,
            expected="a number in (0, 1] in every row",
            found="rows " + ", ".join(str(row + 1) for row in bad[:5]),
            fix="Give the probability with which each row was drawn into the labelled sample.",
        )
    weights: NDArray[np.float64] = 1.0 / as_numbers
    return weights
