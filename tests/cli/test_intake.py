"""``mlops intake``: what a change brings for a dataset that grows, judged in a working tree of its own."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mlops import documents
from mlops.cli.outputs import OUTPUTS
from mlops.errors import ExitCode
from mlops.intake import BatchEntry, Found, IntakeReport, judge, page_of
from tests.actions.shell import read_outputs
from tests.conftest import ROOT, RunCli

BATCH = "claims_batch_20251013.csv"
REPORT = Path("dist", "intake", "intake.json")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with the example's base and one pending batch of it, as the current folder of a job."""
    folder = tmp_path / "tree"
    for name in ("data/claims/claims_20251006.csv", f"data/claims/{BATCH}", "data_manifests/claims_20251006.json",
                 "mlops.toml"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    return folder


def test_a_good_batch_passes_and_the_dataset_that_it_makes_passes_as_a_change_of_its_own(
    tree: Path, run_cli: RunCli, tmp_path: Path
) -> None:
    base = tmp_path / "base"
    shutil.copytree(tree, base)
    outcome = run_cli("intake", "claims", "--base", str(base))
    assert outcome.code == ExitCode.DONE, outcome.out + outcome.err
    report = documents.read(tree / REPORT, IntakeReport)
    assert (report.verdict, report.audit, report.dataset_id) == ("pass", "pass", "claims_20251013")
    assert [(entry.batch, entry.verdict, entry.received) for entry in report.batches] == [(BATCH, "pass", 257)]
    said = read_outputs(tmp_path / "output")
    assert set(said) == set(OUTPUTS["intake"])
    assert (said["verdict"], said["batches"], said["report"]) == ("pass", "1", REPORT.as_posix())
    assert "Claims Gate: pass" in (tmp_path / "summary").read_text(encoding="utf-8")

    # The same files committed by a change: nothing is pending, and integrating again gives the same bytes.
    path = tree / "data_manifests" / "claims_20251013.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["integrated"]["batch_sha256"] = "0" * 64
    path.write_bytes(documents.canonical_json(manifest))
    outcome = run_cli("intake", "claims", "--base", str(base))
    assert outcome.code == ExitCode.FAIL
    assert "is not what integrating" in outcome.out


def future(text: str) -> str:
    """Move the first row's event to the next year."""
    return re.sub(r"(?m)^(CLM-[^\n]*?),2025-(\d\d-\d\d),", r"\1,2026-\2,", text, count=1)


def late(text: str) -> str:
    """Leave the text: it is the file's name that is late."""
    return text


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [(BATCH, future, "future_rows"), ("claims_batch_20251006.csv", late, "it comes late")],
)
def test_a_batch_that_may_not_go_in_is_red(
    tree: Path, run_cli: RunCli, name: str, change: Callable[[str], str], said: str
) -> None:
    path = tree / "data" / "claims" / BATCH
    text = path.read_text(encoding="utf-8")
    path.unlink()
    path.with_name(name).write_text(change(text), encoding="utf-8")
    outcome = run_cli("intake", "claims")
    assert outcome.code == ExitCode.FAIL, outcome.out
    report = documents.read(tree / REPORT, IntakeReport)
    assert report.verdict == "fail"
    assert report.dataset_id == "claims_20251006"
    assert said in outcome.out


def test_a_ledger_that_lost_a_line_is_red(tree: Path, run_cli: RunCli, tmp_path: Path) -> None:
    (tree / "data" / "claims" / BATCH).unlink()
    ledger = tmp_path / "base" / "model_cards" / "claims" / "ledger.jsonl"
    ledger.parent.mkdir(parents=True)
    ledger.write_bytes(b"{}\n")
    outcome = run_cli("intake", "claims", "--base", str(tmp_path / "base"), "--json")
    assert outcome.code == ExitCode.FAIL
    assert "not an extension" in json.loads(outcome.out)["problems"][0]


def test_the_worst_of_all_parts_is_the_verdict() -> None:
    entry = BatchEntry(batch="b", verdict="inconclusive", reason="few rows")
    assert judge(Found([], None, [])) == ("pass", "No batch is pending, and what is committed holds.")
    assert judge(Found([entry], ("pass", ""), [])) == ("inconclusive", "b: few rows")
    assert judge(Found([entry], ("fail", "a leak"), [])) == ("fail", "The audit of the dataset: a leak")
    assert judge(Found([entry], None, ["gone"])) == ("fail", "gone")


def test_no_text_of_a_batch_can_change_the_page() -> None:
    hostile = "</code>\n# pass @team [x](http://evil) <script>`|"
    report = IntakeReport(
        task="claims", verdict="fail", reason=hostile, base=hostile, dataset_id=hostile, dataset_sha256="0" * 64,
        rows=1, audit="pass", audit_reason=hostile, problems=(hostile,),
        batches=(BatchEntry(batch=hostile, verdict="fail", reason=hostile, champion=hostile, notes=(hostile,)),),
    )  # fmt: skip
    page = page_of(report)
    assert not re.search(r"<script|@team|\]\(http|\n# ", page)
    assert page.startswith("## ❌ Claims Gate: fail\n")
