"""Labels, numbers and splits that are refused before anything is learned from them."""

from pathlib import Path

import pyarrow as pa
import pytest

from mlops import config
from mlops.errors import InputRefusedError
from mlops.task import Examples
from mlops.tasks.er.task import EntityResolution


@pytest.fixture
def read(root: Path) -> "Reader":
    return Reader(config.load(root / "mlops.toml").task("er"))


class Reader:
    """Reads columns as the task does, into examples."""

    def __init__(self, settings: config.TaskSettings) -> None:
        self.settings = settings

    def __call__(self, **columns: object) -> Examples:
        n = 20
        basic: dict[str, object] = {
            "left_name": [f"left {i}" for i in range(n)],
            "right_name": [f"right {i}" for i in range(n)],
            "label": [0, 1] * (n // 2),
        }
        return EntityResolution().examples(pa.table(basic | columns), self.settings)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["yes", "no"] * 10, "'yes': 10, 'no': 10"),
        ([2] + [0, 1] * 9 + [1], "2: 1"),
        ([1.5] + [0.0, 1.0] * 9 + [1.0], "1.5: 1"),
        (["", None] + ["0", "1"] * 9, "blank: 2"),
        (["True", "1"] * 10, "'True': 10"),
        ([None, None] + [0, 1] * 9, "blank: 2"),
    ],
)
def test_bad_input_21_labels_are_refused_with_counts_per_bad_value(
    read: Reader, labels: list[object], said: str
) -> None:
    with pytest.raises(InputRefusedError) as caught:
        read(label=labels)
    assert caught.value.exit_code == 3
    assert caught.value.field == "label"
    assert said in caught.value.found
    assert "0 or 1" in caught.value.expected


@pytest.mark.parametrize("labels", [[True, False] * 10, ["0", "1"] * 10, [0.0, 1.0] * 10])
def test_labels_that_mean_zero_and_one_without_doubt_are_read(read: Reader, labels: list[object]) -> None:
    assert set(read(label=labels).label.tolist()) == {0, 1}


@pytest.mark.parametrize(
    "column",
    [
        [1.0] * 3 + [float("inf")] + [2.0] * 14 + [float("-inf"), 1.0],
        ["1.0"] * 3 + ["1e400"] + ["2"] * 14 + ["-Infinity", "3"],
    ],
)
def test_bad_input_22_infinite_numbers_are_refused_with_row_numbers(read: Reader, column: list[object]) -> None:
    with pytest.raises(InputRefusedError) as caught:
        read(left_price=column)
    assert caught.value.exit_code == 3
    assert caught.value.field == "left_price"
    assert "rows 4, 19" in caught.value.found


def test_bad_input_22_a_name_that_reads_like_infinity_stays_a_name(read: Reader) -> None:
    found = read(left_city=["Inf"] + ["Berlin"] * 19)
    assert found.inputs["left_city"][0] == "Inf"


def test_bad_input_23_the_same_pair_of_records_in_training_and_test_is_refused_with_the_count(read: Reader) -> None:
    with pytest.raises(InputRefusedError, match="3 test pairs are training pairs too") as caught:
        read(
            left_id=[*range(15), 0, 1, 2, 18, 19],
            right_id=[*range(15), 0, 1, 2, 18, 19],
            split=["train"] * 15 + ["test"] * 5,
        )
    assert caught.value.exit_code == 3


def test_bad_input_23_a_declared_entity_in_training_and_test_is_refused_with_the_count(read: Reader) -> None:
    entities = [f"e{i}" for i in range(18)]
    with pytest.raises(InputRefusedError, match="2 entities stand in training and in test") as caught:
        read(
            left_entity=[*entities, "e0", "e1"],
            right_entity=[f"f{i}" for i in range(20)],
            split=["train"] * 15 + ["test"] * 5,
        )
    assert "e0, e1" in caught.value.found


def test_bad_input_23_repeated_pair_ids_are_refused_with_the_count(read: Reader) -> None:
    with pytest.raises(InputRefusedError, match="2 rows share their pair id") as caught:
        read(pair_id=["p0", "p0"] + [f"p{i}" for i in range(2, 20)])
    assert caught.value.field == "pair_id"


def test_bad_input_23_unknown_folds_are_refused_with_counts(read: Reader) -> None:
    with pytest.raises(InputRefusedError) as caught:
        read(split=["train"] * 15 + ["holdout"] * 5)
    assert "'holdout': 5" in caught.value.found
