"""The benchmark of claims runs every step on made claims of the same form, and its page says what was met."""

import shutil
from pathlib import Path

import pytest

from benchmarks.claims_tsa import __main__ as command
from benchmarks.claims_tsa import running
from benchmarks.claims_tsa.results import ClaimsTsa
from benchmarks.claims_tsa_page import STEP_LIMITS, render, requirements
from benchmarks.machine import RESULTS
from mlops import documents
from mlops.errors import ExitCode, UnavailableError


@pytest.fixture(scope="module")
def committed() -> ClaimsTsa:
    """Return what is committed: a run takes minutes."""
    return documents.read(RESULTS / "claims_tsa.json", ClaimsTsa)


def test_every_limit_is_met_by_what_is_committed(committed: ClaimsTsa) -> None:
    assert [one.what for one in requirements(committed) if not one.met] == []
    assert committed.rows == 40_000
    assert committed.quality.cv_mean == pytest.approx(0.67, abs=0.01)
    assert committed.quality.verdict == "pass"
    assert {step.name for step in committed.steps} >= {*STEP_LIMITS, "integrate claims", "certify claims"}


def test_the_page_says_what_was_asked_and_what_was_met(committed: ClaimsTsa) -> None:
    page = render(committed.model_dump(mode="json"))
    assert (page.count("✓"), page.count("✗")) == (len(requirements(committed)), 0)
    assert "allow tier `beta`" in page


@pytest.mark.parametrize("name", STEP_LIMITS)
def test_what_is_missed_is_said(committed: ClaimsTsa, name: str) -> None:
    slow = tuple(
        step.model_copy(update={"wall": STEP_LIMITS[name]}) if step.name == name else step for step in committed.steps
    )
    changed = committed.model_copy(update={"steps": slow})
    assert [name in one.what for one in requirements(changed) if not one.met] == [True]
    assert "✗" in render(changed.model_dump(mode="json"))


def test_a_step_is_measured_in_a_process_of_its_own_on_one_core(tmp_path: Path, shared_data: Path) -> None:
    """The first step of the real run, on few rows; a command that crashes is no measurement."""
    source = shared_data / "claims" / "tsa_claims_2010_2013.parquet"
    running.prepare(tmp_path, source, rows=300, validated=400)
    first, *_ = running.steps(300, 10, 400)
    row = running.measured(tmp_path, first).row
    assert (row.name, row.rows, row.code in {0, 1}) == ("validate claims", 400, True)
    assert row.wall > 0
    assert 50e6 < row.peak < 2e9
    shutil.rmtree(tmp_path / "data")
    with pytest.raises(UnavailableError, match="without a verdict"):
        running.measured(tmp_path, running.Step(("pin", "claims", "data/none.parquet"), 0))


def test_a_file_that_is_not_there_is_a_letter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--data", str(tmp_path / "none.parquet")]) == ExitCode.REFUSED
    assert "--data FILE" in capsys.readouterr().err
