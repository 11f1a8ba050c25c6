"""Small files of labelled pairs, as a user would lay them in a folder."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

_WORDS = ("lamp", "chair", "table", "clock", "mirror", "carpet", "shelf", "stool")
_MAKERS = ("arden", "bellow", "corvin", "dorset", "elgar")


def products(pairs: int = 660, *, seed: int = 0) -> pa.Table:
    """Return labelled pairs of products; one in three is a match, some with a word dropped.

    More than 500, because below that several estimators compete, which takes longer.
    """
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(pairs):
        maker, word = chance.choice(_MAKERS), chance.choice(_WORDS)
        code = f"{chance.choice(list('abcdef'))}{chance.integers(1000, 9999)}"
        price = float(chance.integers(10, 500))
        match = number % 3 == 0
        other = code if match else f"{chance.choice(list('abcdef'))}{chance.integers(1000, 9999)}"
        right = f"{word} {maker} {other}" if chance.random() < 0.7 else f"{word} {other}"
        rows.append((f"{maker} {word} {code}", str(price), right, f"{price + (not match) * 40:.2f}", int(match)))
    columns = list(zip(*rows, strict=True))
    names = ("left_title", "left_price", "right_title", "right_price", "label")
    return pa.table(dict(zip(names, map(list, columns), strict=True)))


def with_split(table: pa.Table, *, valid: bool = True) -> pa.Table:
    """Return ``table`` with a published split: of ten rows seven are train, one is valid, two are test."""
    folds = ["train"] * 7 + ["valid" if valid else "train"] + ["test"] * 2
    return table.append_column("split", pa.array([folds[row % 10] for row in range(table.num_rows)]))


def write(folder: Path, **tables: pa.Table) -> Path:
    """Write each table to ``folder`` under its name and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return folder
