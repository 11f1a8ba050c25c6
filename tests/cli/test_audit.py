"""``mlops audit``: what it writes, tells and refuses. What is measured has tests of its own (``tests/auditing``)."""

import json
import re
import shutil
from pathlib import Path

import pytest

from mlops import documents
from mlops.auditing import AuditReport
from mlops.cli.outputs import OUTPUTS
from tests.cli.job import enter
from tests.conftest import ROOT, RunCli
from tests.tables import assert_refused, picture

ID = "claims_20251006"
BATCH = "claims_batch_20251013.csv"
REPORTS = Path("dist", "gates", ID)


@pytest.fixture
def tree(repository: Path) -> Path:
    """Return a repository with the pinned example claims and a batch."""
    for name in (f"data/claims/{ID}.csv", f"data/claims/{BATCH}", f"data_manifests/{ID}.json"):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, repository / name)
    return repository


def test_a_pinned_dataset_passes_and_tells_the_job(
    tree: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enter(monkeypatch, tmp_path / "job", tree)
    outcome = run_cli("audit", "claims")
    report = documents.read(tree / REPORTS / "audit.json", AuditReport)
    assert (outcome.code, report.verdict, report.dataset_id, report.base) == (0, "pass", ID, None)
    assert {one.metric for one in report.criteria} == {
        "constant_features", "id_like_features", "single_feature_auc", "rank_correlation", "told_apart",
        "newest_told_apart", "stability", "twins", "serving_parity",
    }  # fmt: skip
    assert outcome.out.startswith(f"pass: audit of {ID}, {report.rows:,} rows\nAll 9 demands are met.\n")
    assert set(job.outputs) == set(OUTPUTS["audit"])
    assert job.outputs["verdict"] == "pass"
    assert "## Audit of the features of" in job.summary
    assert "All 9 demands are met." in job.summary


def test_a_batch_is_the_newest_block_and_leaves_the_report_of_its_base_alone(tree: Path, run_cli: RunCli) -> None:
    outcome = run_cli("audit", "claims", "--data-path", f"data/claims/{BATCH}", "--base", ID, "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, told["verdict"], told["base"], told["dataset_id"]) == (0, "pass", ID, "")
    assert told["neighbours"][-1]["rows"] == 257
    assert [path.name for path in (tree / REPORTS).iterdir()] == ["batch_audit.json"]


def test_a_marker_of_the_batch_fails_and_is_named(tree: Path, run_cli: RunCli) -> None:
    text = (tree / "data" / "claims" / BATCH).read_text(encoding="utf-8")
    (tree / "new.csv").write_text(re.sub(",(DE|UK|FR|IT|ES|US),", r",amazon.\1,", text), encoding="utf-8")
    outcome = run_cli("audit", "claims", "--data-path", "new.csv", "--output", "audit.json")
    report = documents.read(tree / "audit.json", AuditReport)
    assert (outcome.code, report.verdict) == (1, "fail")
    stability = next(one for one in report.criteria if one.metric == "stability")
    assert stability.reason.startswith("marketplace moved between neighbouring blocks")


@pytest.mark.parametrize(
    ("batch", "code"),
    [
        ("claim_id\n1\n", 3),
        ("{header}\n", 3),
        ("{header}\nC1,S1,O1,soon{commas}\n", 3),
        ("claim_id;seller_id\n1;2\n", 3),
        ("\ufeff\0", 3),
        (None, 3),
    ],
    ids=["other columns", "no rows", "no days", "wrong delimiter", "no text", "no file"],
)
def test_bad_batches_are_refused_and_change_nothing(tree: Path, run_cli: RunCli, batch: str | None, code: int) -> None:
    header = (tree / "data" / "claims" / BATCH).read_text(encoding="utf-8").splitlines()[0]
    if batch is not None:
        commas = "," * (header.count(",") - 3)
        (tree / "new.csv").write_text(batch.format(header=header, commas=commas), encoding="utf-8")
    before = picture(tree)
    assert_refused(run_cli("audit", "claims", "--data-path", "new.csv"), code)
    assert picture(tree) == before


def test_a_task_without_a_contract_and_an_unknown_dataset_are_refused(tree: Path, run_cli: RunCli) -> None:
    before = picture(tree)
    assert run_cli("audit", "er").code == 2
    assert run_cli("audit", "claims", "--dataset", "claims_20200101").code in {2, 3}
    assert picture(tree) == before
