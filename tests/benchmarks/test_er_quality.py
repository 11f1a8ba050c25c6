"""The benchmark runs on any folder, looks at test labels last, and gives the same numbers again."""

from functools import partial
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.er_quality import __main__ as command
from benchmarks.er_quality import ledger, running
from benchmarks.er_quality.measuring import measure, rates
from benchmarks.er_quality.results import DatasetRow, ErQuality
from mlops import documents
from mlops.errors import UsageRefusedError
from tests.benchmarks.tables import products, with_split, write

pytestmark = pytest.mark.usefixtures("few_trees")

PLAN = running.make_plan((0,), ())


def bench(folder: Path, *more: str, data: Path) -> ErQuality:
    """Run the command on ``data`` and return what it wrote to ``folder``."""
    files = ["--out", str(folder / "out.json"), "--ledger", str(folder / "judged.json")]
    assert command.main(["--data", str(data), *files, "--seeds", "0", *more]) == 0
    return documents.read(folder / "out.json", ErQuality)


def named(results: ErQuality, name: str) -> DatasetRow:
    """Return the row of a dataset."""
    return next(row for row in results.datasets if row.name == name)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a dataset that has a split, one that has none, and two that are refused in part or whole."""
    few = products(40)
    return write(
        tmp_path_factory.mktemp("data"),
        shop=with_split(products(), valid=False),
        town=products(seed=1),
        odd=few.append_column("split", pa.array(["fold 1"] * few.num_rows)),
        labels=pa.table({"name": ["a", "b"]}),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the first run writes."""
    return tmp_path_factory.mktemp("first")


@pytest.fixture(scope="module")
def first(data: Path, folder: Path) -> ErQuality:
    """Return the results of a run over the whole folder, with a crosswise judgement."""
    return bench(folder, "--cross", "shop", "town", "--cross", "shop", "labels", data=data)


def test_a_dataset_with_a_split_is_measured_on_it_and_on_our_own(first: ErQuality) -> None:
    row = named(first, "shop")
    assert (row.pairs, row.positives, row.attributes, row.refusal) == (660, 220, 2, "")
    assert row.published is not None
    assert row.resplit is not None
    (run,), (own,) = row.published.runs, row.resplit.runs
    assert (run.training_pairs, run.test_pairs, run.purged_pairs) == (528, 132, 0)
    assert own.training_pairs + own.purged_pairs + own.test_pairs == 660
    assert run.best_test_f1 is not None
    assert run.rates.f1 is not None
    assert run.best_test_f1 >= run.rates.f1
    assert run.honesty_gap == pytest.approx(run.best_test_f1 - run.rates.f1, abs=1e-6)
    assert sum(group.rows for group in run.seen.values()) == run.test_pairs
    assert first.summary.f1["shop"].median == run.rates.f1


def test_on_our_own_split_training_shows_no_record_of_a_test_match(first: ErQuality) -> None:
    row = named(first, "shop")
    assert row.resplit is not None
    (own,) = row.resplit.runs
    assert {name: group.positives for name, group in own.seen.items() if group.positives} == {
        "neither": own.test_positives
    }


def test_a_dataset_without_a_split_is_measured_on_our_own_only(first: ErQuality) -> None:
    row = named(first, "town")
    assert row.published is None
    assert row.resplit is not None
    assert len(row.resplit.runs) == 1


def test_a_refused_dataset_is_a_row_and_the_rest_go_on(first: ErQuality) -> None:
    assert "neither labelled pairs" in named(first, "labels").refusal
    assert "labels.parquet" not in named(first, "labels").refusal  # no path of this machine
    odd = named(first, "odd")
    assert odd.published is not None
    assert "in no known fold" in odd.published.refusal
    assert odd.resplit is not None
    assert "too few labelled pairs" in odd.resplit.refusal


def test_a_model_is_judged_on_another_dataset_by_the_gate(first: ErQuality) -> None:
    refused, judged = first.cross
    assert "neither labelled pairs" in refused.refusal
    assert judged.attributes == ("title", "price")
    assert {found.metric for found in judged.criteria} >= {"precision", "recall", "f1"}
    assert judged.verdict in {"pass", "fail", "inconclusive"}


def test_every_judged_dataset_is_in_the_ledger(first: ErQuality, folder: Path) -> None:
    entries = ledger.read(folder / "judged.json").entries
    assert {entry.name for entry in entries} == {row.name for row in first.datasets}
    assert all(one.recorded == 1 for one in first.variants.values())


def test_resuming_repeats_nothing_and_keeps_everything(
    first: ErQuality, folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> Any:
        raise AssertionError(arguments)

    monkeypatch.setattr(running, "measure", refuse)
    monkeypatch.setattr("benchmarks.er_quality.cross.cross", refuse)
    assert bench(folder, "--cross", "shop", "town", "--resume", data=data) == first


def test_what_changed_is_measured_again(first: ErQuality, data: Path) -> None:
    known = {row.name: row for row in first.datasets}
    plan, datasets = running.make_plan((0,), (0,)), running.find(data)
    assert running.due(plan, datasets, known) == []
    assert len(running.due(running.make_plan((0, 1), (0,)), datasets, known)) == 4
    changed = [running.Dataset(found.path, "0" * 64) for found in datasets]
    assert running.due(plan, changed, known) == changed


def test_a_task_can_be_handed_to_another_process(data: Path) -> None:
    task = partial(running.dataset_row, PLAN, running.find(data)[0])
    assert len(ForkingPickler.dumps(task)) > 0


def test_a_run_over_some_datasets_leaves_the_others(first: ErQuality, folder: Path, data: Path) -> None:
    again = bench(folder, "--only", "labels", data=data)
    assert [row.name for row in again.datasets] == [row.name for row in first.datasets]
    assert named(again, "shop") == named(first, "shop")


def test_the_same_seeds_give_the_same_numbers_again(first: ErQuality, data: Path, tmp_path: Path) -> None:
    again = bench(tmp_path, "--only", "town", data=data)
    told: list[tuple[object, ...]] = []
    for row in (named(first, "town"), named(again, "town")):
        assert row.resplit is not None
        (run,) = row.resplit.runs
        told.append((run.rates, run.threshold, run.best_test_f1, run.baseline.rates))
    assert told[0] == told[1]


def test_test_labels_do_not_reach_the_model(first: ErQuality, tmp_path: Path) -> None:
    table = with_split(products(), valid=False)
    label, test = np.array(table["label"]), np.array(table["split"]) == "test"
    flipped = table.set_column(4, "label", pa.array(np.where(test, 1 - label, label)))
    found = measure(write(tmp_path, flipped=flipped) / "flipped.parquet", PLAN.settings, PLAN.storage, (0,), ())
    told = [
        (run.threshold, run.out_of_fold_f1, run.features)
        for split in (named(first, "shop").published, found.published)
        if split is not None
        for run in split.runs
    ]
    assert len(told) == 2
    assert told[0] == told[1]


def test_rates_without_predictions_are_not_defined() -> None:
    found = rates(np.array([0, 0], dtype=np.int8), np.array([False, False]), np.ones(2))
    assert (found.precision, found.recall, found.f1) == (None, None, None)


def test_rates_are_weighted() -> None:
    label, predicted = np.array([1, 0, 1], dtype=np.int8), np.array([True, True, False])
    found = rates(label, predicted, np.array([3.0, 1.0, 3.0]))
    assert (found.precision, found.recall, found.f1) == (0.75, 0.5, 0.6)


@pytest.mark.parametrize(
    "more",
    [["--only", "nowhere"], ["--cross", "shop", "nowhere"]],
)
def test_a_dataset_that_is_not_there_is_refused(
    more: list[str], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["--out", str(tmp_path / "out.json"), "--ledger", str(tmp_path / "judged.json")]
    assert command.main(["--data", str(data), *files, *more]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageRefusedError):
        running.find(tmp_path)
