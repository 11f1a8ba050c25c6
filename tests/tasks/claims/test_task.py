"""Claims behind the core's socket: what is read, what is refused, what a model is, and that it survives its file."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sklearn
from scipy.special import logit
from sklearn.metrics import roc_auc_score

from mlops import persistence
from mlops.config import SplitSettings, TaskSettings, ThresholdSettings, load
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.hashing import sha256_bytes
from mlops.split import PURGED, TEST, TRAIN
from mlops.task import Examples, Model
from mlops.tasks.claims.generator import CERTIFIABLE, Span, generate
from mlops.tasks.claims.task import Claims

pytestmark = pytest.mark.usefixtures("few_trees")

AS_OF = date(2025, 10, 6)


@pytest.fixture(scope="module")
def settings(root: Path) -> TaskSettings:
    return load(root / "mlops.toml").task("claims")


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return generate(800, 7, setting=CERTIFIABLE, span=Span(date(2025, 1, 6), date(2025, 9, 28)), as_of=AS_OF)


@pytest.fixture(scope="module")
def examples(table: pa.Table, settings: TaskSettings) -> Examples:
    return Claims().examples(table, settings, as_of=AS_OF)


@pytest.fixture(scope="module")
def model(examples: Examples, settings: TaskSettings) -> Model:
    return Claims().fit(examples.take(np.flatnonzero(examples.split == TRAIN)), settings, seed=1)


def test_examples_know_time_group_and_slices_and_leave_out_the_undecided(table: pa.Table, examples: Examples) -> None:
    assert len(examples) == table.num_rows - table["claimable"].null_count
    assert examples.time is not None
    train, test = examples.split == TRAIN, examples.split == TEST
    assert examples.time[test].min() - examples.time[train].max() > np.timedelta64(14, "D")
    assert (examples.split[examples.time > np.datetime64("2025-09-22")] == PURGED).all()
    assert set(examples.slices) >= {"category", "marketplace", "amount", "month"}
    assert set(examples.cluster) <= set(table["seller_id"].to_pylist())
    assert not {"claim_id", "seller_id", "claimable", "decision_date", "reimbursed_amount"} & set(examples.inputs)
    taken = examples.take(np.array([3, 1]))
    assert taken.time is not None
    assert taken.time.tolist() == examples.time[[3, 1]].tolist()
    assert taken.form is examples.form


def test_a_batch_a_row_alone_and_the_model_file_give_the_same_bits(examples: Examples, model: Model) -> None:
    test = examples.take(np.flatnonzero(examples.split == TEST)).inputs
    scores = model.predict_proba(test)
    alone = [float(model.predict_proba(test.iloc[[row]])[0]) for row in range(len(test))]
    data = persistence.dump(model.state())
    again = Claims().restore(
        persistence.load(data, expected_sha256=sha256_bytes(data), sklearn_version=sklearn.__version__)
    )
    assert alone == scores.tolist() == again.predict_proba(test).tolist()
    assert (again.threshold, again.features(), again.architecture()) == (
        model.threshold, model.features(), model.architecture()
    )  # fmt: skip


def test_the_same_claims_and_seed_give_the_same_file(examples: Examples, model: Model, settings: TaskSettings) -> None:
    again = Claims().fit(examples.take(np.flatnonzero(examples.split == TRAIN)), settings, seed=1)
    assert persistence.dump(again.state()) == persistence.dump(model.state())


def test_the_model_tells_claims_apart_and_explains_how(examples: Examples, model: Model) -> None:
    test = examples.take(np.flatnonzero(examples.split == TEST))
    scores = model.predict_proba(test.inputs)
    assert ((scores >= model.threshold) == (test.label == 1)).mean() > 0.9
    found = model.explain(test.inputs)
    total = [one.base + sum(part.log_odds for part in one.contributions) for one in found]
    assert total == pytest.approx(logit(scores).tolist(), abs=1e-6)
    assert "claim_type" in {max(one.contributions, key=lambda part: abs(part.log_odds)).name for one in found}
    assert str(test.inputs["category"].iloc[0]) in Claims().describe_row(test, 0)


def test_the_file_holds_no_text_of_single_rows(table: pa.Table, model: Model) -> None:
    ids = {str(value) for name in ("claim_id", "order_id", "seller_id") for value in table[name].to_pylist()}
    assert not ids & set(_texts(model.state()))


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [text for part in (*value, *value.values()) for text in _texts(part)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def replaced(table: pa.Table, name: str, values: list[Any]) -> pa.Table:
    """Return the table with other first cells in one column."""
    column = pa.array([*values, *table[name].to_pylist()[len(values) :]])
    return table.set_column(table.column_names.index(name), name, column)


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("claimable", [2, 2, 5], "'2': 2, '5': 1"),
        ("claim_id", ["one", "one"], "rows 1, 2"),
        ("claim_id", [None], "rows 1"),
        ("amount", [1.0, float("inf"), float("-inf")], "rows 2, 3"),
        ("claim_date", [None] * 800, "drawn on 2025-10-06"),
    ],
)
def test_what_no_model_can_learn_from_is_refused(
    table: pa.Table, settings: TaskSettings, name: str, values: list[Any], words: str
) -> None:
    with pytest.raises(InputRefusedError) as refusal:
        Claims().examples(replaced(table, name, values), settings, as_of=AS_OF)
    assert words in refusal.value.found
    assert refusal.value.field == name


def test_an_absent_column_too_few_claims_and_no_contract_are_refused(
    table: pa.Table, settings: TaskSettings, examples: Examples
) -> None:
    with pytest.raises(InputRefusedError, match="Required columns are absent"):
        Claims().examples(table.drop_columns(["amount"]), settings, as_of=AS_OF)
    with pytest.raises(InputRefusedError, match="no rows"):
        Claims().examples(table.slice(0, 0), settings, as_of=AS_OF)
    with pytest.raises(InputRefusedError, match="too few"):
        Claims().fit(examples.take(np.arange(20)), settings, seed=1)
    with pytest.raises(UsageRefusedError, match="no contract"):
        Claims().examples(table, settings.model_copy(update={"contract": ""}))


@pytest.mark.parametrize(
    "change", [{"format": 9}, {"schema_sha256": "0" * 64}, {"kept": np.array([0])}, {"kept": None}]
)
def test_a_state_that_is_none_is_refused(model: Model, change: dict[str, Any]) -> None:
    with pytest.raises(InputRefusedError, match="does not hold a model of claims"):
        Claims().restore(model.state() | change)


def test_real_claims_are_hard_and_their_scores_honest(shared_data: Path, settings: TaskSettings) -> None:
    everything = pq.read_table(shared_data / "claims" / "tsa_claims_2010_2013.parquet")
    table = everything.take(np.arange(0, everything.num_rows, 5))
    declared = settings.model_copy(
        update={
            "contract": "tsa_claims",
            "split": SplitSettings(test_share=0.15, embargo_days=30),
            "threshold": ThresholdSettings(objective="accuracy"),
        }
    )
    found = Claims().examples(table, declared, as_of=date(2014, 12, 31))
    assert found.facts["undecided_claims"] > 1000  # type: ignore[operator]  # a count
    model = Claims().fit(found.take(np.flatnonzero(found.split == TRAIN)), declared, seed=1)
    test = found.take(np.flatnonzero(found.split == TEST))
    scores = model.predict_proba(test.inputs)
    accuracy = ((scores >= model.threshold) == (test.label == 1)).mean()
    majority = max(test.label.mean(), 1 - test.label.mean())
    assert 0.64 < roc_auc_score(test.label, scores) < 0.78
    assert majority < accuracy < 0.75
