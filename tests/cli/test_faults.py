"""A fault is told as its kind asks for, on stderr and on the run's page."""

import tomllib
from pathlib import Path

import click
import pytest

from mlops.cli import faults
from mlops.errors import ConflictError, ExitCode, InputRefusedError
from tests.conftest import RunCli


@pytest.fixture
def inside_actions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Pretend to be a step of GitHub Actions; return the file of its summary."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    return tmp_path / "summary"


def test_a_letter_goes_to_stderr_and_gives_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert faults.tell(ConflictError("The id is taken.", fix="Take another.")) == ExitCode.CONFLICT
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "mlops: The id is taken.\n  do now: Take another.\n"


def test_inside_actions_the_letter_is_on_the_runs_page(
    inside_actions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faults.tell(InputRefusedError("The hash does not hold.", file="x.parquet"))
    said = capsys.readouterr()
    assert "::error title=mlops,file=x.parquet::The hash does not hold.%0A" in said.err
    assert said.out == ""
    assert "exit code 3" in inside_actions.read_text(encoding="utf-8")


def test_wrong_usage_is_on_the_runs_page_too(inside_actions: Path, run_cli: RunCli) -> None:
    assert run_cli("schema", "--no-such-option").code == ExitCode.USAGE
    assert "--no-such-option" in inside_actions.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_does_not_hide_the_letter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "such" / "folder"))
    assert faults.tell(InputRefusedError("The hash does not hold.")) == ExitCode.REFUSED
    assert "The hash does not hold." in capsys.readouterr().err


def test_a_package_that_an_extra_brings_is_named_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    error = ModuleNotFoundError("No module named 'github'", name="github.Auth")
    assert faults.tell(error) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "pip install 'precision-gate[bot]'" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["mlops.nowhere", "numpy.no_such_part", None])
def test_any_other_missing_module_is_a_bug(name: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert faults.tell(ModuleNotFoundError("No module", name=name)) == ExitCode.BUG
    assert "ModuleNotFoundError" in capsys.readouterr().err


def test_every_package_of_every_extra_is_known(root: Path) -> None:
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    distributions = {"sklearn": "scikit-learn", "github": "pygithub"}
    for package, extra in faults.EXTRAS.items():
        names = [line.partition(">")[0] for line in extras[extra]]
        assert distributions.get(package, package) in names


@pytest.mark.parametrize("error", [click.Abort(), KeyboardInterrupt()])
def test_an_interrupted_run_says_that_nothing_is_half_done(
    error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    assert faults.tell(error) == 130
    assert "as it was before" in capsys.readouterr().err


@pytest.mark.parametrize("error", [ValueError("x"), AssertionError(), MemoryError(), RecursionError(), OSError(5, "x")])
def test_a_crash_never_looks_like_a_verdict(
    error: BaseException, inside_actions: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert faults.tell(error) == ExitCode.BUG
    said = capsys.readouterr().err
    assert type(error).__name__ in said
    assert "bug in mlops, and no verdict" in said
    assert "exit code 70" in inside_actions.read_text(encoding="utf-8")
