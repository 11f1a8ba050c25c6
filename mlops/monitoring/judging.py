"""From measured parts to one word (pure): each part is as bad as its worst line, and unknown is never ok."""

from collections.abc import Iterable, Mapping, Sequence

from mlops.monitoring.document import ModelReport, Part_, Retraining, Word
from mlops.monitoring_settings import MonitoringSettings

MEASURED: tuple[Part_, ...] = ("realised", "shift")
"""Parts that must be ok for the whole to be; an estimate may only alarm."""


def parts_of(live: ModelReport | None) -> dict[Part_, Word]:
    """Return the word of each part for the model that answers now; all unknown where there is none."""
    if live is None:
        return {"realised": "unknown", "shift": "unknown", "estimated": "unknown"}
    return {
        "realised": _whole(one.word for one in live.realised if one.judged),
        "shift": _whole(one.word for one in live.shifts),
        "estimated": _whole(one.word for one in live.estimated if one.minimum is not None),
    }


def word_of(parts: Mapping[Part_, Word]) -> Word:
    """Return the word of the whole: an alarm of any part, ok where every measured part is ok, else unknown."""
    if "alarm" in parts.values():
        return "alarm"
    return "ok" if all(parts[name] == "ok" for name in MEASURED) else "unknown"


def retraining_of(parts: Mapping[Part_, Word], settings: MonitoringSettings) -> Retraining:
    """Return what the settings make of it; an alarm of an estimate alone wants no training."""
    return Retraining(
        policy=settings.retrain, wanted=any(parts[name] == "alarm" for name in MEASURED),
        cooldown_days=settings.cooldown_days,
    )  # fmt: skip


def reasons_of(live: ModelReport | None, parts: Mapping[Part_, Word]) -> tuple[str, ...]:
    """Return why, alarms first, then what is unknown."""
    if live is None:
        return ("No prediction of the window answered anybody.",)
    said = [(one.word, f"{one.metric}, realised: {one.reason}") for one in live.realised if one.judged]
    said += [(one.word, f"{one.feature}: {one.reason}") for one in live.shifts]
    said += [(one.word, f"{one.metric}, estimated: {one.reason}") for one in live.estimated if one.word == "alarm"]
    alarms = [text for word, text in said if word == "alarm"]
    unknown = [text for word, text in said if word == "unknown"]
    missing = [f"{name} was not measured." for name in MEASURED if parts[name] == "unknown" and not _any(live, name)]
    return (*alarms, *missing, *unknown)


def _any(live: ModelReport, name: Part_) -> Sequence[object]:
    return [one for one in live.realised if one.judged] if name == "realised" else live.shifts


def _whole(words: Iterable[Word]) -> Word:
    found = set(words)
    if "alarm" in found:
        return "alarm"
    return "ok" if found == {"ok"} else "unknown"
