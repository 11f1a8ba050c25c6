"""Realised quality: labelled rows and audits side by side, never mixed; whoever is not labelled is not forgotten."""

from datetime import date

import numpy as np

from mlops.config import Criterion
from mlops.feedback.reading import Logged
from mlops.monitoring import realised
from mlops.monitoring.document import Realised
from mlops.monitoring.realised import Demands
from mlops.monitoring_settings import MonitoringSettings

CRITERIA = {"precision": Criterion(min=0.8), "recall": Criterion(min=0.8)}
DEMANDS = Demands(CRITERIA, MonitoringSettings(min_labels=50), 0.95)


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


def line(found: tuple[Realised, ...], metric: str, selection: str) -> Realised:
    [one] = [one for one in found if (one.metric, one.selection) == (metric, selection)]
    return one


def test_labels_of_what_was_called_positive_say_nothing_of_recall() -> None:
    found = realised.measure(hidden(population(180, 20, 100, 700)), {}, DEMANDS)
    precision, recall = line(found, "precision", "labelled"), line(found, "recall", "labelled")
    assert (precision.word, precision.judged, precision.estimate.value) == ("ok", True, 0.9)
    assert (recall.word, recall.judged, recall.coverage) == ("unknown", True, 0.0)
    assert recall.estimate.value == 1.0  # what a naive reading would celebrate
    whole = realised.measure(population(180, 20, 100, 700), {}, DEMANDS)
    assert line(whole, "recall", "labelled").word == "alarm"


def test_an_audit_tells_recall_and_decides_then() -> None:
    chance = np.random.default_rng(7)
    rows = population(1_800, 200, 900, 7_100)  # precision 0.9, recall two thirds
    drawn = {one.id: 0.1 if one.positive else 0.05 for one in rows if chance.random() < (0.1 if one.positive else 0.05)}
    labelled = [one if one.id in drawn or one.positive else one._replace(label=None) for one in rows]
    found = realised.measure(labelled, drawn, DEMANDS)
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
    assert {one.word for one in realised.measure(labelled, drawn, DEMANDS)} == {"unknown"}


def test_an_interval_that_holds_the_policy_alarms_only_where_the_settings_say_so() -> None:
    rows = population(82, 18, 18, 82)
    found = realised.measure(rows, {}, DEMANDS)
    assert line(found, "precision", "labelled").word == "ok"
    strict = Demands(CRITERIA, MonitoringSettings(min_labels=50, alarm_on="lower_bound"), 0.95)
    assert line(realised.measure(rows, {}, strict), "precision", "labelled").word == "alarm"
    few = Demands(CRITERIA, MonitoringSettings(min_labels=101), 0.95)
    assert line(realised.measure(rows, {}, few), "precision", "labelled").word == "unknown"
