"""Unpacking: what a run leaves comes out, and nothing else ever does."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from mlops.bot.unpacking import is_ours, unpack
from mlops.errors import InputRefusedError


def archive(folder: Path, members: list[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            packed.writestr(name, data)
    return path


def refused(path: Path, out: Path, **options: int) -> InputRefusedError:
    with pytest.raises(InputRefusedError) as caught:
        unpack(path, out, **options)
    assert not out.exists()
    assert "nothing was unpacked" in caught.value.what
    return caught.value


def test_what_a_run_leaves_comes_out(tmp_path: Path) -> None:
    names = ["model.skops", "training.json", "evaluation-seed-43.parquet", "checksums.txt", "gate.json"]
    path = archive(tmp_path, [(name, name.encode()) for name in names])
    unpack(path, tmp_path / "out")
    assert {p.name: p.read_text() for p in (tmp_path / "out").iterdir()} == {name: name for name in names}


@pytest.mark.parametrize(
    "name",
    [
        "../model.skops",
        "/model.skops",
        "sub/model.skops",
        "sub/",
        "x.py",
        "model.skops\n",
        "MODEL.skops",
        "a\\model.skops",
        "evaluation-seed-01.parquet",
        "",
    ],
)
def test_another_name_is_refused(tmp_path: Path, name: str) -> None:
    assert not is_ours(name)
    member = zipfile.ZipInfo("x")
    member.filename = name
    refused(archive(tmp_path, [("training.json", b""), (member, b"")]), tmp_path / "out")


def test_a_link_is_refused(tmp_path: Path) -> None:
    member = zipfile.ZipInfo("model.skops")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "regular" in refused(archive(tmp_path, [(member, b"/etc/passwd")]), tmp_path / "out").expected


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    refused(archive(tmp_path, [("model.skops", b"a"), ("model.skops", b"b")]), tmp_path / "out")


def test_a_bomb_is_refused_by_its_summed_sizes(tmp_path: Path) -> None:
    path = archive(tmp_path, [("model.skops", bytes(600)), ("metrics.json", bytes(600))])
    assert "1,200 bytes" in refused(path, tmp_path / "out", limit=1_000).found


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06"])
def test_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "archive.zip").write_bytes(data)
    refused(tmp_path / "archive.zip", tmp_path / "out")


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("model.skops", b"the bytes of the model")
    (tmp_path / "archive.zip").write_bytes(buffer.getvalue().replace(b"of the model", b"of a m0del!!"))
    with pytest.raises(InputRefusedError, match="damaged"):
        unpack(tmp_path / "archive.zip", tmp_path / "out")
