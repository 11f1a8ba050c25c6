"""Gate 1 of tabular data: is a batch what its contract says, and which of its rows are not? (METHOD.md, section 3).

Pure: a table, its contract, the day from which it is looked at and the keys that are known come in; a report and the
bad rows come out. A high score never outweighs a blocker, and every dimension has a floor of its own.
"""

from mlops.validation.batch import Batch
from mlops.validation.judging import Occasion, Outcome, validate
from mlops.validation.limits import Limits
from mlops.validation.page import html_of, markdown_of
from mlops.validation.quarantine import quarantine_of, to_parquet
from mlops.validation.report import Validation

__all__ = [
    "Batch",
    "Limits",
    "Occasion",
    "Outcome",
    "Validation",
    "html_of",
    "markdown_of",
    "quarantine_of",
    "to_parquet",
    "validate",
]
