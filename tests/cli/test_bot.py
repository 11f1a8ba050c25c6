"""``mlops bot``: the verbs are there, start without the learner, and refuse before they ask GitHub."""

import subprocess
import sys

import pytest

from mlops.cli.bot import command
from mlops.errors import ExitCode
from tests.conftest import ROOT, RunCli

VERBS = ("artifact", "check", "comment", "deployment", "publish", "release", "variables")


def test_the_group_has_its_verbs() -> None:
    assert sorted(command.commands) == sorted(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(run_cli: RunCli, verb: str) -> None:
    outcome = run_cli("bot", verb, "--help")
    assert outcome.code == ExitCode.DONE
    assert "--deadline" in outcome.out
    assert "--json" in outcome.out


def test_the_bot_starts_without_numbers_tables_or_models() -> None:
    script = (
        "import sys, mlops.cli.bot\n"
        "print([name for name in ('numpy', 'pandas', 'pyarrow', 'scipy', 'sklearn', 'skops') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603  # our own script
    assert done.stdout.strip() == "[]"


def test_help_of_mlops_does_not_load_the_bot() -> None:
    script = "import sys\nfrom mlops.cli.main import run\nrun(['--help'])\nassert 'github' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=ROOT)  # noqa: S603  # our own script
