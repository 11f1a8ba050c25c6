"""A fault is told as its kind asks for, on stderr and on the run's page."""

import tomllib
from pathlib import Path

import click
import pytest

from mlops.cli import faults
from mlops.errors import ConflictError, ExitCode, InputRefusedError, UsageRefusedError
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
    error = ModuleNotFoundError("No module named 's3fs'", name="s3fs.core")
    assert faults.tell(error) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert "pip install 'precision-gate[s3]'" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("name", ["mlops.nowhere", "numpy.no_such_part", None])
def test_any_other_missing_module_is_a_bug(name: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert faults.tell(ModuleNotFoundError("No module", name=name)) == ExitCode.BUG
    assert "ModuleNotFoundError" in capsys.readouterr().err


def test_every_package_of_every_extra_is_known(root: Path) -> None:
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    distributions = {"sklearn": "scikit-learn", "github": "pygithub", "prometheus_client": "prometheus-client"}
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


def test_a_letter_about_data_points_at_the_hash_of_its_manifest(repository: Path) -> None:
    manifest = repository / "data_manifests" / "er_20251020.json"
    manifest.parent.mkdir()
    manifest.write_text('{\n  "rows": 3,\n  "sha256": "x"\n}\n', encoding="utf-8")
    error = InputRefusedError("The data are others.", file="data/x.parquet", field="labels")
    assert faults.place_of(error, repository) == ("data/x.parquet", 0)
    error.manifest = str(manifest)
    assert faults.place_of(error, repository) == ("data_manifests/er_20251020.json", 3)
    assert faults.place_of(error, repository.parent) == ("repository/data_manifests/er_20251020.json", 3)


def test_a_letter_about_a_setting_points_at_its_line(repository: Path) -> None:
    settings = repository / "mlops.toml"
    error = UsageRefusedError("This is no rate.", file=settings, field="tasks.er.policy.criteria.recall.min")
    file, line = faults.place_of(error, repository)
    assert (file, settings.read_text(encoding="utf-8").splitlines()[line - 1]) == ("mlops.toml", "min = 0.88")


@pytest.mark.parametrize("file", ["", "..", ".", "/etc/passwd", "../x.json", "a\nb.toml"])
def test_a_letter_about_what_lies_elsewhere_has_no_place(repository: Path, file: str) -> None:
    assert faults.place_of(InputRefusedError("x", file=file, field="a"), repository) == ("", 0)


def test_a_place_that_cannot_be_read_is_none(repository: Path) -> None:
    (repository / "folder.json").mkdir()
    (repository / "wild.json").write_bytes(b"\xff{{{" + b"[" * 1_000)
    for name in ("folder.json", "wild.json", "absent.toml", "model.bin"):
        assert faults.place_of(InputRefusedError("x", file=name, field="a"), repository) == (name, 0)


def test_a_refusal_is_annotated_where_it_belongs(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    faults.tell(UsageRefusedError("This is no rate.", file="mlops.toml", field="tasks.er.seed"))
    line = (repository / "mlops.toml").read_text(encoding="utf-8").splitlines().index("seed = 42") + 1
    assert f"::error title=mlops,file=mlops.toml,line={line}::This is no rate." in capsys.readouterr().err
