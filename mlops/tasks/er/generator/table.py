"""The table of labelled pairs."""

from collections.abc import Iterator
from itertools import count, islice

import pyarrow as pa

from mlops.errors import UsageRefusedError
from mlops.tasks.er.generator import families
from mlops.tasks.er.generator.families import Pair
from mlops.tasks.er.generator.habits import ATTRIBUTES
from mlops.tasks.er.generator.rates import SHIPPED, Rates

MIN_ROWS, MAX_ROWS = 50, 5_000_000
MAX_SEED = 2**32 - 1

SCHEMA = pa.schema(
    [
        ("pair_id", pa.string()),
        ("left_id", pa.string()),
        ("right_id", pa.string()),
        *((f"left_{name}", pa.string()) for name in ATTRIBUTES),
        *((f"right_{name}", pa.string()) for name in ATTRIBUTES),
        ("label", pa.int8()),
        ("entity_type", pa.string()),
        ("stratum", pa.string()),
        ("annotator_1", pa.int8()),
        ("annotator_2", pa.int8()),
    ]
)
"""The columns of the table; ``stratum`` is the source system of the right record."""

_CHUNK = 20_000


def generate(rows: int, seed: int, *, rates: Rates = SHIPPED) -> pa.Table:
    """Return ``rows`` labelled pairs; the first rows of a longer table are the rows of a shorter one.

    Args:
        rows: Number of pairs, 50 to 5,000,000.
        seed: Names the dataset, 0 to 2**32 - 1.
        rates: How often things happen.

    Raises:
        UsageRefusedError: ``rows`` or ``seed`` is out of range.
    """
    _check("rows", rows, MIN_ROWS, MAX_ROWS)
    _check("seed", seed, 0, MAX_SEED)
    stream = enumerate(islice(_pairs(seed, rates), rows), start=1)
    batches = []
    while chunk := list(islice(stream, _CHUNK)):
        batches.append(pa.RecordBatch.from_pylist([_row(number, pair) for number, pair in chunk], schema=SCHEMA))
    return pa.Table.from_batches(batches, schema=SCHEMA)


def _pairs(seed: int, rates: Rates) -> Iterator[Pair]:
    for family in count():
        yield from families.pairs(seed, family, rates)


def _row(number: int, pair: Pair) -> dict[str, str | int | None]:
    return {
        "pair_id": f"p{number:07d}",
        "left_id": pair.left.record_id,
        "right_id": pair.right.record_id,
        **{f"left_{name}": value for name, value in pair.left.record.items()},
        **{f"right_{name}": value for name, value in pair.right.record.items()},
        "label": pair.judgement.label,
        "entity_type": pair.entity_type,
        "stratum": pair.right.source,
        "annotator_1": pair.judgement.annotator_1,
        "annotator_2": pair.judgement.annotator_2,
    }


def _check(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise UsageRefusedError(
            "The example data cannot be made like this.",
            field=field,
            expected=f"a whole number from {least:,} to {most:,}",
            found=f"{value:,}",
            fix="For example: mlops data generate er --rows 10000 --seed 42 --output er.parquet",
        )
