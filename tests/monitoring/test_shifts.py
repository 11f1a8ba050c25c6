"""Shifts: silent where nothing moved, however the column is; loud where it did; never with few rows."""

import numpy as np
import pandas as pd
import pytest

from mlops.monitoring import shifts
from mlops.monitoring.document import Shift
from mlops.monitoring_settings import MonitoringSettings

RULES = MonitoringSettings(min_rows=1_000)
N, M = 400, 1_000
EVEN = np.ones(N)


def table(chance: np.random.Generator, rows: int, *, day: str = "2025-01-05") -> pd.DataFrame:
    """Return one column of every kind; rows of one population, but for the days, which move on."""
    number = chance.normal(size=rows)
    number[chance.random(rows) < 0.2] = np.nan
    ends = np.datetime64(day) + chance.integers(0, 28, rows).astype("timedelta64[D]")
    starts = ends - chance.integers(0, 10, rows).astype("timedelta64[D]")
    return pd.DataFrame({
        "number": number,
        "tied": chance.choice([0.0, 0.0, 0.0, 1.0, 5.0], rows),
        "category": pd.Series([["a", "b", "c", None][at] for at in chance.integers(0, 4, rows)], dtype=object),
        "name": pd.Series([f"x{'y' * int(chance.integers(0, 20))}{at}" for at in range(rows)], dtype=object),
        "start": starts.astype("datetime64[s]"),
        "end": ends.astype("datetime64[s]"),
    })  # fmt: skip


def by_name(found: tuple[Shift, ...]) -> dict[str, Shift]:
    return {one.feature: one for one in found}


def test_without_a_shift_there_is_no_alarm_and_the_floor_is_what_the_index_is_on_average() -> None:
    chance = np.random.default_rng(3)
    runs = [
        by_name(shifts.of_columns(table(chance, N), EVEN, table(chance, M, day="2025-06-01"), RULES)) for _ in range(40)
    ]
    assert set(runs[0]) == {
        "number", "tied", "category", "name", "start (weekday)", "end (weekday)", "start to end (days)",
    }  # fmt: skip
    assert {one.word for run in runs for one in run.values()} == {"ok"}
    for name in ("number", "category", "name", "end (weekday)"):
        mean = float(np.mean([run[name].psi for run in runs]))
        assert mean == pytest.approx(runs[0][name].floor, rel=0.35), name


def test_chance_is_not_counted_against_a_small_reference() -> None:
    chance, rules = np.random.default_rng(6), MonitoringSettings(min_rows=1_000, psi_max=0.1)
    found = [shifts.of_scores(chance.random(100), np.ones(100), chance.random(M), rules)[0] for _ in range(60)]
    assert np.mean([(one.psi or 0) > rules.psi_max for one in found]) > 0.3  # as if chance were nothing
    assert np.mean([one.word == "alarm" for one in found]) < 0.05


def test_missing_cells_have_a_bin_of_their_own() -> None:
    some, none = np.arange(1_000.0), np.full(1_000, np.nan)
    [found] = shifts.of_scores(some, np.ones(1_000), np.concatenate([some, none]), RULES)
    assert (found.bins, found.word) == (11, "alarm")


def test_what_moved_is_named_first() -> None:
    chance = np.random.default_rng(4)
    old, new = table(chance, N), table(chance, M)
    for column, moved in (
        ("number", new["number"] + 0.8),
        ("number", new["number"].where(chance.random(M) < 0.5)),  # missing cells are a bin of their own
        ("category", new["category"].where(chance.random(M) < 0.6, "never seen")),
        ("name", new["name"] + "twenty letters longer"),
    ):
        first = shifts.of_columns(old, EVEN, new.assign(**{column: moved}), RULES)[0]
        assert (first.feature, first.word) == (column, "alarm")
    late = new["start"] - np.timedelta64(15, "D")
    assert shifts.of_columns(old, EVEN, new.assign(start=late), RULES)[0].feature == "start to end (days)"


def test_few_rows_on_either_side_are_unknown() -> None:
    chance = np.random.default_rng(5)
    before, after = chance.random(N), chance.random(M) ** 3
    assert shifts.of_scores(before, EVEN, after, RULES)[0].word == "alarm"
    assert shifts.of_scores(before, EVEN, after[:-1], RULES)[0].word == "unknown"
    assert shifts.of_scores(before[:99], EVEN[:99], after, RULES)[0].word == "unknown"
    [none] = shifts.of_scores(before[:0], EVEN[:0], after, RULES)
    assert (none.word, none.psi) == ("unknown", None)


def test_a_reference_that_was_sampled_stands_for_its_population() -> None:
    chance = np.random.default_rng(8)
    everyone, after = table(chance, 20_000), table(chance, M)
    scores, asked = chance.random(20_000), chance.random(M)
    likely = np.clip(np.where(everyone["category"] == "a", 0.02, 0.2) * np.where(scores < 0.3, 0.2, 1.0), 0, 1)
    drawn = np.flatnonzero(chance.random(20_000) < likely)
    some, weight = everyone.iloc[drawn].reset_index(drop=True), 1 / likely[drawn]
    weighted = {**by_name(shifts.of_columns(some, weight, after, RULES)),
                **by_name(shifts.of_scores(scores[drawn], weight, asked, RULES))}  # fmt: skip
    assert {one.word for one in weighted.values()} == {"ok"}
    plain = {**by_name(shifts.of_columns(some, np.ones(len(drawn)), after, RULES)),
             **by_name(shifts.of_scores(scores[drawn], np.ones(len(drawn)), asked, RULES))}  # fmt: skip
    assert (plain["category"].word, plain["score"].word) == ("alarm", "alarm")
    assert (weighted["score"].floor or 0) > (plain["score"].floor or 0), "it is worth fewer rows than it has"
    assert weighted["score"].reference_rows == len(drawn)


def test_the_size_of_weights_does_not_matter() -> None:
    chance = np.random.default_rng(9)
    before, after, weight = chance.random(N), chance.random(M), 1 / chance.uniform(0.1, 1, N)
    [one], [ten] = (shifts.of_scores(before, weight * factor, after, RULES) for factor in (1, 10))
    assert ten.psi == pytest.approx(one.psi)
    assert ten.floor == pytest.approx(one.floor)
    heavy = np.where(np.arange(N) < 50, 100.0, 1e-3)  # worth 50 rows
    [few] = shifts.of_scores(before, heavy, after, RULES)
    assert (few.word, "400 rows of the reference, worth 50;" in few.reason) == ("unknown", True)


def test_what_has_no_reference_is_unknown_and_named() -> None:
    found = shifts.missing("score", 7, "There is none.")
    assert (found.feature, found.word, found.psi, found.rows, found.reason) == (
        "score", "unknown", None, 7, "There is none.",
    )  # fmt: skip
