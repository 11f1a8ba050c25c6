"""What every test may ask for: a repository to stand in, the command line, the optional public data."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# No test is timed, examples of property tests included: machines are shared. On CI hypothesis repeats its examples.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
LONG = frozenset({"test_runbook_serving.py", "test_published_data.py"})
"""Files that take a minute each, beside the end-to-end tests."""
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer what takes too long for every run."""
    parser.addoption(
        "--all-data",
        action="store_true",
        help="Learn from every public dataset whole and ask for quality: see tests/cli/test_published_data.py",
    )


def pytest_xdist_auto_num_workers() -> int:
    """Have one worker more than there are cores: many a test waits, for a process or for seconds of silence."""
    return 1 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: on several cores the others fill the time beside them."""
    items.sort(key=lambda item: ("e2e" not in item.path.parts, item.path.name not in LONG))


@dataclass(frozen=True)
class Outcome:
    """What a run of the command line left: its exit code, its stdout and its stderr."""

    code: int
    out: str
    err: str


RunCli = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Take away what a developer's shell or a runner would whisper to the code under test."""
    for name in list(os.environ):
        if name.startswith(("MLOPS_", "GITHUB_", "GIT_")):
            monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of this repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of the real public datasets; skip where they are not at hand."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the public datasets are not beside the repository (../shared/data)")
    return SHARED_DATA


@pytest.fixture(scope="module")
def few_trees() -> Iterator[None]:
    """Train small models in this process, for tests that ask nothing about their quality: see ``tests/small.py``."""
    from tests.small import few_trees  # noqa: PLC0415  # tests of lower modules do not need the learner

    with few_trees():
        yield


def git(folder: Path, *arguments: str) -> str:
    """Run git in ``folder`` as a named author and return its stdout, stripped."""
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603  # fixed words


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a fresh git repository that holds ``mlops.toml``, committed; it is the current folder."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    shutil.copy(ROOT / "mlops.toml", folder)
    git(folder, "add", "mlops.toml")
    git(folder, "commit", "--quiet", "--message=Declare the state")
    monkeypatch.chdir(folder)
    yield folder
    monkeypatch.chdir(ROOT)


@pytest.fixture
def run_cli(capsys: pytest.CaptureFixture[str]) -> RunCli:
    """Return a function that runs ``mlops`` with the given arguments in this process and captures what it said."""
    from mlops.cli.main import run  # noqa: PLC0415  # tests of lower modules do not need the command line

    def call(*arguments: str | Path) -> Outcome:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return call
