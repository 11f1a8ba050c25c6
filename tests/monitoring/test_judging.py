"""One word from the parts: an alarm anywhere alarms, unknown is never ok, an estimate never reassures or retrains."""

import json
from datetime import UTC, date, datetime
from itertools import product

import pytest

from mlops import documents
from mlops.metrics import Estimate
from mlops.monitoring import freshness, judging, page
from mlops.monitoring.document import Monitoring, Realised, Word
from mlops.monitoring_settings import MonitoringSettings
from tests.monitoring.reports import report

WORDS: tuple[Word, ...] = ("ok", "alarm", "unknown")


@pytest.mark.parametrize(("realised", "shift", "estimated"), list(product(WORDS, repeat=3)))
def test_every_combination(realised: Word, shift: Word, estimated: Word) -> None:
    parts = judging.parts_of(None) | {"realised": realised, "shift": shift, "estimated": estimated}
    word = judging.word_of(parts)
    assert (word == "alarm") == ("alarm" in {realised, shift, estimated})
    assert (word == "ok") == (realised == shift == "ok" and estimated != "alarm")
    assert judging.retraining_of(parts, MonitoringSettings()).wanted == ("alarm" in {realised, shift})
    assert judging.word_of(parts, stale=True) == "unknown"
    assert not judging.retraining_of(parts, MonitoringSettings(), stale=True).wanted


def test_without_a_live_model_all_is_unknown_and_said() -> None:
    assert judging.word_of(judging.parts_of(None)) == "unknown"
    assert "answered anybody" in judging.reasons_of(None, judging.parts_of(None))[0]


def test_a_log_is_stale_after_the_days_of_the_settings_and_the_letter_says_what_to_do() -> None:
    at, rules = datetime(2025, 1, 20, 23, 59, tzinfo=UTC), MonitoringSettings()
    assert freshness.staleness(at, date(2025, 1, 23), rules) == ""
    why = freshness.staleness(at, date(2025, 1, 24), rules)
    assert "newest prediction is of 2025-01-20, 4 days before 2025-01-24; at most 3" in why
    assert "mlops feedback snapshot" in why
    assert freshness.staleness(at, date(2026, 1, 24), MonitoringSettings(stale_after_days=0)) == ""
    assert freshness.staleness(None, date(2025, 1, 24), rules) == ""
    assert judging.reasons_of(None, judging.parts_of(None), stale=why)[0] == why


def test_a_report_from_before_canaries_were_judged_is_read_as_it_was_meant() -> None:
    old = json.loads(documents.dumps(report()))
    del old["newest"], old["stale"], old["models"][0]["role"]
    read = documents.loads(json.dumps(old).encode(), Monitoring)
    assert (read.models[0].judged, read.newest, read.stale) == ("live", None, False)
    assert page.title_of(read) == "Monitoring of er: ok (er_20250101)"
    canary = read.models[0].model_copy(update={"live": False, "role": "canary"})
    assert page.title_of(read.model_copy(update={"models": (canary,)})).endswith("(er_20250101, canary)")


def test_what_lacks_in_every_column_is_said_once() -> None:
    [model] = report().models
    names = ("a", "b", "c", "d", "e")
    few = [model.shifts[0].model_copy(update={"feature": name, "word": "unknown", "reason": "Few."}) for name in names]
    other = model.shifts[0].model_copy(update={"feature": "score", "word": "alarm", "reason": "Far."})
    judged = model.model_copy(update={"shifts": (*few, other)})
    parts = judging.parts_of(None) | {"shift": "alarm", "realised": "ok"}
    assert judging.reasons_of(judged, parts) == ("score: Far.", "a, b, c and 2 more: Few.")


def test_the_terminal_tells_realised_quality_with_numbers_and_bounds() -> None:
    found = report()
    line = Realised(
        metric="recall", selection="labelled", estimate=Estimate(value=0.9, lower=0.87, upper=0.95, n=143),
        effective=143, coverage=1, minimum=0.88, sufficient=True, judged=True, word="ok", reason="",
    )  # fmt: skip
    beside = line.model_copy(update={"metric": "f1", "judged": False})
    model = found.models[0].model_copy(update={"realised": (line, beside)})
    text = page.to_text(found.model_copy(update={"models": (model,), "reasons": tuple(map(str, range(17)))}))
    assert "\n    recall    90.0 % (87.0 % to 95.0 %) on 143 rows, every labelled row" in text
    assert "88 % is asked for: ok" in text
    assert "f1 " not in text
    assert text.endswith("\n  14\n  and 2 more reasons: see the page")
