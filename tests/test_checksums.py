"""``checksums.txt``: what ``sha256sum -c`` accepts, and nothing that leaves the folder."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mlops import checksums
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes

HASH = "0" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two files and their checksums."""
    (tmp_path / "b.json").write_bytes(b"b")
    (tmp_path / "a.parquet").write_bytes(b"a")
    checksums.write(tmp_path, ["b.json", "a.parquet"])
    return tmp_path


def test_what_is_written_holds(folder: Path) -> None:
    assert checksums.verify(folder) == {"a.parquet": sha256_bytes(b"a"), "b.json": sha256_bytes(b"b")}


def test_lines_are_sorted_and_in_the_format_of_sha256sum(folder: Path) -> None:
    text = (folder / "checksums.txt").read_text()
    assert text == f"{sha256_bytes(b'a')}  a.parquet\n{sha256_bytes(b'b')}  b.json\n"


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_agrees(folder: Path) -> None:
    command = ["sha256sum", "--check", "--strict", "checksums.txt"]
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0  # noqa: S603  # fixed words


def test_a_changed_byte_is_found_and_both_hashes_are_named(folder: Path) -> None:
    (folder / "b.json").write_bytes(b"c")
    with pytest.raises(InputRefusedError) as caught:
        checksums.verify(folder)
    assert sha256_bytes(b"b") in caught.value.letter()
    assert sha256_bytes(b"c") in caught.value.letter()


def test_a_file_that_must_be_listed_is_missed(folder: Path) -> None:
    with pytest.raises(InputRefusedError, match=r"model\.skops"):
        checksums.verify(folder, required=["model.skops", "b.json"])


@pytest.mark.parametrize(
    "listing",
    [
        "",
        "\n",
        f"{HASH}  a",
        f"{HASH}  a\r\n",
        f"{HASH} a\n",
        f"{HASH} *a\n",
        f"{HASH.replace('0', 'A')}  a\n",
        f"{HASH[1:]}  a\n",
        f"{HASH}  /etc/passwd\n",
        f"{HASH}  ../a\n",
        f"{HASH}  ..\n",
        f"{HASH}  sub/a\n",
        f"{HASH}  .hidden\n",
        f"{HASH}  a\x1b[31m\n",
        f"{HASH}  ä\n",
        f"{HASH}  a\n{HASH}  a\n",
        f"{HASH}  a\n\n{HASH}  b\n",
        f"\\{HASH}  a\n",
    ],
)
def test_other_listings_are_refused(listing: str) -> None:
    with pytest.raises(InputRefusedError) as caught:
        checksums.parse(listing.encode())
    assert caught.value.field


@pytest.mark.parametrize("kind", ["absent", "link", "folder", "pipe"])
def test_only_regular_files_are_hashed(folder: Path, kind: str) -> None:
    path = folder / "b.json"
    path.unlink()
    if kind == "link":
        path.symlink_to(folder / "a.parquet")
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(InputRefusedError, match="regular file"):
        checksums.verify(folder)


def test_bytes_that_changed_after_verifying_are_refused(folder: Path) -> None:
    listed = checksums.verify(folder)
    assert checksums.read_verified(folder, "b.json", listed) == b"b"
    (folder / "b.json").write_bytes(b"c")
    with pytest.raises(InputRefusedError):
        checksums.read_verified(folder, "b.json", listed)


def test_a_name_with_a_path_is_never_written(folder: Path) -> None:
    with pytest.raises(ValueError, match="plain file name"):
        checksums.write(folder, ["../b.json"])
