"""Tables that are bombs, damaged or written by a careless hand are refused, and nothing changes."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops import dataset
from mlops import manifest as manifests
from mlops.config import StorageSettings
from tests.conftest import RunCli
from tests.tables import assert_refused, pairs, picture, write

DATA = Path("data/er_20251020.parquet")
MANIFEST = Path("data_manifests/er_20251020.json")


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small Parquet file of 200 million rows."""
    path = tmp_path_factory.mktemp("bomb") / "er_20251020.parquet"
    rows = pa.table({"label": np.zeros(10_000_000, dtype=np.int8)})
    with pq.ParquetWriter(path, rows.schema, compression="zstd") as writer:
        for _ in range(20):
            writer.write_table(rows)
    return path


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
def test_bad_input_17_parquet_bomb(repository: Path, bomb: Path) -> None:
    assert bomb.stat().st_size < 800_000
    before = picture(repository)
    code = (
        "import re, sys; from mlops.cli.main import run; code = run(sys.argv[1:]); "
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]); sys.exit(code)"
    )
    command = [sys.executable, "-c", code, "pin", "er", str(bomb), "--uri", "data/x.parquet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=repository)  # noqa: S603  # ours
    assert done.returncode == 3, done.stderr
    assert int(done.stdout) < 300 * 1024
    assert "200,000,000 rows x 1 columns" in done.stderr
    assert "max_cells" in done.stderr
    assert "Traceback" not in done.stderr
    assert picture(repository) == before


def test_bad_input_17_text_bomb(repository: Path, run_cli: RunCli) -> None:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), ["x" * 1_000_000])
    bomb = write(repository / "er_20251020.parquet", pa.table({"label": text}))
    assert bomb.stat().st_size < 100_000
    before = picture(repository)
    assert_refused(run_cli("pin", "er", bomb), 3, bomb, "max_bytes", "100,000,000,000 bytes")
    assert picture(repository) == before


Spoil = Callable[[Path], object]


def _bytes(data: bytes) -> Spoil:
    return lambda path: path.write_bytes(data)


def _metadata(pandas: str) -> Spoil:
    return lambda path: write(path, pairs().replace_schema_metadata({"pandas": pandas}))


def _with(values: pa.Array) -> Spoil:
    return lambda path: write(path, pairs().append_column("extra", values))


def _truncated(path: Path) -> None:
    path.write_bytes(write(path).read_bytes()[:-100])


def _label_twice(path: Path) -> None:
    write(path, pa.Table.from_arrays([pairs()["label"]] * 2, names=["label", "label"]))


def _text_that_is_no_utf8() -> pa.Array:
    raw = pa.array([b"\xff\xfe"] * 6)
    return pa.StringArray.from_buffers(6, *raw.buffers()[1:])


def _flipped_page(path: Path) -> None:
    pq.write_table(pairs(500), path, write_page_checksum=True, compression="none", use_dictionary=False)
    data = bytearray(path.read_bytes())
    data[data.index(b"Firm 250")] = ord("H")
    path.write_bytes(data)


LFS_POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n".encode()
DAMAGED: dict[str, tuple[Spoil, str]] = {
    "0 bytes": (_bytes(b""), "0 bytes"),
    "truncated": (_truncated, "cut short"),
    "only the ends": (_bytes(b"PAR1" * 4 + b"\0" * 8 + b"PAR1"), "damaged"),
    "CSV renamed": (_bytes(b"pair_id,label\np0,1\n"), "perhaps CSV"),
    "LFS pointer": (_bytes(LFS_POINTER), "Git LFS pointer"),
    "a spreadsheet": (_bytes(b"PK\x03\x04 and so on"), "a zip archive or a spreadsheet"),
    "duplicate columns": (_label_twice, "'label' 2 times"),
    "pandas metadata that is no JSON": (_metadata("{not json"), "pandas"),
    "pandas metadata of another kind": (_metadata('["columns"]'), "list in place of an object"),
    "pandas metadata without columns": (_metadata('{"columns": [1], "index_columns": []}'), "`columns`"),
    "pandas metadata without an index": (_metadata('{"columns": [], "index_columns": 7}'), "`index_columns`"),
    "pandas metadata with an absent index": (_metadata('{"columns": [], "index_columns": ["nope"]}'), "'nope'"),
    "nested": (_with(pa.array([["a"]] * 6)), "extra"),
    "binary": (_with(pa.array([b"\xff"] * 6)), "extra"),
    "not UTF-8": (_with(_text_that_is_no_utf8()), "UTF8"),
    "flipped page": (_flipped_page, "could not verify page integrity"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_bad_input_18_damaged_parquet(repository: Path, run_cli: RunCli, kind: str) -> None:
    spoil, words = DAMAGED[kind]
    path = repository / "er_20251020.parquet"
    spoil(path)
    before = picture(repository)
    assert_refused(run_cli("pin", "er", path), 3, path, words)
    assert_refused(run_cli("diff", path, path), 3, path, words)
    assert picture(repository) == before


def test_bad_input_18_lfs_pointer_in_place_of_pinned_data(repository: Path, run_cli: RunCli) -> None:
    write(repository / DATA)
    assert run_cli("pin", "er", DATA).code == 0
    (repository / DATA).write_bytes(LFS_POINTER)
    assert_refused(run_cli("verify"), 3, DATA, "Git LFS pointer", "git lfs pull")


HEAD = b"pair_id,left_name,label\n"
BAD_CSV = {
    "UTF-16": ("pair_id,label\np0,1\n".encode("utf-16"), "UTF-16", "line 1"),
    "UTF-16 without a mark": ("pair_id,label\np0,1\n".encode("utf-16-le"), "NUL", "line 1"),
    "Latin-1": (HEAD + b"p0,Caf\xe9,1\n", "0xe9 at byte 7", "line 2"),
    "NUL": (HEAD + b"p0,a,1\np1,a\0b,1\n", "NUL", "line 3"),
    "unclosed quote": (HEAD + b'p0,a,1\np1,"a,1\np2,b,0\n', "never closed", "line 3"),
    "quote inside": (HEAD + b'p0,"a"b,1\n', "not well formed", "line 2"),
    "short row": (HEAD + b"p0,a,1\np1,a\n", "2 cells", "line 3"),
    "long row": (HEAD + b"p0,a,1\np1,a,1,\n", "4 cells", "line 3"),
    "long row after a cell of two lines": (HEAD + b'p0,"a\nb",1\np1,a,1,2\n', "4 cells", "line 4"),
    "empty line": (HEAD + b"p0,a,1\n\np1,a,1\n", "an empty line", "line 3"),
    "duplicate header": (b"label,name,label\n1,a,1\n", "'label' 2 times", "line 1"),
    "header without a name": (b",label\n0,1\n", "position 1", "index=False"),
    "semicolons": (b"pair_id;left_name;label\np0;a,b;1\n", "semicolons", "line 1"),
    "tabs": (b"pair_id\tlabel\np0\t1\n", "tabs", "line 1"),
    "0 bytes": (b"", "0 bytes", "empty"),
    "header only": (HEAD, "no rows", "header only"),
    "Parquet renamed": (b"PAR1" + b"\0" * 20 + b"PAR1", "a Parquet file", "line 1"),
}


@pytest.mark.parametrize("kind", BAD_CSV)
def test_bad_input_19_csv(repository: Path, run_cli: RunCli, kind: str) -> None:
    data, *words = BAD_CSV[kind]
    path = repository / "er_20251020.csv"
    path.write_bytes(data)
    before = picture(repository)
    assert_refused(run_cli("pin", "er", path), 3, path.name, *words)
    assert picture(repository) == before


NAMES = ["NA", "None", "null", "nan", "N/A", "NULL", "-", "true", " x ", "1e5"]
IDS = ["00123", "9007199254740993", "1.0", "+1", "0x10", "1_000", "1e400", "2025-10-20", "٣", "-0"]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_bad_input_20_names_and_ids_stay_what_they_are(repository: Path, run_cli: RunCli, ending: str) -> None:
    lines = [
        "left_id,left_name,note,label",
        *(f"{i},{n},,{k % 2}" for k, (i, n) in enumerate(zip(IDS, NAMES, strict=True))),
    ]
    path = repository / "er_20251020.csv"
    path.write_text(ending.join(lines) + ending, encoding="utf-8", newline="")
    assert run_cli("pin", "er", path).code == 0
    manifest = manifests.load(repository / MANIFEST)
    table = dataset.read_pinned(manifest, settings=StorageSettings(), root=repository).table
    assert table.column("left_name").to_pylist() == NAMES
    assert table.column("left_id").to_pylist() == IDS
    assert table.column("note").to_pylist() == [None] * 10
    assert manifest.labels == {"0": 5, "1": 5}
    assert [column.missing for column in manifest.columns] == [0, 0, 10, 0]
