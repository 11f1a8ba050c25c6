"""A manifest that no writer of ours left is refused before it is used, and quickly."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlops import documents, manifest
from mlops.errors import ExitCode, InputRefusedError

DIGEST = "0" * 64
MANIFEST: dict[str, Any] = {
    "schema_version": 1,
    "id": "er_20251020",
    "task": "er",
    "as_of": "2025-10-20",
    "uris": ["data/training/er_20251020.parquet"],
    "format": "parquet",
    "sha256": DIGEST,
    "bytes": 10,
    "rows": 2,
    "columns": [{"name": "label", "type": "int64", "missing": 0}],
    "labels": {"0": 1, "1": 1},
    "fingerprint": {"rows": DIGEST, "columns": {"label": DIGEST}},
}
GOOD = json.dumps(MANIFEST).encode()


def test_the_manifest_that_the_bad_ones_are_made_of_is_good(tmp_path: Path) -> None:
    path = tmp_path / "er_20251020.json"
    path.write_bytes(GOOD)
    assert manifest.load(path).rows == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(GOOD.replace(b'"rows": 2', b'"rows": 2, "rows": 3'), "the key 'rows' twice", id="duplicate key"),
        pytest.param(
            GOOD.replace(b'"missing": 0', b'"missing": 0, "missing": 0'),
            "the key 'missing' twice",
            id="nested duplicate",
        ),
        pytest.param(GOOD.replace(b'"bytes": 10', b'"bytes": NaN'), "the constant NaN", id="NaN"),
        pytest.param(GOOD.replace(b'"bytes": 10', b'"bytes": -Infinity'), "the constant -Infinity", id="infinity"),
        pytest.param(GOOD.replace(b'"bytes": 10', b'"bytes": 1e400'), "bytes", id="overflow"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, "byte-order mark", id="UTF-8 mark"),
        pytest.param(GOOD.decode().encode("utf-16"), "not UTF-8", id="UTF-16"),
        pytest.param(b"[" * 100_000, "nesting deeper", id="depth"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nesting deeper", id="depth of objects"),
        pytest.param(GOOD.replace(b'"bytes": 10', b'"bytes": ' + b"9" * 5_000), "4300 digits", id="huge integer"),
        pytest.param(GOOD[:-10], "line 1", id="truncated"),
        pytest.param(b"", "line 1", id="empty"),
        pytest.param(GOOD + GOOD, "Extra data", id="twice"),
        pytest.param(GOOD.replace(b'"rows": 2', b'"rows": 2,'), "line 1", id="trailing comma"),
        pytest.param(b"version https://git-lfs.github.com/spec/v1\n", "line 1", id="LFS pointer"),
    ],
)
def test_bad_input_14_a_malformed_manifest(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "er_20251020.json"
    path.write_bytes(data)
    with pytest.raises(InputRefusedError, match=reason) as refusal:
        manifest.load(path)
    assert refusal.value.exit_code == ExitCode.REFUSED
    assert refusal.value.file == str(path)
    assert refusal.value.fix


def test_bad_input_14_a_manifest_of_50_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "er_20251020.json"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(InputRefusedError, match="too large") as refusal:
        manifest.load(path)
    assert "50,000,000 bytes" in refusal.value.found


def test_bad_input_14_a_manifest_under_another_name(tmp_path: Path) -> None:
    path = tmp_path / "er_20251021.json"
    path.write_bytes(GOOD)
    with pytest.raises(InputRefusedError, match="do not agree"):
        manifest.load(path)


def a_link(path: Path) -> None:
    """Put a symbolic link to a good manifest at ``path``."""
    (path.parent / "elsewhere.json").write_bytes(GOOD)
    path.symlink_to(path.parent / "elsewhere.json")


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (a_link, "a symbolic link"),
        (Path.mkdir, "a folder"),
        pytest.param(
            getattr(os, "mkfifo", None),
            "a pipe",
            marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here"),
        ),
    ],
)
def test_bad_input_15_a_manifest_that_is_no_regular_file(
    make: Callable[[Path], None], found: str, tmp_path: Path
) -> None:
    path = tmp_path / "er_20251020.json"
    make(path)
    with pytest.raises(InputRefusedError) as refusal:
        documents.read_bytes(path)
    assert found in refusal.value.found
    assert refusal.value.expected == "a regular file"


def test_bad_input_15_a_manifest_that_is_absent(tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError, match="does not exist"):
        manifest.load(tmp_path / "er_20251020.json")
