"""How old a log is: a copy that nobody renews any more looks well for as long as the window is."""

from datetime import date, datetime, timedelta
from pathlib import Path

from mlops.feedback import reading
from mlops.monitoring_settings import MonitoringSettings

_NEWEST = "SELECT max(at) FROM predictions WHERE task = ? AND at < ?"


def newest(log: Path, task: str, as_of: date) -> datetime | None:
    """Return when the newest prediction of a task was answered, in UTC, up to and with ``as_of``; None without any.

    Raises:
        InputRefusedError: The file is no log.
    """
    with reading.opened(log) as connection:
        at = connection.execute(_NEWEST, (task, (as_of + timedelta(days=1)).isoformat())).fetchone()[0]
    return None if at is None else datetime.fromisoformat(at)


def staleness(at: datetime | None, as_of: date, settings: MonitoringSettings) -> str:
    """Return why a log is too old to judge what is served on ``as_of``; empty where it is not, or holds nothing.

    Args:
        at: Its newest prediction, in UTC.
        as_of: The day of the report, in UTC.
        settings: From how many days on it is.
    """
    if at is None or not settings.stale_after_days or (days := (as_of - at.date()).days) <= settings.stale_after_days:
        return ""
    return (
        f"The log is stale: its newest prediction is of {at.date()}, {days:,} days before {as_of}; at most "
        f"{settings.stale_after_days:,} are asked for. Probably nobody renews the snapshot any more, or nobody asks "
        "the server. See to both on its machine, then: mlops feedback snapshot --log FILE --to URI."
    )
