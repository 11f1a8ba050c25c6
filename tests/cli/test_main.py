"""The command ``mlops``: instant help, environment twins, and an exit code for every way to end."""

import os
import subprocess
import sys

import click
import pytest

from mlops import __version__
from mlops.cli.main import LazyGroup, cli, main, name_twins
from mlops.cli.verbs import GROUPS, VERBS
from mlops.errors import ExitCode
from tests.conftest import RunCli

HEAVY = {"numpy", "pandas", "pyarrow", "pydantic", "sklearn", "scipy", "skops", "rapidfuzz", "fsspec", "jinja2", "rich"}


def python(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run this interpreter on ``arguments`` in an environment of its own."""
    return subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, *arguments], check=False, capture_output=True, text=True, env={**os.environ, **environ}
    )


def test_help_lists_every_verb_under_a_heading(run_cli: RunCli) -> None:
    outcome = run_cli("--help")
    assert outcome.code == 0
    for heading, names in GROUPS.items():
        assert f"{heading}:" in outcome.out
        assert all(f"  {name}" in outcome.out for name in names)
    assert all(verb.summary.split()[0] in outcome.out for verb in VERBS.values())


def test_every_verb_stands_under_exactly_one_heading() -> None:
    listed = [name for names in GROUPS.values() for name in names]
    assert sorted(listed) == sorted(VERBS)


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from mlops.cli.main import run; run(['--help']); print('|', *sorted(sys.modules))"
    done = python("-c", code)
    loaded = {name.partition(".")[0] for name in done.stdout.rpartition("|")[2].split()}
    assert "click" in loaded
    assert not loaded & HEAVY
    assert "mlops.cli.train" not in done.stdout.rpartition("|")[2].split()


def test_no_verb_needs_the_learner_to_read_its_options() -> None:
    code = (
        "import sys; from mlops.cli.main import cli; from mlops.cli.verbs import VERBS\n"
        "for name in VERBS:\n    assert cli.get_command(None, name).params is not None\n"
        "print(*sorted(sys.modules))"
    )
    loaded = python("-c", code).stdout.split()
    assert {"mlops.cli.run", "mlops.cli.audit", "mlops.cli.explain"} <= {*loaded}
    assert not {"sklearn", "rapidfuzz", "skops"} & {*loaded}


def test_the_version_is_the_packages(run_cli: RunCli) -> None:
    assert run_cli("--version").out == f"mlops, version {__version__}\n"


def test_the_module_is_the_command() -> None:
    assert python("-m", "mlops", "--version").stdout == f"mlops, version {__version__}\n"


@pytest.mark.parametrize("arguments", [["trian"], ["schema", "--no-such-option"], ["schema", "a", "b"], []])
def test_wrong_usage_ends_with_2(arguments: list[str], run_cli: RunCli) -> None:
    outcome = run_cli(*arguments)
    assert outcome.code == ExitCode.USAGE
    assert outcome.out == ""
    assert "mlops" in outcome.err


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> click.Command:
    """Return a verb ``probe`` that the command line knows for the length of a test."""

    @click.command("probe")
    @click.option("--min-precision", type=float)
    @click.option("--json", "as_json", is_flag=True)
    @click.option("--name", type=click.Choice(["a", "b"]))
    def probe(min_precision: float | None, as_json: bool, name: str | None) -> int:
        click.echo(f"{min_precision} {as_json} {name}")
        return 4

    name_twins(probe, "MLOPS_probe")
    usual = LazyGroup.get_command
    monkeypatch.setattr(
        LazyGroup, "get_command", lambda self, ctx, name: probe if name == "probe" else usual(self, ctx, name)
    )
    return probe


@pytest.mark.usefixtures("verb")
def test_a_verbs_number_is_the_exit_code(run_cli: RunCli) -> None:
    assert run_cli("probe").code == ExitCode.INCONCLUSIVE


@pytest.mark.usefixtures("verb")
def test_every_option_has_a_twin_that_is_spelled_as_it_is(run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_PROBE_MIN_PRECISION", "0.5")
    monkeypatch.setenv("MLOPS_PROBE_JSON", "true")
    monkeypatch.setenv("MLOPS_PROBE_NAME", "b")
    assert run_cli("probe").out == "0.5 True b\n"
    assert run_cli("probe", "--min-precision", "0.7").out == "0.7 True b\n"


@pytest.mark.usefixtures("verb")
def test_an_empty_twin_means_not_given(run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in ("MIN_PRECISION", "JSON", "NAME"):
        monkeypatch.setenv(f"MLOPS_PROBE_{option}", "")
    assert run_cli("probe").out == "None False None\n"


@pytest.mark.usefixtures("verb")
@pytest.mark.parametrize("option", ["--min-precision", "--name"])
def test_an_explicitly_empty_option_is_refused(option: str, run_cli: RunCli) -> None:
    outcome = run_cli("probe", option, "")
    assert outcome.code == ExitCode.USAGE
    assert option in outcome.err


@pytest.mark.usefixtures("verb")
def test_a_wrong_twin_is_refused_as_the_option_is(run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_PROBE_MIN_PRECISION", "high")
    assert run_cli("probe").code == ExitCode.USAGE


def test_twins_of_sub_verbs_carry_both_names() -> None:
    @click.group("data")
    def data() -> None: ...

    @data.command("generate")
    @click.option("--rows", type=int)
    def generate(rows: int) -> None:
        del rows

    name_twins(data, "MLOPS_data")
    assert [option.envvar for option in generate.params] == ["MLOPS_DATA_GENERATE_ROWS"]


@pytest.mark.parametrize("name", list(VERBS))
def test_every_verb_exists_and_describes_its_options(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    verbs = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
    for each in verbs:
        assert each.help, f"{name} has no description"
        for option in each.params:
            if isinstance(option, click.Option):
                assert option.help, f"{option.opts} of {name} has no help text"
                assert str(option.envvar).startswith(f"MLOPS_{name.upper()}_")


@pytest.mark.parametrize("arguments", [["schema", "gatereport"], ["--help"], ["--version"]])
def test_a_closed_stdout_is_quiet_and_no_verdict(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "mlops", *arguments]
    done = subprocess.run(command, check=False, stdout=writing, stderr=subprocess.PIPE)  # noqa: S603  # our own interpreter
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_closed_stderr_does_not_change_the_exit_code() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "mlops", "schema", "nonsense"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=writing)  # noqa: S603  # our own interpreter
    os.close(writing)
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, b"")


def test_a_narrow_encoding_does_not_crash() -> None:
    code = "import mlops.cli.main as m; m.run = lambda _: print('漢') or 0; m.main([])"
    done = python("-c", code, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (0, "\\u6f22\n")


def test_main_ends_the_process_with_the_exit_code() -> None:
    with pytest.raises(SystemExit) as end:
        main(["trian"])
    assert end.value.code == ExitCode.USAGE
