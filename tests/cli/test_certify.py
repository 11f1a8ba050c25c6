"""``mlops certify``: exit codes, the ledger's file, and what is refused. What is measured has tests of its own."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mlops import checksums, documents, evaluation
from mlops.artifact import CERTIFICATION, EVALUATION, METRICS, MODEL, TRAINING
from mlops.certification import keeping
from mlops.certification.document import CertificationReport, Performance
from mlops.certification.ledger import Ledger
from mlops.cli import certifying
from mlops.config import Policy
from mlops.crossval.document import CrossvalReport, Summary
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.manifest import Manifest
from tests.certification.scenes import ledger, lift, performance, red, report, settings
from tests.cli.job import enter
from tests.conftest import ROOT, RunCli, git
from tests.scored import MODEL_BYTES, THRESHOLD, scored, training_of
from tests.tables import assert_refused, picture

ID = "claims_20251006"
LEDGER = Path("model_cards", "claims", "ledger.jsonl")
RED = performance(lifts=(lift("majority", 0.0, 0.0), lift("one_rule")))


def pinned(repository: Path) -> Manifest:
    """Pin the example claims in ``repository`` as they are pinned here."""
    (repository / "data_manifests").mkdir(exist_ok=True)
    shutil.copy(ROOT / "data_manifests" / f"{ID}.json", repository / "data_manifests")
    return documents.read(repository / "data_manifests" / f"{ID}.json", Manifest)


def write_artifact(repository: Path) -> Path:
    """Write the artifact of a model of the example claims, and what the three gates before said."""
    manifest, folder, rows = pinned(repository), repository / "dist" / ID, scored(tp=20, fp=1, fn=1, tn=13)
    changes = {"task": "claims", "model_id": ID, "dataset_id": ID, "dataset_sha256": manifest.sha256}
    folder.mkdir(parents=True)
    documents.write_bytes(folder / MODEL, MODEL_BYTES)
    documents.write(folder / TRAINING, training_of(rows).model_copy(update=changes))
    data = evaluation.write(folder / EVALUATION, rows)
    found = evaluation.measure(
        rows, task="claims", model_id=ID, dataset_sha256=manifest.sha256, model_sha256=sha256_bytes(MODEL_BYTES),
        evaluation_sha256=sha256_bytes(data), threshold=THRESHOLD, policy=Policy(criteria={}),
    )  # fmt: skip
    documents.write(folder / METRICS, found)
    checksums.write(folder, (MODEL, TRAINING, EVALUATION, METRICS))
    return folder


@pytest.fixture
def artifact(repository: Path) -> Path:
    return write_artifact(repository)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that says what measuring finds, and that the gates before passed: nothing is trained here."""

    def say(found: Performance) -> None:
        monkeypatch.setattr(certifying, "measured", lambda *_: found)
        monkeypatch.setattr(
            certifying, "read_gates", lambda *_: {"validation": "pass", "audit": "pass", "crossval": "pass"}
        )

    return say


def test_a_green_run_is_recorded_once(
    repository: Path, artifact: Path, measured: Callable[..., None], run_cli: RunCli
) -> None:
    measured(performance())
    outcome = run_cli("certify", "claims", "--record")
    assert outcome.code == 0, outcome.err
    assert "The run counts." in outcome.out
    assert "Counting green runs in a row: 1; 3 certify." in outcome.out
    kept = documents.read(artifact / CERTIFICATION, CertificationReport)
    line = keeping.read(repository / LEDGER).runs[0]
    assert (kept.as_of, line.dataset_id, line.counts) == ("2025-10-06", ID, True)
    before = picture(repository)
    measured(performance(latency=None))  # the clock says something else each time
    again = run_cli("certify", "claims", str(artifact), "--record")
    assert (again.code, picture(repository)) == (0, before)
    assert "recorded already as run 1" in again.err


def test_without_record_the_ledger_stays_as_it_is(
    repository: Path, artifact: Path, measured: Callable[..., None], run_cli: RunCli
) -> None:
    measured(performance())
    outcome = run_cli("certify", "claims", "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, told["counts"], told["status"]["attempts"]) == (0, True, 0)
    assert (artifact / CERTIFICATION).exists()
    assert not (repository / LEDGER).exists()


@pytest.mark.parametrize(("found", "code"), [(performance(), 0), (RED, 1), (performance(chance=None), 4)])
def test_the_exit_code_is_the_verdict(
    artifact: Path, measured: Callable[..., None], run_cli: RunCli, found: Performance, code: int
) -> None:
    del artifact
    measured(found)
    assert run_cli("certify", "claims", "--record").code == code


@pytest.mark.usefixtures("artifact")
def test_a_repeat_is_green_and_does_not_count(measured: Callable[..., None], run_cli: RunCli) -> None:
    measured(performance())
    assert run_cli("certify", "claims", "--record", "--run-url", "runs/1").code == 0
    outcome = run_cli("certify", "claims", "--record", "--run-url", "runs/2")
    assert outcome.code == 4
    assert "The run does not count. The same dataset was certified before, in run 1 of 2025-10-06" in outcome.out
    assert "2 runs recorded, 1 of them on a dataset that was certified before." in outcome.out


@pytest.mark.usefixtures("artifact")
def test_three_greens_on_one_dataset_certify_nothing(measured: Callable[..., None], run_cli: RunCli) -> None:
    measured(performance())
    codes = [run_cli("certify", "claims", "--record", "--run-url", f"runs/{number}").code for number in range(3)]
    assert codes == [0, 4, 4]
    told = json.loads(run_cli("certify", "claims", "--status", "--as-of", "20251006", "--json").out)
    assert (told["attempts"], told["replicates"], told["streak"], told["tier"]) == (3, 2, 1, "beta")


def test_a_report_is_kept_beside_a_card_and_never_replaced(
    repository: Path, artifact: Path, measured: Callable[..., None], run_cli: RunCli
) -> None:
    del artifact
    beside = repository / "model_cards" / ID
    beside.mkdir(parents=True)
    measured(performance())
    run_cli("certify", "claims", "--record", "--run-url", "runs/1")
    first = (beside / CERTIFICATION).read_bytes()
    run_cli("certify", "claims", "--record", "--run-url", "runs/2")
    assert (beside / CERTIFICATION).read_bytes() == first
    assert "1 reports judged again" in run_cli("certify", "claims", "--check").out
    (beside / CERTIFICATION).write_bytes(first.replace(b'"rows": 2200', b'"rows": 9200'))
    outcome = run_cli("certify", "claims", "--check")
    assert_refused(outcome, 3, "No line of the ledger is about this report.")


@pytest.mark.usefixtures("artifact")
def test_a_job_gets_outputs_and_a_summary(
    repository: Path, measured: Callable[..., None], run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(performance())
    job = enter(monkeypatch, repository.parent / "job", repository)
    assert run_cli("certify", "claims", "--record").code == 0
    assert job.outputs["verdict"] == "pass"
    assert (job.outputs["counts"], job.outputs["tier"], job.outputs["streak"]) == ("true", "beta", "1")
    assert job.outputs["report"] == f"dist/{ID}/certification.json"
    assert "| cv_mean | 99.0 % | ≥ 94 % |" in job.summary


def crossval(dataset_sha256: str) -> CrossvalReport:
    flat = Summary(mean=0.9, sd=0.0, folds=2)
    return CrossvalReport(
        task="claims", dataset_sha256=dataset_sha256, verdict="pass", reason="All met.", confidence=0.95,
        embargo_days=14, mature_until=None, folds=(), accuracy=flat, auc=None, log_loss=flat, criteria=(),
    )  # fmt: skip


def test_the_documents_of_the_gates_must_be_about_the_same_data(artifact: Path, repository: Path) -> None:
    manifest, elsewhere = pinned(repository), repository / "dist" / "gates"
    documents.write(elsewhere / "crossval.json", crossval(manifest.sha256))
    assert certifying.read_gates((artifact, elsewhere), manifest) == {"crossval": "pass"}
    documents.write(artifact / "crossval.json", crossval("0" * 64))
    with pytest.raises(InputRefusedError, match="about other data than the model") as refusal:
        certifying.read_gates((artifact, elsewhere), manifest)
    assert (refusal.value.field, refusal.value.found) == ("dataset_sha256", "0" * 64)


def write_ledger(repository: Path, found: Ledger) -> Path:
    documents.write_bytes(repository / LEDGER, found.data)
    return repository / LEDGER


def test_the_status_of_a_day(repository: Path, run_cli: RunCli) -> None:
    write_ledger(repository, ledger(report(0), report(1), report(2)))
    outcome = run_cli("certify", "claims", "--status", "--as-of", "20260315")
    assert outcome.code == 0
    assert "Tier on 2026-03-15: minimum\nHeld by claims_20251215 until 2026-03-15." in outcome.out
    late = run_cli("certify", "claims", "--status", "--as-of", "20260316", "--json")
    assert json.loads(late.out)["tier"] == "none"


def test_a_policy_changed_in_the_middle_of_a_streak_restarts_it(repository: Path, run_cli: RunCli) -> None:
    """Nothing of the old policy's is left: two greens under it and one under the new one are a streak of one."""
    path = repository / "mlops.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("streak = 3 ", "streak = 2 "), encoding="utf-8")
    new = settings().model_copy(update={"streak": 2})
    words = ("certify", "claims", "--status", "--as-of", "20251220", "--json")
    write_ledger(repository, ledger(report(0), report(1)))
    told = json.loads(run_cli(*words).out)
    assert (told["tier"], told["streak"], told["needed"], told["attempts"]) == ("none", 0, 2, 2)
    assert "Run 2 was judged by another policy than the one in force." in told["reasons"]
    write_ledger(repository, ledger(report(0), report(1), report(2, policy=new)))
    told = json.loads(run_cli(*words).out)
    assert (told["tier"], told["streak"], told["attempts"]) == ("beta", 1, 3)
    write_ledger(repository, ledger(report(0), report(1), report(2, policy=new), report(3, policy=new)))
    assert json.loads(run_cli(*words[:-2], "20251230", "--json").out)["tier"] == "minimum"


def test_a_revocation_is_a_line_with_a_reason(repository: Path, run_cli: RunCli) -> None:
    path = write_ledger(repository, ledger(report(0), report(1), report(2)))
    before = path.read_bytes()
    assert run_cli("certify", "claims", "--revoke", " ").code == 2
    assert path.read_bytes() == before
    outcome = run_cli("certify", "claims", "--revoke", "Drift, critical.", "--as-of", "20251220")
    assert (outcome.code, "Tier on 2025-12-20: none" in outcome.out) == (0, True)
    assert path.read_bytes().startswith(before)
    assert keeping.read(path).lines[-1].kind == "revocation"


def test_a_ledger_that_does_not_hold_is_refused_everywhere(repository: Path, run_cli: RunCli) -> None:
    path = write_ledger(repository, ledger(report(0), report(1)))
    path.write_bytes(path.read_bytes().replace(b"0.990625", b"0.990626", 1))
    before = path.read_bytes()
    for arguments in (("--status",), ("--check",), ("--revoke", "x")):
        outcome = run_cli("certify", "claims", *arguments)
        assert_refused(outcome, 3, "ledger.jsonl, line 1")
    assert path.read_bytes() == before


def test_the_base_s_ledger_must_be_continued(repository: Path, run_cli: RunCli) -> None:
    assert run_cli("certify", "claims", "--check", "--base", "main").code == 0  # the base has none yet
    write_ledger(repository, ledger(report(0)))
    git(repository, "add", "model_cards")
    git(repository, "commit", "--quiet", "--message=Record")
    write_ledger(repository, ledger(report(0), red(1)))
    assert "It continues the ledger of HEAD." in run_cli("certify", "claims", "--check", "--base", "HEAD").out
    write_ledger(repository, ledger(red(0)))
    outcome = run_cli("certify", "claims", "--check", "--base", "HEAD")
    assert outcome.code == 6
    assert "not an extension of the base's" in outcome.err
    assert run_cli("certify", "claims", "--check", "--base", "--output=x").code == 2
    assert run_cli("certify", "claims", "--check", "--base", "no-such-branch").code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("er", "--status"),
        ("claims", "--status", "--check"),
        ("claims", "--status", "--record"),
        ("claims", "dist", "--check"),
        ("claims", "--base", "main"),
        ("claims", "--profile", "easy"),
        ("claims", "--status", "--as-of", "20991231"),
        ("claims",),
    ],
)
@pytest.mark.usefixtures("repository")
def test_what_cannot_be_meant_is_a_usage_error(run_cli: RunCli, arguments: tuple[str, ...]) -> None:
    outcome = run_cli("certify", *arguments)
    assert outcome.code == 2
    assert "do now" in outcome.err
