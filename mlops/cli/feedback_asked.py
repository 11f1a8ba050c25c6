"""Which predictions a verb of ``mlops feedback`` asks for."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from mlops.config import Settings
from mlops.contract.model import Contract
from mlops.feedback.reading import Window
from mlops.ids import utc_today


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
        """Return the days that are read; by default all of the log, as it is today."""
        as_of = self.as_of or utc_today()
        return Window(self.start or date.min, self.until or as_of + timedelta(days=1), as_of)

    def maturity_days(self, settings: Settings, contract: Contract | None) -> int:
        """Return the days that a label gets to come."""
        declared = settings.task(self.task).monitoring.maturity_days
        if self.maturity is not None or declared is not None:
            return self.maturity if self.maturity is not None else declared or 0
        return 0 if contract is None else contract.maturity_days
