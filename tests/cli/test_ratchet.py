"""The base branch judges: settings in, settings of which no policy is looser out."""

import json
import shutil
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
    path = repository / "base" / "mlops.toml"
    path.parent.mkdir()
    path.write_text((repository / "mlops.toml").read_text().replace("min = 0.92", "min = 0.97"))
    return path


def test_without_a_base_branch_the_settings_stay(repository: Path) -> None:
    settings = load(repository / "mlops.toml")
    ratcheted = ratchet_settings(settings, repository, None)
    facts = Facts(first_version=True)
    assert ratcheted.settings == settings
    assert ratcheted.tell("er", facts) == facts


def test_the_stricter_policy_judges_and_all_else_is_the_changes_own(repository: Path, base: Path) -> None:
    base.write_text(base.read_text().replace("seed = 42", "seed = 7"))
    settings = load(repository / "mlops.toml")
    ratcheted = ratchet_settings(settings, repository, base.parent)
    task = ratcheted.settings.task("er")
    assert task.policy.criteria["precision"].min == 0.97
    assert task.seed == 42
    facts = ratcheted.tell("er", Facts(first_version=True, notes=("known",)))
    assert [loosened.field for loosened in facts.loosened] == ["criteria.precision.min"]
    assert facts.notes == ("known",)


def test_a_task_that_is_new_says_so_and_one_that_was_dropped_is_not_declared(repository: Path, base: Path) -> None:
    renamed = base.read_text().replace("tasks.er", "tasks.other").replace('variables = "er"', 'variables = "other"')
    base.write_text(renamed)
    ratcheted = ratchet_settings(load(repository / "mlops.toml"), repository, base.parent)
    assert ratcheted.settings == load(repository / "mlops.toml")
    assert "it is new" in ratcheted.tell("er", Facts(first_version=True)).notes[0]
    with pytest.raises(UsageRefusedError):
        ratcheted.settings.task("other")


def test_a_run_judges_by_it_before_it_trains(chain: Chain, run_cli: RunCli, tmp_path: Path) -> None:
    base = tmp_path / "base" / "mlops.toml"
    base.parent.mkdir()
    base.write_text((chain.repository / "mlops.toml").read_text().replace("min = 0.92", "min = 0.97"))
    outcome = run_cli("run", "er", "--base", base.parent, "--min-precision", "0.95", "--out", tmp_path / "out")
    assert outcome.code == 2
    assert "0.97" in outcome.err
    assert "0.95" in outcome.err
    base.write_text("")
    outcome = run_cli("run", "er", "--base", base.parent, "--out", tmp_path / "out")
    assert outcome.code == 2
    assert "policy of the base branch cannot be read" in outcome.err
    assert not (tmp_path / "out").exists()


def test_another_split_is_told(repository: Path, base: Path) -> None:
    base.write_text(base.read_text().replace("test_share = 0.2", "test_share = 0.3"))
    ratcheted = ratchet_settings(load(repository / "mlops.toml"), repository, base.parent)
    assert any("another examination" in note for note in ratcheted.tell("er", Facts(first_version=True)).notes)


def test_a_base_branch_without_settings_makes_every_task_new(repository: Path, tmp_path: Path) -> None:
    settings = load(repository / "mlops.toml")
    (tmp_path / "empty").mkdir()
    ratcheted = ratchet_settings(settings, repository, tmp_path / "empty")
    assert ratcheted.settings == settings
    assert "it is new" in ratcheted.tell("er", Facts(first_version=True)).notes[0]


def test_a_change_cannot_hide_the_model_in_production(chain: Chain, run_cli: RunCli) -> None:
    base = chain.repository / "base"
    (base / "model_cards").mkdir(parents=True)
    shutil.copy(chain.repository / "mlops.toml", base)
    assert run_cli("gate", chain.artifact, "--base", base).code == chain.code
    served = {"schema_version": 1, "environments": {"production": {"er": "er_20250101"}}}
    (base / "model_cards" / "environments.json").write_text(json.dumps(served))
    outcome = run_cli("gate", chain.artifact, "--base", base, "--json")
    report = json.loads(outcome.out)
    assert outcome.code in {1, 4}
    assert not report["first_version"]
    assert {change["verdict"] for change in report["changes"]} == {"inconclusive"}
    assert any("er_20250101 is in production" in warning for warning in report["warnings"])


def test_a_change_cannot_shorten_the_ledger(chain: Chain, run_cli: RunCli) -> None:
    base = chain.repository / "base"
    assert run_cli("gate", chain.artifact, "--record").code == chain.code
    (base / "model_cards").mkdir(parents=True)
    ledger = chain.repository / "model_cards" / "judged.jsonl"
    line = ledger.read_text()
    model = json.loads(line)["model_sha256"]
    (base / "model_cards" / "judged.jsonl").write_text(line.replace(model, "0" * 64))
    ledger.unlink()
    report = json.loads(run_cli("gate", chain.artifact, "--base", base, "--json").out)
    assert report["holdout"]["models"] == 2
