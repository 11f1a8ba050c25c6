"""Which predictions a verb of ``mlops feedback`` asks for."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from mlops.config import Settings
from mlops.contract.model import Contract
from mlops.feedback.reading import Window
from mlops.ids import format_date, parse_date, utc_today


def day_of(as_of: date | None) -> date:
    """Return the day as of which a log is read, today by default; raises UsageRefusedError for one in the future."""
    today = utc_today()
    return today if as_of is None else parse_date(format_date(as_of), field="--as-of", today=today)


@dataclass(frozen=True)
class Asked:
    """Which predictions; None means not given."""

    log: Path
    task: str
    start: date | None
    until: date | None
    as_of: date | None
    maturity: int | None

    def window(self) -> Window:
        """Return the days that are read; by default all of the log, as it is today.

        Raises:
            UsageRefusedError: ``as_of`` is in the future: labels would seem to have had time that they had not.
        """
        as_of = day_of(self.as_of)
        return Window(self.start or date.min, self.until or as_of + timedelta(days=1), as_of)

    def maturity_days(self, settings: Settings, contract: Contract | None) -> int:
        """Return the days that a label gets to come."""
        declared = settings.task(self.task).monitoring.maturity_days
        if self.maturity is not None or declared is not None:
            return self.maturity if self.maturity is not None else declared or 0
        return 0 if contract is None else contract.maturity_days
