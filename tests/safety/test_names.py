"""Names from outside: dates, hashes and ids have one spelling each, and a refusal changes nothing."""

from datetime import date
from pathlib import Path

import pytest

from mlops.errors import ExitCode, UsageRefusedError
from mlops.hashing import parse_sha256, sha256_bytes
from mlops.ids import DatasetId, ModelId, parse_date, parse_task
from tests.conftest import RunCli

DIGEST = sha256_bytes(b"")


def everything_below(folder: Path) -> dict[str, bytes]:
    """Return every file below ``folder`` that is not git's."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.mark.parametrize("text", ["../../.github/workflows/x", "..", "/etc/passwd", "2025/10/20"])
def test_bad_input_1_a_path_as_dataset_date(text: str, repository: Path, run_cli: RunCli) -> None:
    before = everything_below(repository)
    outcome = run_cli("train", "er", "--dataset-date", text)
    assert outcome.code == ExitCode.USAGE
    assert "8 ASCII digits" in outcome.err
    assert outcome.out == ""
    assert everything_below(repository) == before


@pytest.mark.parametrize(
    "text",
    [
        "20251018\n",
        "２０２５１０１８",  # noqa: RUF001  # look-alike digits are the point
        "٢٠٢٥١٠١٨",
        "2025118",
        "20250229",
        "20251301",
        "00000101",
        " 20251018",
        "",
        "2025-1-1",
    ],
)
@pytest.mark.usefixtures("repository")
def test_bad_input_2_what_only_resembles_a_date(text: str, run_cli: RunCli) -> None:
    with pytest.raises(UsageRefusedError, match="8 ASCII digits"):
        parse_date(text)
    outcome = run_cli("train", "er", "--dataset-date", text)
    assert outcome.code == ExitCode.USAGE
    assert "8 ASCII digits" in outcome.err


@pytest.mark.parametrize("text", ["20260302", "20270101", "99991231"])
def test_bad_input_3_a_date_in_the_future(text: str) -> None:
    with pytest.raises(UsageRefusedError, match="lies in the future") as refusal:
        parse_date(text, today=date(2026, 2, 28))
    assert "20260301 (UTC today plus one day)" in refusal.value.expected
    assert refusal.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    "text",
    [
        DIGEST.upper(),
        f"sha256:{DIGEST}",
        DIGEST[:63],
        DIGEST + "0",
        "а" + DIGEST[1:],  # noqa: RUF001  # a Cyrillic letter is the point
        DIGEST + "\n",
        " " + DIGEST,
        "",
    ],
)
@pytest.mark.usefixtures("repository")
def test_bad_input_13_what_only_resembles_a_hash(text: str, run_cli: RunCli) -> None:
    with pytest.raises(UsageRefusedError, match="64 lower-case hex"):
        parse_sha256(text)
    outcome = run_cli("train", "er", "--dataset-hash", text)
    assert outcome.code == ExitCode.USAGE
    assert "64 lower-case hex" in outcome.err
    if text.startswith("sha256:"):
        assert "Leave out the prefix" in outcome.err


@pytest.mark.parametrize("text", ["ER_20251020", "Er_20251020", "er_20251020-2X", "eR_20251020"])
def test_bad_input_53_an_id_in_another_case(text: str) -> None:
    for reader in (DatasetId.parse, ModelId.parse):
        with pytest.raises(UsageRefusedError, match="lower case"):
            reader(text)


@pytest.mark.parametrize("word", ["con", "nul", "aux", "prn", "com1", "lpt9"])
def test_bad_input_53_a_name_that_windows_reserves(word: str) -> None:
    with pytest.raises(UsageRefusedError, match="Windows reserves"):
        parse_task(word)
    with pytest.raises(UsageRefusedError, match="Windows reserves"):
        ModelId.parse(f"{word}_20251020")
