"""The base branch judges: settings in, settings of which no policy is looser out."""

from pathlib import Path

import pytest

from mlops.cli.ratchet import ratchet_settings
from mlops.config import load
from mlops.errors import UsageRefusedError
from mlops.gate import Facts
from tests.cli.chain import Chain
from tests.conftest import RunCli


@pytest.fixture
def base(repository: Path) -> Path:
    """Return the settings of a base branch that asks for more precision."""
    path = repository / "base.toml"
    path.write_text((repository / "mlops.toml").read_text().replace("min = 0.92", "min = 0.97"))
    return path


def test_without_a_base_branch_the_settings_stay(repository: Path) -> None:
    settings = load(repository / "mlops.toml")
    ratcheted = ratchet_settings(settings, None)
    facts = Facts(first_version=True)
    assert ratcheted.settings == settings
    assert ratcheted.tell("er", facts) == facts


def test_the_stricter_policy_judges_and_all_else_is_the_changes_own(repository: Path, base: Path) -> None:
    base.write_text(base.read_text().replace("seed = 42", "seed = 7"))
    settings = load(repository / "mlops.toml")
    ratcheted = ratchet_settings(settings, base)
    task = ratcheted.settings.task("er")
    assert task.policy.criteria["precision"].min == 0.97
    assert task.seed == 42
    facts = ratcheted.tell("er", Facts(first_version=True, notes=("known",)))
    assert [loosened.field for loosened in facts.loosened] == ["criteria.precision.min"]
    assert facts.notes == ("known",)


def test_a_task_that_is_new_says_so_and_one_that_was_dropped_is_not_declared(repository: Path, base: Path) -> None:
    base.write_text(base.read_text().replace("tasks.er", "tasks.claims"))
    ratcheted = ratchet_settings(load(repository / "mlops.toml"), base)
    assert ratcheted.settings == load(repository / "mlops.toml")
    assert "it is new" in ratcheted.tell("er", Facts(first_version=True)).notes[0]
    with pytest.raises(UsageRefusedError):
        ratcheted.settings.task("claims")


def test_a_run_judges_by_it_before_it_trains(chain: Chain, run_cli: RunCli, tmp_path: Path) -> None:
    base = tmp_path / "base.toml"
    base.write_text((chain.repository / "mlops.toml").read_text().replace("min = 0.92", "min = 0.97"))
    outcome = run_cli("run", "er", "--base-config", base, "--min-precision", "0.95", "--out", tmp_path / "out")
    assert outcome.code == 2
    assert "0.97" in outcome.err
    assert "0.95" in outcome.err
    base.write_text("")
    outcome = run_cli("run", "er", "--base-config", base, "--out", tmp_path / "out")
    assert outcome.code == 2
    assert "policy of the base branch cannot be read" in outcome.err
    assert not (tmp_path / "out").exists()
