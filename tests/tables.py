"""Small tables and files for tests of data: labelled pairs, their files, and pictures of a folder's content."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.conftest import Outcome


def pairs(rows: int = 6) -> pa.Table:
    """Return ``rows`` labelled pairs; every third is a match, every fourth lacks its right name."""
    return pa.table({
        "pair_id": [f"p{i}" for i in range(rows)],
        "left_id": pa.array(range(rows), pa.int64()),
        "left_name": [f"Firm {i}" for i in range(rows)],
        "right_name": [None if i % 4 == 3 else f"Firm {i} Ltd" for i in range(rows)],
        "label": pa.array([int(i % 3 == 0) for i in range(rows)], pa.int8()),
    })  # fmt: skip


def write(path: Path, table: pa.Table | None = None) -> Path:
    """Write a table (default: six pairs) as Parquet and return its path; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pairs() if table is None else table, path)
    return path


def picture(folder: Path) -> dict[str, bytes | str]:
    """Return every path below ``folder`` with its bytes, link target or nature, to compare before and after."""
    seen: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        if ".git" in path.parts:
            continue
        if path.is_symlink():
            seen[str(path)] = f"link to {path.readlink()}"
        else:
            seen[str(path)] = path.read_bytes() if path.is_file() else "a folder or a pipe"
    return seen


def assert_refused(outcome: Outcome, code: int, *words: object) -> None:
    """Check a refusal: the exit code, a letter without traceback that holds all ``words``, and a silent stdout."""
    assert outcome.code == code, outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.out == ""
    for word in words:
        assert str(word) in outcome.err
