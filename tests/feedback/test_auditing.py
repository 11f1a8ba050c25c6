"""Audits: the same draw for the same seed, the whole size, some of each band, and estimates right on average."""

import json
from datetime import date

import numpy as np
import pytest

from mlops import documents
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.feedback import auditing, draws
from mlops.feedback.draws import AuditDraw
from mlops.feedback.reading import Logged, Window

WINDOW = Window(date(2025, 1, 1), date(2025, 2, 1), date(2025, 1, 31))


def rows(count: int, *, seed: int = 0, threshold: float = 0.5) -> list[Logged]:
    """Return predictions whose scores are mostly sure; a score is right about its label as often as it says."""
    chance = np.random.default_rng(seed)
    return [
        Logged(
            number, f"{number:032x}", date(2025, 1, 5), "er_20250101", "a" * 64, "live", "", f"{number}", {},
            float(score), bool(score >= threshold), int(chance.random() < score), None, None, revised=False,
        )
        for number, score in enumerate(chance.beta(0.15, 0.3, count))
    ]  # fmt: skip


def drawn(some: list[Logged], size: int, seed: int = 1) -> AuditDraw:
    return auditing.draw(some, task="er", size=size, seed=seed, window=WINDOW)


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    some = rows(2_000)
    assert drawn(some, 100) == drawn(some, 100)
    assert drawn(some, 100).rows != drawn(some, 100, seed=2).rows
    assert drawn(some, 100).name == "er_20250131-s1"


@pytest.mark.parametrize("size", [12, 100, 1_999, 2_000, 5_000])
def test_the_draw_has_its_size_and_some_of_each_band(size: int) -> None:
    some = rows(2_000)
    found = drawn(some, size)
    assert len(found.rows) == sum(one.drawn for one in found.strata) == min(size, 2_000)
    assert all(0 < one.drawn <= one.population for one in found.strata)
    assert sum(one.population for one in found.strata) == 2_000
    assert all(found.probability(row) == found.rows.get(row.id, found.probability(row)) > 0 for row in some)


def test_there_are_more_near_the_threshold() -> None:
    found = {(one.positive, one.low): one.probability for one in drawn(rows(5_000), 300).strata}
    assert found[False, 0.2] > 3 * found[False, 0.0]
    assert found[True, 0.5] > 3 * found[True, 0.95]


def test_weighted_estimates_are_right_on_average_and_plain_ones_are_not() -> None:
    some = rows(4_000)
    tp = sum(row.positive and row.label == 1 for row in some)
    recall = tp / sum(row.label == 1 for row in some)
    weighted, plain = [], []
    for seed in range(60):
        found = drawn(some, 250, seed)
        hit = [row for row in some if row.id in found.rows and row.label == 1]
        called = [row for row in hit if row.positive]
        weighted.append(sum(1 / found.rows[row.id] for row in called) / sum(1 / found.rows[row.id] for row in hit))
        plain.append(len(called) / len(hit))
    error = np.std(weighted) / np.sqrt(len(weighted))
    assert abs(np.mean(weighted) - recall) < 3.5 * error + 0.005
    assert abs(np.mean(plain) - recall) > 10 * error


def test_two_draws_give_each_row_the_chance_of_either() -> None:
    some = rows(400)
    one, two = drawn(some, 60, 1), drawn(some, 90, 2)
    found = draws.inclusion((one, two), some)
    assert set(found) == {*one.rows, *two.rows}
    for row in some:
        if row.id in found:
            left = (1 - one.probability(row)) * (1 - two.probability(row))
            assert found[row.id] == pytest.approx(1 - left)
    assert draws.inclusion((one,), [row._replace(model_id="er_20250102") for row in some]) == {}
    assert draws.inclusion((one,), [row._replace(day=WINDOW.until) for row in some]) == {}


def test_what_came_after_a_draw_could_not_be_drawn_by_it() -> None:
    """Of the same day, model and band: rows that were logged later, and rows of another log."""
    some = [row._replace(log=7) for row in rows(400)]
    old, new = drawn(some[:300], 300), drawn(some, 60, 2)
    assert (old.last, old.log) == (299, 7)
    found = draws.inclusion((old, new), some)
    assert all(found[row.id] == (1 if row.number < 300 else new.rows[row.id]) for row in some if row.id in found)
    assert any(row.number >= 300 for row in some if row.id in found)
    assert [old.probability(row._replace(log=8, id="0" * 31 + "x")) for row in some[:3]] == [0, 0, 0]
    assert old.probability(some[0]._replace(log=0, id="0" * 31 + "x")) == 1, "a copy from before logs had a number"


def test_a_draw_that_does_not_say_where_it_ended_ends_with_the_day_it_was_made() -> None:
    some = rows(200)
    draw = drawn(some, 50)
    made = json.loads(documents.dumps(draw))
    del made["last"], made["log"]
    read = documents.loads(json.dumps({**made, "until": "2025-03-01"}).encode(), AuditDraw)
    assert draws.inclusion((read,), some) == draws.inclusion((draw,), some)
    late = some[0]._replace(id="f" * 32, number=900)
    assert read.probability(late._replace(day=date(2025, 1, 31))) > 0
    assert read.probability(late._replace(day=date(2025, 2, 1))) == 0


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(InputRefusedError):
        drawn([], 10)
    with pytest.raises(UsageRefusedError):
        drawn(rows(2_000), 3)
