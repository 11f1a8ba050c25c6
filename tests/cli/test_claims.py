"""The second task goes the whole way through the verbs that the first one uses, from a file to a checked card."""

import json
import re
from datetime import date
from pathlib import Path

import pyarrow.csv as pc
import pytest

from mlops.cli.plugs import open_task, task_names
from mlops.config import load
from mlops.errors import UsageRefusedError
from mlops.tasks.claims.generator import CERTIFIABLE, Span, generate
from tests.conftest import RunCli

pytestmark = pytest.mark.usefixtures("few_trees")

DATA = "data/claims_20251006.csv"


@pytest.fixture
def claims(repository: Path) -> Path:
    """Return a repository that holds a file of claims."""
    (repository / "data").mkdir()
    span = Span(date(2025, 1, 6), date(2025, 9, 28))
    pc.write_csv(generate(900, 7, setting=CERTIFIABLE, span=span, as_of=date(2025, 10, 6)), repository / DATA)
    return repository


def test_claims_go_from_a_file_to_a_checked_card(claims: Path, run_cli: RunCli) -> None:
    artifact = "dist/claims_20251006"
    for words in (
        ("pin", "claims", DATA, "--source", "made up", "--licence", "CC0-1.0"),
        ("train", "claims"),
        ("evaluate", artifact),
        ("gate", artifact),
        ("card", artifact),
        ("card", "--check"),
        ("check",),
    ):
        outcome = run_cli(*words)
        assert outcome.code == 0, outcome.err + outcome.out
    pinned = json.loads((claims / "data_manifests" / "claims_20251006.json").read_text(encoding="utf-8"))
    assert pinned["label_column"] == "claimable"
    assert set(pinned["labels"]) == {"0", "1"}
    assert run_cli("verify").code == 0
    page = (claims / "model_cards" / "claims_20251006.md").read_text(encoding="utf-8")
    assert re.search(r"^\| Split \| .* method: by date, set aside from \S+ tested from ", page, re.MULTILINE)
    assert not re.search(r"\bpairs?\b|\bentity\b", page.replace("entity type where the task has one", ""))
    record = json.loads((claims / artifact / "training.json").read_text(encoding="utf-8"))
    assert {"split_test_from", "split_sha256", "feature_schema_sha256", "out_of_fold_auc"} <= set(record["facts"])
    assert not {"claim_id", "seller_id", "reimbursed_amount"} & {feature["name"] for feature in record["features"]}


def test_a_trial_runs_the_whole_chain_on_a_file_that_is_not_pinned(claims: Path, run_cli: RunCli) -> None:
    outcome = run_cli("run", "claims", "--data", DATA, "--json")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["verdict"] == "pass"
    assert (claims / "dist" / "claims_20251006" / "claims_20251006.json").is_file()


def test_every_folder_of_tasks_has_a_plug_of_its_name_and_every_declared_task_a_folder(root: Path) -> None:
    assert [open_task(name).name for name in task_names()] == list(task_names())
    assert set(load(root / "mlops.toml").tasks) == set(task_names())
    with pytest.raises(UsageRefusedError) as refusal:
        open_task("fraud")
    assert refusal.value.expected == "claims or er"
