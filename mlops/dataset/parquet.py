"""Parquet: the footer is judged before any page is read, and text is measured before it is unpacked.

A footer's byte counts lie, so the limits are on what Arrow would allocate: rows times columns from the footer, and
the length of the text, which is read dictionary-encoded and measured before it is expanded. (A few kilobytes can hold
200 million rows, or one long text referred to by each of a million rows.)
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mlops import documents
from mlops.dataset.columns import check_cells, check_names
from mlops.errors import InputRefusedError

_MAGIC = b"PAR1"
_LIKENESS = {
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"\x1f\x8b": "a gzip archive",
    b"{": "JSON",
    b"[": "JSON",
    b"<": "HTML or XML",
    b"PARE": "an encrypted Parquet file",
    b"ORC": "ORC",
    b"ARROW1": "an Arrow file",
}


def read(path: Path, *, name: str, max_cells: int, max_bytes: int) -> pa.Table:
    """Read a Parquet file as a flat table without schema metadata.

    Args:
        path: The verified copy.
        name: What the user calls the file.
        max_cells: Rows times columns must stay below this.
        max_bytes: The text of the whole table may take at most this.

    Raises:
        InputRefusedError: Not Parquet, truncated or damaged, too large when unpacked, nested or binary columns,
            duplicate names, pandas metadata that does not describe the table, text that is not UTF-8.
    """
    _check_magic(path, name)
    try:
        with pq.ParquetFile(path) as file:
            _check_footer(file.metadata, name, max_cells)
            schema = file.schema_arrow
        _check_schema(schema, name)
        _check_pandas_metadata(schema, name)
        texts = [field.name for field in schema if _is_text(field.type)]
        with pq.ParquetFile(path, read_dictionary=texts, page_checksum_verification=True) as file:
            table = file.read().replace_schema_metadata(None)
        table.validate(full=True)
        _check_text(table, name, max_bytes)
        return _plain(table)
    except (pa.ArrowException, OSError, MemoryError) as error:
        raise InputRefusedError(
            "The Parquet file is damaged.", file=name, expected="a complete Parquet file",
            found=(str(error).splitlines() or [type(error).__name__])[0],
            why="It was cut short while it was copied, or its bytes were changed.",
            fix="Copy or download it again, or write it again from its source.",
        ) from None  # fmt: skip


def _check_magic(path: Path, name: str) -> None:
    with path.open("rb") as stream:
        head = stream.read(16)
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(max(0, size - 4))
        tail = stream.read(4)
    if head.startswith(_MAGIC) and tail == _MAGIC and size > len(head):
        return
    likeness = next((what for magic, what in _LIKENESS.items() if head.startswith(magic)), "")
    if head.startswith(_MAGIC):
        likeness = "the beginning of one: the end is missing, it was cut short"
    elif not likeness and head.isascii() and head.decode().replace("\n", "").replace("\r", "").isprintable():
        likeness = f"text, perhaps CSV, that begins {head.decode()!r}"
    raise InputRefusedError(
        "This is not a Parquet file.", file=name, expected="a file that begins and ends with PAR1",
        found=likeness or f"a file that begins {head[:8]!r}",
        fix="Give a CSV file a name that ends in .csv; copy or download a Parquet file that was cut short again.",
    )  # fmt: skip


def _check_footer(footer: pq.FileMetaData, name: str, max_cells: int) -> None:
    """Hold the largest of the footer's statements on rows, which need not agree, to the limit."""
    groups = [footer.row_group(index) for index in range(footer.num_row_groups)]
    per_column = (
        sum(group.column(index).num_values for group in groups if index < group.num_columns)
        for index in range(footer.num_columns)
    )
    rows = max(footer.num_rows, sum(group.num_rows for group in groups), *per_column, 0)
    check_cells(rows, footer.num_columns, file=name, limit=max_cells)


def _check_schema(schema: pa.Schema, name: str) -> None:
    check_names(schema.names, file=name, where="the schema")
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if not any(test(kind) for test in (_is_text, pa.types.is_primitive, pa.types.is_null, pa.types.is_decimal)):
            raise InputRefusedError(
                "A column does not hold plain values.", file=name, field=field.name,
                expected="text, numbers, booleans, dates or times", found=field.type,
                fix="Write binary columns as text; give each part of a nested column a column of its own.",
            )  # fmt: skip


def _check_pandas_metadata(schema: pa.Schema, name: str) -> None:
    """Refuse metadata for pandas that does not describe this table; it is never used, but someone tampered with it."""
    raw = (schema.metadata or {}).get(b"pandas")
    if raw is None:
        return
    problem = ""
    try:
        value = documents.check_json(raw, file=name)
    except InputRefusedError as error:
        problem = error.found
    else:
        problem = _pandas_problem(value, set(schema.names))
    if problem:
        raise InputRefusedError(
            "The file's pandas metadata does not describe its table.", file=name, field="schema metadata `pandas`",
            expected="what pandas writes", found=problem,
            why="The file was changed by a tool that kept the metadata of another table.",
            fix="Write it again with pandas, or without metadata: `table.replace_schema_metadata(None)`.",
        )  # fmt: skip


def _pandas_problem(value: object, names: set[str]) -> str:
    """Say what is wrong with the parsed metadata; empty when it is as pandas writes it."""
    if not isinstance(value, dict):
        return f"{type(value).__name__} in place of an object"
    columns, index = value.get("columns", []), value.get("index_columns", [])
    if not isinstance(columns, list) or not all(isinstance(column, dict) for column in columns):
        return "`columns` is no list of objects"
    if not isinstance(index, list) or not all(isinstance(entry, str | dict) for entry in index):
        return "`index_columns` is no list of names"
    absent = [entry for entry in index if isinstance(entry, str) and entry not in names]
    return f"the index {absent[0]!r}, a column that the table does not have" if absent else ""


def _check_text(table: pa.Table, name: str, limit: int) -> None:
    """Measure the text that the dictionaries would expand to, without expanding it."""
    total = 0
    for column in table.columns:
        if not pa.types.is_dictionary(column.type):
            continue
        for chunk in column.chunks:
            lengths = pc.cast(pc.binary_length(chunk.dictionary), pa.int64())
            total += pc.sum(lengths.take(chunk.indices)).as_py() or 0
    if total > limit:
        raise InputRefusedError(
            "The table's text is larger than the policy allows when it is unpacked.", file=name,
            field="storage.max_bytes", expected=f"at most {limit:,} bytes", found=f"{total:,} bytes",
            fix="Draw a sample, or raise max_bytes under [storage] in mlops.toml if data of this size is meant.",
        )  # fmt: skip


def _plain(table: pa.Table) -> pa.Table:
    """Return the table with dictionaries expanded and every kind of text as ``string``."""
    columns = [
        column.cast(_plain_type(column.type)) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(dict(zip(table.column_names, columns, strict=True)))


def _plain_type(kind: pa.DictionaryType) -> pa.DataType:
    return pa.string() if _is_text(kind) else kind.value_type


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
