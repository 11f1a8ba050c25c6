"""Data that is unusual and not wrong goes through the whole chain; data that cannot be learned from gets a letter."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.chain import prepare
from tests.conftest import RunCli

pytestmark = pytest.mark.usefixtures("few_trees")

WORDS = np.array(
    "acme bolt north river stone silver union pacific delta omega summit harbor lake".split(),  # noqa: SIM905  # reads as names
    dtype=object,
)


def pairs(rows: int = 150) -> pd.DataFrame:
    """Return pairs that are easy to tell: a match has the same name with a letter missing."""
    generator = np.random.default_rng(5)
    names = [f"{' '.join(generator.choice(WORDS, 3, replace=False))} {number}" for number in range(rows)]
    match = np.arange(rows) % 3 == 0
    right = [
        name.replace("o", "", 1) if same else names[at - 1]
        for at, (name, same) in enumerate(zip(names, match, strict=True))
    ]
    return pd.DataFrame({
        "pair_id": [f"p{number}" for number in range(rows)],
        "left_id": [f"l{number}" for number in range(rows)],
        "right_id": [f"r{number}" for number in range(rows)],
        "left_name": names,
        "right_name": right,
        "label": match.astype(int),
    })  # fmt: skip


@pytest.fixture
def trial(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_cli: RunCli) -> Any:
    """Return a function that runs the chain on a table and answers with exit code, JSON and errors."""
    prepare(root, tmp_path)
    monkeypatch.chdir(tmp_path)

    def run(table: pd.DataFrame) -> tuple[int, Mapping[str, Any], str]:
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), tmp_path / "er_20251101.parquet")
        said = run_cli("run", "er", "--data", "er_20251101.parquet", "--json")
        return said.code, json.loads(said.out) if said.out else {}, said.err

    return run


def test_values_of_100_000_characters(trial: Any) -> None:
    table = pairs()
    noise = " ".join(np.random.default_rng(1).choice(WORDS, 16_000))[:100_000]
    table["left_note"] = np.where(np.arange(len(table)) < 40, noise, "short")
    table["right_note"] = np.where(np.arange(len(table)) % 3 == 0, table["left_note"], "other")
    code, answer, errors = trial(table)
    assert code in {0, 1, 4}, errors
    assert answer["metrics"]["f1"]["value"] > 0.8


def test_200_attributes_some_without_any_value_and_some_that_never_change(trial: Any) -> None:
    table = pairs()
    table["left_empty"], table["right_empty"] = None, None
    table["left_country"], table["right_country"] = "Spain", "Spain"
    generator = np.random.default_rng(2)
    for number in range(198):
        for side in ("left", "right"):
            table[f"{side}_attribute_{number}"] = generator.choice(WORDS, len(table))
    code, answer, errors = trial(table)
    assert code in {0, 1, 4}, errors
    assert answer["metrics"]["f1"]["value"] > 0.8


def test_left_and_right_with_other_attributes(trial: Any) -> None:
    table = pairs().rename(columns={"right_name": "right_company"})
    code, answer, errors = trial(table)
    assert code in {0, 1, 4}, errors
    assert answer["metrics"]["f1"]["value"] > 0.8


def test_the_same_pairs_with_conflicting_labels_are_judged_and_found(trial: Any) -> None:
    table = pairs()
    conflicting = table[:20].assign(pair_id="other-" + table["pair_id"][:20], label=1 - table["label"][:20])
    code, answer, errors = trial(pd.concat([table, conflicting], ignore_index=True))
    assert code in {0, 1, 4}, errors
    training = json.loads((Path(answer["artifact"]) / "training.json").read_text(encoding="utf-8"))
    assert any("20 pairs of records that are labelled both ways" in finding for finding in training["findings"])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pairs(10), "too few"),
        (pairs().assign(label=1), "label"),
        (pairs().assign(label=0), "label"),
        (pairs().assign(left_name=None, right_name=None), "value"),
    ],
    ids=["10 rows", "only matches", "no match", "no value"],
)
def test_what_cannot_be_learned_from_gets_a_letter(trial: Any, table: pd.DataFrame, said: str) -> None:
    code, answer, errors = trial(table)
    assert code == 3
    assert not answer
    assert said in errors
    assert "do now" in errors
    assert "Traceback" not in errors
