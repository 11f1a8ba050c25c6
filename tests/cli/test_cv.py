"""``mlops cv``: which rows train and test, what the report says, and the exit codes; the fit is a quick one.

With the task's own fit the chain in ``test_run_claims.py`` goes through the same gate.
"""

import dataclasses
import json
import os
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date
from functools import partial
from io import StringIO
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from mlops import documents
from mlops.certification_settings import Profile
from mlops.cli import crossing, plugs
from mlops.cli.crossing import Asked, cross, demands
from mlops.cli.outputs import OUTPUTS
from mlops.config import TaskSettings, load
from mlops.crossval.document import CrossvalReport
from mlops.crossval.latency import measure_latency
from mlops.crossval.measuring import Bounding, chance
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.split import TEST, TRAIN
from mlops.task import Examples
from mlops.tasks.claims.generator import CERTIFIABLE, Span, generate
from mlops.tasks.er import generator as er
from tests.cli.chain import within
from tests.cli.job import Job, enter
from tests.conftest import ROOT, Outcome, RunCli
from tests.tables import assert_refused, picture
from tests.tasks.claims.defects import DEFECTS
from tests.tasks.claims.quick import Quick

if TYPE_CHECKING:
    from mlops.manifest import Manifest

ID = "claims_20251006"
AS_OF = date(2025, 10, 6)
SPAN = Span(date(2024, 12, 3), date(2025, 9, 28))
REPORT = Path("dist", "gates", ID, "crossval.json")
PINNED = cast("Manifest", SimpleNamespace(sha256="a" * 64))  # all that crossing reads of a manifest
Reported = dict[str, Any]


def claims(rows: int = 1_500) -> pa.Table:
    return generate(rows, 7, setting=CERTIFIABLE, span=SPAN, as_of=AS_OF)


def pin(folder: Path, table: pa.Table) -> None:
    (folder / "data").mkdir(exist_ok=True)
    pc.write_csv(table, folder / f"data/{ID}.csv")
    assert within(folder, "pin", "claims", f"data/{ID}.csv", "--source", "made up", "--licence", "CC0-1.0") == 0


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """Let the plug fit a line; ten rows tell the latency, 99 refits chance, and 200 replicates the bounds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crossing, "measure_latency", partial(measure_latency, runs=10, warm_up=0))
        patch.setattr(crossing, "chance", partial(chance, permutations=99))
        patch.setattr(crossing, "Bounding", partial(Bounding, replicates=200))
        known = plugs.open_task
        patch.setattr(plugs, "open_task", lambda name: Quick() if name == "claims" else known(name))
        yield


@pytest.fixture(scope="module")
def settings() -> TaskSettings:
    return load(ROOT / "mlops.toml").task("claims")


@pytest.fixture(scope="module")
def phase3(settings: TaskSettings) -> Profile:
    assert settings.certification is not None
    return settings.certification.profiles["phase3"]


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return claims()


@pytest.fixture(scope="module")
def examples(table: pa.Table, settings: TaskSettings) -> Examples:
    return Quick().examples(table, settings, as_of=AS_OF)


@dataclasses.dataclass(frozen=True)
class Ran:
    """A finished ``mlops cv`` inside a job: look, do not touch."""

    repository: Path
    said: Outcome
    job: Job


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, table: pa.Table) -> Ran:
    folder = tmp_path_factory.mktemp("repository")
    (folder / "mlops.toml").write_bytes((ROOT / "mlops.toml").read_bytes())
    pin(folder, table)
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith("GITHUB_")]:
            patch.delenv(name)
        job = enter(patch, tmp_path_factory.mktemp("job"), folder)
        code = within(folder, "cv", "claims", "--profile", "relative", "--blocks", "3")
    return Ran(folder, Outcome(code, out.getvalue(), err.getvalue()), job)


@pytest.fixture
def report(ran: Ran) -> CrossvalReport:
    return documents.read(ran.repository / REPORT, CrossvalReport)


def crossed(
    examples: Examples, settings: TaskSettings, profile: Profile | None, *, task: Quick | None = None, **asked: Any
) -> CrossvalReport:
    """Cross-validate with a clock that advances a second a look."""
    ticks = count()
    facts: Reported = {"blocks": 3, "purge": False, "seed": 1, "champion": None, **asked}
    how = Asked(clock=lambda: float(next(ticks)), **facts)
    return cross(task or Quick(), examples, PINNED, settings, profile, how)


def test_a_pass_ends_with_0_and_its_report_lies_beside_those_of_other_gates(ran: Ran, report: CrossvalReport) -> None:
    assert (ran.said.code, report.verdict, report.task) == (0, "pass", "claims")
    pinned = json.loads((ran.repository / "data_manifests" / f"{ID}.json").read_bytes())
    assert report.dataset_sha256 == pinned["sha256"]
    assert ran.said.out.startswith(f"pass: time-series cross-validation of {ID}\n{report.reason}\n")
    for title in ("Demands", "Blocks of days", "Beside them"):
        assert title in ran.said.out
    assert REPORT.as_posix() in ran.said.err


def test_the_profile_relative_asks_for_the_area_alone(report: CrossvalReport) -> None:
    (asked,) = report.criteria
    assert report.auc_bound is not None
    assert (asked.metric, asked.threshold, asked.decide_on) == ("cv_auc", 0.6, "lower_bound")
    assert (asked.value, asked.lower, asked.n) == (report.auc_bound.value, report.auc_bound.lower, report.auc_bound.n)


def test_the_job_is_told_all_outputs_and_a_summary(ran: Ran, report: CrossvalReport) -> None:
    assert set(ran.job.outputs) == set(OUTPUTS["cv"])
    assert ran.job.outputs["verdict"] == "pass"
    assert ran.job.outputs["report"] == REPORT.as_posix()
    assert float(ran.job.outputs["mean"]) == pytest.approx(report.accuracy.mean, abs=1e-6)
    assert ran.job.summary.startswith(f"## Time-series cross-validation of {ID}: pass")


def test_blocks_lie_before_the_test_rows_and_a_gap_after_their_past(report: CrossvalReport, examples: Examples) -> None:
    assert examples.time is not None
    tested = np.datetime64(str(examples.facts["split_test_from"]), "D")
    assert len(report.folds) == 3
    assert all(np.datetime64(fold.last) < tested for fold in report.folds)
    assert report.mature_until is not None
    assert np.datetime64(report.mature_until) < tested
    assert report.embargo_days == 14
    assert all(fold.embargoed > 0 for fold in report.folds)
    assert {fold.purged for fold in report.folds} == {0}
    assert sum(fold.n for fold in report.folds) < int((examples.time < tested).sum())


def test_each_block_is_called_by_the_threshold_of_its_own_model(report: CrossvalReport) -> None:
    assert len({fold.threshold for fold in report.folds}) == 3
    assert all(0.4 <= fold.threshold <= 0.6 for fold in report.folds)


def test_what_stands_beside_the_folds_is_measured_on_the_same_rows(report: CrossvalReport) -> None:
    scored = sum(fold.n for fold in report.folds)
    assert report.accuracy_bound is not None
    assert report.latency is not None
    assert set(report.accuracy_bound.lowers) >= {"day", "group"}
    assert {report.accuracy_bound.n, *(lift.n for lift in report.lifts)} == {scored}
    assert [lift.over for lift in report.lifts] == ["majority", "one_rule"]
    assert set(report.chance) == {"fixed_predictions", "refits", "refits_any_month"}
    assert (report.latency.runs, report.latency.p95_ms > 0) == (10, True)
    assert report.notes == ()


def test_the_test_rows_neither_train_nor_are_scored(
    examples: Examples, settings: TaskSettings, phase3: Profile
) -> None:
    """Whatever stands in the rows that gate 4 tests, gate 3 says the same."""
    assert examples.time is not None
    held = np.flatnonzero(examples.time >= np.datetime64(str(examples.facts["split_test_from"]), "D"))
    assert set(examples.split[held]) >= {TEST}
    label, inputs = examples.label.copy(), examples.inputs.copy()
    label[held] = 1 - label[held]
    inputs.loc[held, "amount"] = 1e6
    spoilt = dataclasses.replace(examples, label=label, inputs=inputs)
    first, second = Quick(), Quick()
    assert crossed(examples, settings, phase3, task=first) == crossed(spoilt, settings, phase3, task=second)
    assert first.trained == second.trained
    assert not frozenset().union(*first.trained) & set(examples.row_id[held])


def test_rows_whose_labels_are_not_settled_are_in_no_block(examples: Examples, settings: TaskSettings) -> None:
    early = dataclasses.replace(examples, facts={**examples.facts, "as_of": "2025-06-01"})
    assert crossed(early, settings, None).mature_until == "2025-05-18"  # 14 days before


@pytest.mark.parametrize(
    ("defect", "verdict", "accuracy"),
    [
        (None, "inconclusive", (0.9, 1.0)),
        ("shuffled_labels", "fail", (0.4, 0.6)),
        ("flipped_labels", "fail", (0.6, 0.82)),
    ],
)
def test_planted_defects_turn_gate_3_red(
    table: pa.Table, settings: TaskSettings, phase3: Profile, *, defect: str | None, verdict: str,
    accuracy: tuple[float, float],
) -> None:  # fmt: skip
    planted = table if defect is None else DEFECTS[defect].plant(table)
    found = crossed(Quick().examples(planted, settings, as_of=AS_OF), settings, phase3)
    assert (found.verdict, accuracy[0] < found.accuracy.mean < accuracy[1]) == (verdict, True)
    assert (found.chance["fixed_predictions"].p > 0.05) == (defect == "shuffled_labels")
    assert (found.lifts[0].lower > 0) == (defect != "shuffled_labels")
    if defect is not None:
        assert found.reason.startswith("cv_mean: The upper bound")


def test_a_column_that_knows_the_answer_asks_for_a_review(table: pa.Table, settings: TaskSettings) -> None:
    leaking = Quick().examples(DEFECTS["leak_column"].plant(table), settings, as_of=AS_OF)
    assert any(note.startswith("Review: ") for note in crossed(leaking, settings, None).notes)


def test_rows_of_tested_groups_do_not_train_where_that_is_asked_for(examples: Examples, settings: TaskSettings) -> None:
    pairs = np.array([f"seller {at % (len(examples) // 2)}" for at in range(len(examples))], dtype=object)
    task = Quick()
    found = crossed(dataclasses.replace(examples, cluster=pairs), settings, None, task=task, purge=True)
    assert sum(fold.purged for fold in found.folds) > 0
    assert [fold.train for fold in found.folds] == [len(rows) for rows in task.trained]


def test_few_groups_are_strata_and_a_note_says_so(examples: Examples, settings: TaskSettings) -> None:
    few = np.array([f"airline {at % 5}" for at in range(len(examples))], dtype=object)
    found = crossed(dataclasses.replace(examples, cluster=few), settings, None)
    assert found.accuracy_bound is not None
    assert "group" not in found.accuracy_bound.lowers
    (note,) = [note for note in found.notes if "do not count groups" in note]
    assert "as diverse as 5 equal ones" in note


def test_without_a_profile_nothing_is_demanded_and_nothing_passes(examples: Examples, settings: TaskSettings) -> None:
    found = crossed(examples, settings, None)
    assert (found.verdict, found.criteria) == ("inconclusive", ())


def test_a_profile_asks_for_mean_and_spread_or_else_the_area(settings: TaskSettings, phase3: Profile) -> None:
    assert settings.certification is not None
    relative = settings.certification.profiles["relative"]
    assert set(demands(phase3)) == {"cv_mean", "cv_sd"}
    assert demands(relative) == {"cv_auc": relative.criteria["auc_lower"]}
    assert demands(None) == {}


@pytest.mark.parametrize("until", ["2025-06-01", "2025-08-30", "never"])
def test_a_champion_is_compared_on_later_rows_than_it_learnt_from(
    examples: Examples, settings: TaskSettings, monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    champion = Quick().fit(examples.take(np.flatnonzero(examples.split == TRAIN)), settings, seed=1)
    record = SimpleNamespace(model_id="claims_20250101", facts={"split_train_until": until})
    monkeypatch.setattr(crossing, "load_model", lambda *_: (record, champion))
    found = crossed(examples, settings, None, champion=Path("anywhere"))
    if until != "2025-06-01":  # too few scored rows are later, or nobody knows until when it learnt
        assert found.champion is None
        assert any(note.startswith("Not compared with claims_20250101") for note in found.notes)
        return
    assert examples.time is not None
    days = examples.time.astype("datetime64[D]")
    later = (days > np.datetime64(until)) & (days <= np.datetime64(found.folds[-1].last))
    assert found.champion is not None
    assert f"on {int(later.sum()):,} rows" in found.champion.reason
    assert not any("Not compared" in note for note in found.notes)


def test_a_task_without_days_is_refused(examples: Examples, settings: TaskSettings) -> None:
    with pytest.raises(UsageRefusedError, match="rows that have a day"):
        crossed(dataclasses.replace(examples, time=None), settings, None)


def test_a_past_of_too_few_rows_is_refused_before_the_first_fit(examples: Examples, settings: TaskSettings) -> None:
    task = Quick()
    with pytest.raises(InputRefusedError, match="Before block 1 there is too little") as refused:
        crossed(examples.take(np.arange(0, len(examples), 12)), settings, None, task=task)
    assert "rows, " in str(refused.value.found)
    assert task.trained == []


def test_json_and_another_place_for_the_report(repository: Path, table: pa.Table, run_cli: RunCli) -> None:
    pin(repository, table)
    said = run_cli("cv", "claims", "--blocks", "2", "--output", "kept/cv.json", "--json")
    told = json.loads(said.out)
    assert said.code == {"pass": 0, "fail": 1, "inconclusive": 4}[told["verdict"]]
    assert told == json.loads((repository / "kept" / "cv.json").read_bytes())
    assert {criterion["metric"] for criterion in told["criteria"]} == {"cv_mean", "cv_sd"}
    assert not (repository / "dist").exists()


def test_what_cannot_be_done_is_refused_and_changes_nothing(repository: Path, run_cli: RunCli) -> None:
    pin(repository, claims(60))
    pq.write_table(er.generate(200, 1), repository / "data" / "er_20251020.parquet")
    words = ("--source", "made up", "--licence", "CC0-1.0")
    assert run_cli("pin", "er", "data/er_20251020.parquet", *words).code == 0
    before = picture(repository)
    for arguments, code, says in (
        (("claims",), 3, "too little to train on"),
        (("claims", "--profile", "nosuch"), 2, "phase3 or relative"),
        (("claims", "--blocks", "1"), 2, "--blocks"),
        (("claims", "--dataset", "claims_20200101"), None, "claims_20200101"),
        (("claims", "--champion", "nowhere"), None, "nowhere"),
        (("er",), 2, "rows that have a day"),
        (("er", "--profile", "phase3"), 2, "certification"),
        (("nosuch",), 2, "nosuch"),
    ):
        said = run_cli("cv", *arguments)
        if code is None:
            assert said.code in {2, 3}, arguments
        else:
            assert_refused(said, code)
        assert says in said.err, arguments
        assert picture(repository) == before, arguments
