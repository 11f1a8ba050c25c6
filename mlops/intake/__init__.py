"""The gate of incoming data: what a change brings for a dataset that grows, judged before it is merged.

Needs neither numpy nor a data frame, so that whoever holds a token can render the comment without loading data.
"""

from mlops.intake.document import BatchEntry, IntakeReport
from mlops.intake.judging import Found, judge
from mlops.intake.page import page_of

__all__ = ["BatchEntry", "Found", "IntakeReport", "judge", "page_of"]
