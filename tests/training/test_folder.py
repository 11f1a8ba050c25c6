"""The artifact's folder: replaced whole, or left as it was."""

from pathlib import Path

import pytest

from mlops.errors import ConflictError, UnavailableError
from mlops.training.folder import exchange, refuse_foreign_folder, workshop


def folder(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in names:
        (path / name).write_text(name)
    return path


@pytest.mark.parametrize("names", [(), ("checksums.txt", "model.skops", "gate.json", "er_20251020.json")])
def test_an_empty_folder_and_one_that_a_run_left_may_be_replaced(tmp_path: Path, names: tuple[str, ...]) -> None:
    refuse_foreign_folder(folder(tmp_path / "out", *names))
    refuse_foreign_folder(tmp_path / "absent")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("checksums.txt", "card.json"), "card.json"),
        (("model.skops",), "checksums.txt"),
        (("checksums.txt", "er_2025.json"), "er_2025.json"),
    ],
)
def test_any_other_folder_is_refused_with_what_would_be_lost(
    tmp_path: Path, names: tuple[str, ...], found: str
) -> None:
    with pytest.raises(ConflictError) as caught:
        refuse_foreign_folder(folder(tmp_path / "out", *names))
    assert found in caught.value.found


def test_a_file_or_a_link_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(folder(tmp_path / "elsewhere"))
    for name in ("file", "link"):
        with pytest.raises(ConflictError):
            refuse_foreign_folder(tmp_path / name)


def test_an_exchange_that_fails_brings_the_old_folder_back(tmp_path: Path) -> None:
    old = folder(tmp_path / "out", "checksums.txt")
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "never made", old, tmp_path / "aside")
    assert (old / "checksums.txt").read_text() == "checksums.txt"


def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UnavailableError) as caught, workshop(tmp_path / "file" / "out"):
        pass
    assert caught.value.exit_code == 5
    assert caught.value.fix
