"""The budget of the test rows: counted by the gate, recorded when asked to, closed when it is spent."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from mlops import documents, evaluation, judged
from mlops.artifact import GATE, METRICS
from mlops.cli.holdout import print_holdout
from mlops.evaluation import Evaluation
from mlops.gate import GateReport, HoldoutUse
from mlops.hashing import sha256_bytes
from mlops.metrics import Metrics
from tests import factories
from tests.conftest import RunCli, git
from tests.scored import scored, write_artifact
from tests.test_judged import entry

GOOD: dict[str, Any] = {"tp": 960, "fp": 30, "fn": 40, "tn": 900}
BAD: dict[str, Any] = {"tp": 500, "fp": 150, "fn": 200, "tn": 900}


@pytest.fixture
def good(repository: Path) -> Path:
    """Return an artifact that passes."""
    return write_artifact(repository / "dist" / "good", scored(**GOOD))


def fill(repository: Path, count: int, rows: str) -> None:
    """Record ``count`` other models as judged on the test rows whose hash is ``rows``."""
    documents.write_bytes(repository / judged.FILE, judged.dumps(entry(model, rows) for model in range(count)))


def use_in(artifact: Path) -> HoldoutUse:
    """Return what the verdict says about its test rows."""
    found = documents.read(artifact / GATE, GateReport).holdout
    assert found is not None
    return found


def rows_of(artifact: Path) -> str:
    found = documents.read(artifact / METRICS, Metrics).test_sha256
    assert found is not None
    return found


def shuffled(rows: Evaluation) -> Evaluation:
    """Return the same rows in another order."""
    order = np.random.default_rng(3).permutation(len(rows))
    names = ("row_id", "cluster", "label", "score", "predicted", "weight")
    return replace(rows, **{name: getattr(rows, name)[order] for name in names})


def test_the_hash_of_test_rows_is_that_of_their_ids_and_labels_alone() -> None:
    rows = scored(tp=4, fp=1, fn=1, tn=4)
    wanted = evaluation.hash_test_rows(rows)
    assert evaluation.hash_test_rows(shuffled(rows)) == wanted
    assert evaluation.hash_test_rows(replace(rows, score=rows.score / 2, predicted=~rows.predicted)) == wanted
    assert evaluation.hash_test_rows(replace(rows, label=(1 - rows.label).astype(np.int8))) != wanted
    assert evaluation.hash_test_rows(scored(tp=4, fp=1, fn=1, tn=3)) != wanted


def test_no_two_sets_of_rows_are_written_alike() -> None:
    """Ids may hold any text, also what would end an id in a careless format."""
    rows = scored(tp=1, fp=0, fn=0, tn=1)
    ids = [("a", "b"), ('a",1],["b', ""), ("a\nb", ""), ("a,b", ""), ("a\x00", "b"), ("\xe9", "b"), ("e\u0301", "b")]
    hashes = {evaluation.hash_test_rows(replace(rows, row_id=np.array(pair, dtype=object))) for pair in ids}
    assert len(hashes) == len(ids)


def test_the_gate_counts_the_model_at_hand_and_writes_nothing(repository: Path, good: Path, run_cli: RunCli) -> None:
    outcome = run_cli("gate", good)
    assert outcome.code == 0
    assert "have judged 1 model, this one included; the policy stops after 50" in outcome.out
    use = use_in(good)
    assert (use.models, use.warn_after, use.stop_after, use.test_sha256) == (1, 20, 50, rows_of(good))
    assert git(repository, "status", "--porcelain", "model_cards") == ""


def test_record_adds_the_model_once(repository: Path, good: Path, run_cli: RunCli) -> None:
    assert run_cli("gate", good, "--record").code == 0
    first = (repository / judged.FILE).read_bytes()
    assert run_cli("gate", good, "--record").code == 0
    assert (repository / judged.FILE).read_bytes() == first
    (line,) = judged.read(repository / judged.FILE)
    report = documents.read(good / GATE, GateReport)
    assert (line.model_sha256, line.test_sha256) == (report.bindings.model_sha256, rows_of(good))
    assert (line.verdict, line.policy_sha256) == ("pass", report.bindings.policy_sha256)
    assert use_in(good).models == 1


def test_a_verdict_that_was_not_recorded_is_not_counted_for_the_next_model(repository: Path, run_cli: RunCli) -> None:
    fill(repository, 3, rows_of(write_artifact(repository / "first", scored(**GOOD))))
    for _ in range(2):
        run_cli("gate", repository / "first")
        assert use_in(repository / "first").models == 4


def test_models_judged_on_other_rows_do_not_count(repository: Path, good: Path, run_cli: RunCli) -> None:
    fill(repository, 60, sha256_bytes(b"other rows"))
    assert run_cli("gate", good).code == 0
    assert use_in(good).models == 1


@pytest.mark.parametrize(("others", "code"), [(19, 0), (20, 0), (49, 0), (50, 4), (70, 4)])
def test_the_gate_warns_and_then_stops(repository: Path, good: Path, run_cli: RunCli, others: int, code: int) -> None:
    fill(repository, others, rows_of(good))
    outcome = run_cli("gate", good)
    report = documents.read(good / GATE, GateReport)
    assert outcome.code == code
    assert any(f"{others + 1} models have been judged" in warning for warning in report.warnings) == (20 <= others < 50)
    if code == 4:
        assert report.reason.startswith(f"{others + 1} models have been judged on these test rows, more than 50")
        assert "Label a fresh sample" in outcome.out
        assert {result.verdict for result in report.criteria} == {"inconclusive"}


def test_a_model_on_worn_rows_is_recorded_all_the_same(repository: Path, good: Path, run_cli: RunCli) -> None:
    """Its numbers were shown, so the rows were used once more."""
    fill(repository, 50, rows_of(good))
    assert run_cli("gate", good, "--record").code == 4
    lines = judged.read(repository / judged.FILE)
    assert len(lines) == 51
    own = [line for line in lines if line.model_sha256 == use_model(good)]
    assert [line.verdict for line in own] == ["inconclusive"]


def use_model(artifact: Path) -> str:
    return documents.read(artifact / GATE, GateReport).bindings.model_sha256


def test_a_failing_model_is_recorded_too(repository: Path, run_cli: RunCli) -> None:
    assert run_cli("gate", write_artifact(repository / "bad", scored(**BAD)), "--record").code == 1
    assert [line.verdict for line in judged.read(repository / judged.FILE)] == ["fail"]


@pytest.mark.parametrize(("warn", "stop", "others", "code"), [(1, 2, 2, 4), (30, 60, 25, 0), (30, 60, 55, 0)])
def test_the_policy_sets_the_budget(
    repository: Path, good: Path, run_cli: RunCli, *, warn: int, stop: int, others: int, code: int
) -> None:
    settings, criterion = repository / "mlops.toml", "[tasks.er.policy.criteria.precision]"
    budget = f"[tasks.er.policy.holdout]\nwarn_after = {warn}\nstop_after = {stop}\n\n{criterion}"
    settings.write_text(settings.read_text().replace(criterion, budget))
    fill(repository, others, rows_of(good))
    assert run_cli("gate", good).code == code
    assert (use_in(good).warn_after, use_in(good).stop_after) == (warn, stop)
    assert bool(documents.read(good / GATE, GateReport).warnings) == (warn < others + 1 <= stop)


def test_a_ledger_that_cannot_be_read_stops_the_gate_before_it_writes(
    repository: Path, good: Path, run_cli: RunCli
) -> None:
    documents.write_bytes(repository / judged.FILE, b'{"schema_version":1,"schema_version":1}\n')
    outcome = run_cli("gate", good, "--record")
    assert outcome.code == 3
    assert "judged.jsonl, line 1" in outcome.err
    assert "Traceback" not in outcome.err
    assert not (good / GATE).exists()


def test_metrics_of_other_test_rows_are_refused(repository: Path, run_cli: RunCli) -> None:
    """A model that names unworn rows as its own does not get past the gate."""
    rows = scored(**GOOD)
    whole = documents.read(write_artifact(repository / "honest", rows) / METRICS, Metrics)
    lie = whole.model_copy(update={"test_sha256": sha256_bytes(b"fresh")}).model_dump(mode="json")
    outcome = run_cli("gate", write_artifact(repository / "lie", rows, lie))
    assert outcome.code == 3
    assert "test_sha256" in outcome.err


def test_metrics_of_a_time_before_the_hash_are_judged(repository: Path, run_cli: RunCli) -> None:
    rows = scored(**GOOD)
    whole = documents.read(write_artifact(repository / "new", rows) / METRICS, Metrics).model_dump(mode="json")
    old = write_artifact(
        repository / "old", rows, {k: v for k, v in whole.items() if k not in {"test_sha256", "repeats"}}
    )
    assert run_cli("gate", old).code == 0
    assert use_in(old).test_sha256 == rows_of(repository / "new")


def test_a_report_of_a_time_before_the_ledger_says_nothing_of_it() -> None:
    console = Console(file=io.StringIO())
    print_holdout(factories.gate_report(), console)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == ""
