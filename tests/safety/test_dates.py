"""Dataset dates that are no dates are refused before anything is read or written."""

from datetime import timedelta
from pathlib import Path

import pytest

from mlops.ids import format_date, utc_today
from tests.conftest import RunCli
from tests.tables import assert_refused, picture, write


def _refuse(repository: Path, run_cli: RunCli, date: str, *words: str) -> None:
    write(repository / "data/pairs.parquet")
    before = picture(repository)
    assert_refused(run_cli("pin", "er", "data/pairs.parquet", "--date", date), 2, "--date", "do now", *words)
    assert picture(repository) == before


def test_bad_input_1_date_that_climbs(repository: Path, run_cli: RunCli) -> None:
    _refuse(repository, run_cli, "../../.github/workflows/x", "8 ASCII digits")


@pytest.mark.parametrize(
    "date",
    [
        "20251018\n",
        "２０２５１０１８",  # noqa: RUF001  # look-alike digits are the point
        "٢٠٢٥١٠١٨",
        "2025118",
        "20250229",
        "20251301",
        "2025-10-18",
        " 20251018",
        "",
        "00000101",
    ],
)
def test_bad_input_2_date_that_is_none(repository: Path, run_cli: RunCli, date: str) -> None:
    _refuse(repository, run_cli, date, "8 ASCII digits")


def test_bad_input_3_date_in_the_future(repository: Path, run_cli: RunCli) -> None:
    _refuse(repository, run_cli, format_date(utc_today() + timedelta(days=3)), "future")


def test_bad_input_3_date_in_the_future_in_the_name(repository: Path, run_cli: RunCli) -> None:
    path = write(repository / "data/er_29990101.parquet")
    before = picture(repository)
    assert_refused(run_cli("pin", "er", path), 2, "er_29990101.parquet", "future")
    assert picture(repository) == before


def test_bad_input_2_date_from_the_environment(
    repository: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository / "data/pairs.parquet")
    monkeypatch.setenv("MLOPS_PIN_DATE", "20250229")
    before = picture(repository)
    assert_refused(run_cli("pin", "er", "data/pairs.parquet"), 2, "--date", "20250229")
    assert picture(repository) == before
