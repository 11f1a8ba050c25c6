"""From measured parts to one word (pure): each part is as bad as its worst line, and unknown is never ok."""

from collections.abc import Iterable, Mapping, Sequence

from mlops.feedback.reading import Logged
from mlops.monitoring.document import ModelReport, Part_, Retraining, Role, Shift, Word
from mlops.monitoring_settings import MonitoringSettings

MEASURED: tuple[Part_, ...] = ("realised", "shift")
"""Parts that must be ok for the whole to be; an estimate may only alarm."""

_NAMED = 3

ROLES: tuple[Role, ...] = ("live", "canary")
"""Roles that answer, in the order in which they are judged."""


def subject_of(rows: Sequence[Logged]) -> tuple[str, Role] | None:
    """Return the model that is judged, and its role: the newest live one, a canary where none is live.

    Args:
        rows: Answered predictions, in the order of the log.
    """
    newest = {row.role: row.model_id for row in rows}
    return next(((newest[role], role) for role in ROLES if role in newest), None)


def parts_of(judged: ModelReport | None) -> dict[Part_, Word]:
    """Return the word of each part for the model that is judged; all unknown where there is none."""
    if judged is None:
        return {"realised": "unknown", "shift": "unknown", "estimated": "unknown"}
    return {
        "realised": _whole(one.word for one in judged.realised if one.judged),
        "shift": _whole(one.word for one in judged.shifts),
        "estimated": _whole(one.word for one in judged.estimated if one.minimum is not None),
    }


def word_of(parts: Mapping[Part_, Word], *, stale: bool = False) -> Word:
    """Return the word of the whole: an alarm of any part, ok where every measured part is ok, else unknown.

    A stale log tells what was, so its word is unknown whatever its parts say.
    """
    if stale:
        return "unknown"
    if "alarm" in parts.values():
        return "alarm"
    return "ok" if all(parts[name] == "ok" for name in MEASURED) else "unknown"


def retraining_of(parts: Mapping[Part_, Word], settings: MonitoringSettings, *, stale: bool = False) -> Retraining:
    """Return what the settings make of it; an alarm of an estimate alone, or of a stale log, wants no training."""
    return Retraining(
        policy=settings.retrain, wanted=not stale and any(parts[name] == "alarm" for name in MEASURED),
        cooldown_days=settings.cooldown_days,
    )  # fmt: skip


def reasons_of(judged: ModelReport | None, parts: Mapping[Part_, Word], *, stale: str = "") -> tuple[str, ...]:
    """Return why: first why the log is stale, if it is, then alarms, then what is unknown."""
    first = (stale,) if stale else ()
    if judged is None:
        return (*first, "No prediction of the window answered anybody.")
    said = [(one.word, f"{one.metric}, realised: {one.reason}") for one in judged.realised if one.judged]
    said += [(word, f"{names}: {reason}") for word, names, reason in _alike(judged.shifts)]
    said += [(one.word, f"{one.metric}, estimated: {one.reason}") for one in judged.estimated if one.word == "alarm"]
    alarms = [text for word, text in said if word == "alarm"]
    unknown = [text for word, text in said if word == "unknown"]
    missing = [f"{name} was not measured." for name in MEASURED if parts[name] == "unknown" and not _any(judged, name)]
    return (*first, *alarms, *missing, *unknown)


def _alike(shifts: Sequence[Shift]) -> list[tuple[Word, str, str]]:
    """Return words, columns and reasons, each reason once: what lacks rows lacks them in every column."""
    columns: dict[tuple[Word, str], list[str]] = {}
    for one in shifts:
        columns.setdefault((one.word, one.reason), []).append(one.feature)
    return [(word, _named(names), reason) for (word, reason), names in columns.items()]


def _named(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _any(judged: ModelReport, name: Part_) -> Sequence[object]:
    return [one for one in judged.realised if one.judged] if name == "realised" else judged.shifts


def _whole(words: Iterable[Word]) -> Word:
    found = set(words)
    if "alarm" in found:
        return "alarm"
    return "ok" if found == {"ok"} else "unknown"
