"""Realised quality: labelled rows and audits side by side, never mixed; whoever is not labelled is not forgotten."""

from datetime import date

import numpy as np

from mlops.config import Criterion
from mlops.feedback.reading import Logged
from mlops.monitoring import realised
from mlops.monitoring.covering import Audits
from mlops.monitoring.document import Realised
from mlops.monitoring.realised import Demands
from mlops.monitoring_settings import MonitoringSettings

CRITERIA = {"precision": Criterion(min=0.8), "recall": Criterion(min=0.8)}
DEMANDS = Demands(CRITERIA, MonitoringSettings(min_labels=50), 0.95)
NONE = Audits({}, ())


def row(number: int, label: int | None, *, positive: bool) -> Logged:
    return Logged(
        number, f"{number}", date(2025, 1, 5), "er_20250101", "a" * 64, "live", "", f"e{number}", {},
        0.9 if positive else 0.1, positive, label, None, None, revised=False,
    )  # fmt: skip


def population(tp: int, fp: int, fn: int, tn: int) -> list[Logged]:
    cells = [(1, True)] * tp + [(0, True)] * fp + [(1, False)] * fn + [(0, False)] * tn
    return [row(number, label, positive=positive) for number, (label, positive) in enumerate(cells)]


def hidden(rows: list[Logged]) -> list[Logged]:
    """Return the rows as production labels them: only what was called positive."""
    return [one if one.positive else one._replace(label=None) for one in rows]


def audited(drawn: dict[str, float], rows: list[Logged]) -> Audits:
    """Return audits of a whole window: every row of it could have been drawn."""
    return Audits(drawn, {one.id for one in rows})


def line(found: tuple[Realised, ...], metric: str, selection: str) -> Realised:
    [one] = [one for one in found if (one.metric, one.selection) == (metric, selection)]
    return one


def test_labels_of_what_was_called_positive_say_nothing_of_recall() -> None:
    found = realised.measure(hidden(population(180, 20, 100, 700)), NONE, DEMANDS)
    precision, recall = line(found, "precision", "labelled"), line(found, "recall", "labelled")
    assert (precision.word, precision.judged, precision.estimate.value) == ("ok", True, 0.9)
    assert (recall.word, recall.judged, recall.coverage) == ("unknown", True, 0.0)
    assert recall.estimate.value == 1.0  # what a naive reading would celebrate
    whole = realised.measure(population(180, 20, 100, 700), NONE, DEMANDS)
    assert line(whole, "recall", "labelled").word == "alarm"


def test_an_audit_tells_recall_and_decides_then() -> None:
    chance = np.random.default_rng(7)
    rows = population(1_800, 200, 900, 7_100)  # precision 0.9, recall two thirds
    drawn = {one.id: 0.1 if one.positive else 0.05 for one in rows if chance.random() < (0.1 if one.positive else 0.05)}
    labelled = [one if one.id in drawn or one.positive else one._replace(label=None) for one in rows]
    found = realised.measure(labelled, audited(drawn, rows), DEMANDS)
    recall, precision = line(found, "recall", "audited"), line(found, "precision", "audited")
    assert recall.estimate.lower is not None
    assert recall.estimate.upper is not None
    assert recall.estimate.lower < 1_800 / 2_700 < recall.estimate.upper
    unweighted = sum(one.label == 1 for one in rows if one.id in drawn and one.positive) / sum(
        one.label == 1 for one in rows if one.id in drawn
    )
    assert unweighted > recall.estimate.upper
    assert recall.effective < recall.estimate.n
    assert (recall.word, recall.judged, precision.judged) == ("alarm", True, True)
    assert not any(one.judged for one in found if one.selection == "labelled")


def test_a_draw_that_was_mostly_not_labelled_decides_nothing() -> None:
    rows = population(180, 20, 20, 180)
    drawn = {one.id: 0.5 for one in rows}
    labelled = [one if at % 2 else one._replace(label=None) for at, one in enumerate(rows)]
    assert {one.word for one in realised.measure(labelled, audited(drawn, rows), DEMANDS)} == {"unknown"}


def test_an_audit_whose_one_call_was_not_labelled_says_nothing_of_recall() -> None:
    """Seven of eight drawn rows are labelled, all of one call: recall would read 100 %, and is 54 %."""
    rows = population(270, 30, 230, 1_970)
    drawn = {one.id: 1.0 if one.positive else 0.02 for at, one in enumerate(rows) if one.positive or at % 50 == 0}
    found = realised.measure(hidden(rows), audited(drawn, rows), DEMANDS)
    recall, plain = line(found, "recall", "audited"), line(found, "recall", "labelled")
    assert sum(one.positive for one in rows if one.id in drawn) / len(drawn) > 0.8
    assert (recall.estimate.value, recall.coverage, recall.sufficient) == (1.0, 0.0, False)
    assert (plain.word, plain.judged) == ("unknown", True)
    assert "The audit does not decide: 0.0 %" in plain.reason
    assert "called negative is labelled, by weight (0 of 44 rows)" in plain.reason
    assert "Have the other 44 labelled." in plain.reason
    precision = line(found, "precision", "audited")
    assert (precision.word, precision.judged, precision.coverage) == ("ok", True, 1.0)


def test_a_labelled_row_that_stands_for_many_covers_many() -> None:
    rows = population(0, 0, 0, 110)
    drawn = {one.id: 1.0 if at < 100 else 0.01 for at, one in enumerate(rows)}
    sure = [one._replace(label=None) if at >= 100 else one for at, one in enumerate(rows)]
    unsure = [one._replace(label=None) if at < 100 else one for at, one in enumerate(rows)]
    shares = [
        line(realised.measure(some, audited(drawn, rows), DEMANDS), "accuracy", "audited").coverage
        for some in (sure, unsure)
    ]
    assert shares == [100 / 1_100, 1_000 / 1_100]


def test_an_audit_of_one_day_does_not_speak_for_the_others() -> None:
    rows = population(180, 20, 20, 780)
    days = [one._replace(day=date(2025, 1, 5 + at % 5)) for at, one in enumerate(rows)]
    first = [one.id for one in days if one.day == date(2025, 1, 5)]
    found = realised.measure(days, Audits(dict.fromkeys(first, 1.0), first), DEMANDS)
    alone, every = line(found, "accuracy", "audited"), line(found, "recall", "labelled")
    assert (alone.reach, alone.coverage, alone.sufficient) == (0.2, 1.0, False)
    assert (every.word, every.judged) == ("ok", True)
    assert "20.0 %, less than 80 %, of the rows called" in every.reason
    assert "mlops feedback audit --from 2025-01-05 --until 2025-01-10." in every.reason
    most = [one.id for one in days if one.day < date(2025, 1, 9)]
    found = realised.measure(days, Audits(dict.fromkeys(first, 0.5), most), DEMANDS)
    assert line(found, "accuracy", "audited").sufficient


def test_a_draw_without_any_label_is_told() -> None:
    rows = [one._replace(label=None) if at % 2 else one for at, one in enumerate(population(180, 20, 20, 780))]
    drawn = {one.id: 0.1 for one in rows if one.label is None and int(one.id) % 10 == 1}
    found = realised.measure(rows, audited(drawn, rows), DEMANDS)
    assert {one.selection for one in found} == {"labelled"}
    assert line(found, "recall", "labelled").reason.endswith("None of the 100 rows that it drew is labelled.")


def test_an_interval_that_holds_the_policy_alarms_only_where_the_settings_say_so() -> None:
    rows = population(82, 18, 18, 82)
    found = realised.measure(rows, NONE, DEMANDS)
    assert line(found, "precision", "labelled").word == "ok"
    strict = Demands(CRITERIA, MonitoringSettings(min_labels=50, alarm_on="lower_bound"), 0.95)
    assert line(realised.measure(rows, NONE, strict), "precision", "labelled").word == "alarm"
    few = Demands(CRITERIA, MonitoringSettings(min_labels=101), 0.95)
    assert line(realised.measure(rows, NONE, few), "precision", "labelled").word == "unknown"
