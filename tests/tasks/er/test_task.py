"""The plug: what the core sees of entity resolution."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from mlops import config
from mlops.config import TaskSettings
from mlops.tasks.er.generator import generate
from mlops.tasks.er.task import EntityResolution

pytestmark = pytest.mark.usefixtures("few_trees")


@pytest.fixture
def settings(root: Path) -> TaskSettings:
    return config.load(root / "mlops.toml").task("er")


def test_a_column_that_gives_the_label_away_is_a_finding(shared_data: Path, settings: TaskSettings) -> None:
    table = pq.read_table(shared_data / "er" / "fodors_zagats.parquet")
    found = EntityResolution().examples(table, settings)
    assert any("`class`" in finding and "not a feature" in finding for finding in found.findings)


def test_records_with_an_entity_become_pairs_with_the_blocking_recall_as_a_finding(
    shared_data: Path, settings: TaskSettings
) -> None:
    table = pq.read_table(shared_data / "er_records" / "febrl1.parquet")
    found = EntityResolution().examples(table, settings)
    assert len(found) > table.num_rows
    assert any("pair completeness" in finding for finding in found.findings)
    assert not any("record_id" in name or "cluster" in name for name in found.inputs.columns)
    tested = set(found.cluster[found.split == "test"])
    assert not tested & set(found.cluster[found.split == "train"])


def test_a_row_is_described_by_both_records_and_cut_to_a_line_each(settings: TaskSettings) -> None:
    found = EntityResolution().examples(generate(60, 1), settings)
    lines = EntityResolution().describe_row(found, 0).splitlines()
    assert len(lines) == 2
    assert str(found.inputs["left_name"][0])[:60] in lines[0]


def test_a_restored_model_scores_as_the_fitted_one(settings: TaskSettings) -> None:
    task = EntityResolution()
    found = task.examples(generate(400, 2), settings)
    train = found.take(np.flatnonzero(found.split == "train"))
    model = task.fit(train, settings, seed=1)
    again = task.restore(model.state())
    assert again.threshold == model.threshold
    assert (again.predict_proba(found.inputs) == model.predict_proba(found.inputs)).all()
    assert [note.name for note in again.features()] == [note.name for note in model.features()]


def test_inputs_of_some_rows_are_those_of_all(settings: TaskSettings) -> None:
    table, task = generate(300, 0), EntityResolution()
    whole = task.examples(table, settings)
    names = [str(name) for name in whole.row_id[::7][::-1]]
    few = task.inputs_of(table, names)
    assert few is not None
    pd.testing.assert_frame_equal(few.reset_index(drop=True), whole.inputs.iloc[::7][::-1].reset_index(drop=True))
    assert task.inputs_of(table, [*names, "nobody"]) is None
    assert task.inputs_of(table.drop_columns(["pair_id"]), names) is None
