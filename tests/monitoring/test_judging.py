"""One word from the parts: an alarm anywhere alarms, unknown is never ok, an estimate never reassures or retrains."""

from itertools import product

import pytest

from mlops.monitoring import judging
from mlops.monitoring.document import Word
from mlops.monitoring_settings import MonitoringSettings

WORDS: tuple[Word, ...] = ("ok", "alarm", "unknown")


@pytest.mark.parametrize(("realised", "shift", "estimated"), list(product(WORDS, repeat=3)))
def test_every_combination(realised: Word, shift: Word, estimated: Word) -> None:
    parts = judging.parts_of(None) | {"realised": realised, "shift": shift, "estimated": estimated}
    word = judging.word_of(parts)
    assert (word == "alarm") == ("alarm" in {realised, shift, estimated})
    assert (word == "ok") == (realised == shift == "ok" and estimated != "alarm")
    assert judging.retraining_of(parts, MonitoringSettings()).wanted == ("alarm" in {realised, shift})


def test_without_a_live_model_all_is_unknown_and_said() -> None:
    assert judging.word_of(judging.parts_of(None)) == "unknown"
    assert "answered anybody" in judging.reasons_of(None, judging.parts_of(None))[0]
