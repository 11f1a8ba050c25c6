"""How much of a draw came back with a label, by call and weighted; in the words of a manifest."""

from mlops.feedback import auditing, sidecars
from mlops.feedback.choosing import Chosen
from mlops.feedback.responding import Response, responses
from tests.feedback.test_auditing import WINDOW, rows


def test_each_drawn_row_counts_for_what_it_stands_for() -> None:
    some = rows(2_000)
    draw = auditing.draw(some, task="er", size=200, seed=1, window=WINDOW)
    whole = responses(some, draw.rows)
    assert [one.share for one in whole.values()] == [1.0, 1.0]
    assert sum(one.drawn for one in whole.values()) == 200
    sure = [row._replace(label=None) if row.score < 0.05 else row for row in some]  # large, and drawn thinly
    found = responses(sure, draw.rows)
    population = sum(row.score >= 0.05 for row in some if not row.positive) / sum(not row.positive for row in some)
    assert found[True] == whole[True]
    assert abs(found[False].share - population) < 1e-9
    assert found[False].labelled / found[False].drawn > population + 0.2
    assert responses(some, {}) == {True: Response(0, 0, 1.0), False: Response(0, 0, 1.0)}


def test_a_manifest_says_which_call_came_back_without_labels() -> None:
    chosen = Chosen((), (), 0, 40)
    answers = {True: Response(180, 180, 1.0), False: Response(40, 10, 0.05)}
    assert sidecars.limitations_of(chosen, 0, answers)[-1] == (
        "Of what was drawn and is old enough, labels came of those called positive for 180 of 180 (100.0 % by weight) "
        "and of those called negative for 10 of 40 (5.0 % by weight); the others may differ."
    )
    assert len(sidecars.limitations_of(chosen, 0, {True: Response(0, 0, 1.0)})) == 1
