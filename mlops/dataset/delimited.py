"""CSV (RFC 4180, UTF-8): every cell is kept exactly as text, and only an empty cell is missing.

This is pandas' ``dtype=str, keep_default_na=False, na_values=[""], index_col=False``, with the checks that it leaves
out: names such as "NA" and "None" and ids such as 00123 stay what they are; ragged rows, unclosed quotes and other
encodings are refused with their line instead of being padded, swallowed or guessed.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO

import pyarrow as pa

from mlops.dataset.columns import check_cells, check_names
from mlops.errors import InputRefusedError

_BATCH = 16_384
_MAX_LINE = 16 << 20
_BOM = b"\xef\xbb\xbf"
_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}
_BINARY = {
    b"\xff\xfe": "UTF-16 (little endian)",
    b"\xfe\xff": "UTF-16 (big endian)",
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"\x1f\x8b": "a gzip archive",
}


def read(path: Path, *, name: str, max_cells: int, max_bytes: int, any_delimiter: bool = False) -> pa.Table:
    """Read a CSV file as a table of ``string`` columns; an empty cell is null.

    Args:
        path: The verified copy.
        name: What the user calls the file.
        max_cells: Rows times columns must stay below this.
        max_bytes: Not needed, for text never takes more room than the file; part of the readers' common form.
        any_delimiter: Whether cells may also be separated by what spreadsheets write instead of commas; the header
            says which.

    Raises:
        InputRefusedError: Another encoding or delimiter, NUL, unclosed quotes, ragged rows, duplicate names; with
            the line where it is known.
    """
    del max_bytes
    with path.open("rb") as stream:
        _check_start(stream, name)
        delimiter = _delimiter(stream) if any_delimiter else ","
        rows = _rows(stream, name, delimiter)
        header = next(rows, [])
        if delimiter == ",":
            _check_delimiter(header, name)
        check_names(header, file=name, where="line 1")
        schema = pa.schema([(column, pa.string()) for column in header])
        batches = []
        count = 0
        while batch := list(islice(rows, _BATCH)):
            count += len(batch)
            check_cells(count, len(header), file=name, limit=max_cells)
            batches.append(_batch(batch, schema))
        return pa.Table.from_batches(batches, schema=schema)


def _batch(rows: Sequence[Sequence[str]], schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array([cell or None for cell in cells], pa.string()) for cells in zip(*rows, strict=True)]
    return pa.record_batch(columns, schema=schema)


def _rows(stream: IO[bytes], name: str, delimiter: str) -> Iterator[list[str]]:
    """Yield header and rows, each with as many cells as the header."""
    reader = csv.reader(_lines(stream, name), strict=True, delimiter=delimiter)
    width = 0
    begin = 1
    try:
        for row in reader:
            width = width or len(row)
            if len(row) != width:
                raise _refused(
                    "A row has not as many cells as the header.", name, begin, expected=f"{width} cells",
                    found=f"{len(row)} cells" if row else "an empty line",
                    fix="Quote cells that hold commas or line ends; remove lines that are no rows.",
                )  # fmt: skip
            yield row
            begin = reader.line_num + 1
    except csv.Error as error:
        raise _refused(
            "A quoted cell is not well formed or is never closed.", name, begin,
            expected='cells with commas, line ends or quotes as "…", quotes inside doubled', found=error,
            fix="Write the file again with a CSV library, or pin Parquet.",
        ) from None  # fmt: skip


def _lines(stream: IO[bytes], name: str) -> Iterator[str]:
    """Yield decoded lines; encoding and NUL are checked line by line, so that the line can be named."""
    number = 0
    while line := stream.readline(_MAX_LINE + 1):
        number += 1
        if len(line) > _MAX_LINE:
            raise _refused("A line is too long.", name, number, expected=f"at most {_MAX_LINE:,} bytes")
        if b"\0" in line:
            raise _refused(
                "The file holds NUL bytes.", name, number, expected="UTF-8 text", found=f"NUL at byte {line.index(0)}",
                why="It is UTF-16 without a byte-order mark, or not text.",
                fix="Convert it: `iconv -f UTF-16 -t UTF-8 FILE > NEW.csv`.",
            )  # fmt: skip
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _refused(
                "The file is not UTF-8.", name, number, expected="UTF-8",
                found=f"byte 0x{line[error.start]:02x} at byte {error.start + 1} of the line",
                why="It is probably Latin-1 or Windows-1252.",
                fix="Convert it: `iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW.csv`.",
            ) from None  # fmt: skip


def _check_start(stream: IO[bytes], name: str) -> None:
    """Refuse what is known by its first bytes, and skip the byte-order mark that spreadsheets write."""
    head = stream.read(4)
    for magic, what in _BINARY.items():
        if head.startswith(magic):
            fix = "Convert it: `iconv -f UTF-16 -t UTF-8 FILE > NEW.csv`." if what.startswith("UTF-16") else (
                "Unpack it, or give the file the name that its content needs."
            )  # fmt: skip
            raise _refused("This is not a UTF-8 CSV file.", name, 1, expected="UTF-8 text", found=what, fix=fix)
    stream.seek(len(_BOM) if head.startswith(_BOM) else 0)


def _delimiter(stream: IO[bytes]) -> str:
    """Return what the first line holds most of, commas if any are as many; the stream stays where it is."""
    begin = stream.tell()
    line = stream.readline(_MAX_LINE)
    stream.seek(begin)
    return max((",", *_DELIMITERS), key=lambda one: line.count(one.encode()))


def _check_delimiter(header: Sequence[str], name: str) -> None:
    joined = ",".join(header)
    for delimiter, spelled in _DELIMITERS.items():
        if joined.count(delimiter) > joined.count(","):
            raise _refused(
                "The cells are not separated by commas.", name, 1, expected="a header with commas",
                found=f"a header with {spelled}",
                fix="Write the file again with commas, or pin Parquet.",
            )  # fmt: skip


def _refused(
    what: str, name: str, line: int, *, expected: object = "", found: object = "", why: str = "", fix: str = ""
) -> InputRefusedError:
    return InputRefusedError(what, file=name, field=f"line {line}", expected=expected, found=found, why=why, fix=fix)
