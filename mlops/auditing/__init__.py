"""Gate 2: may each feature be one, and are the new rows of the old kind? (METHOD.md, section 4)."""

from mlops.auditing.coding import Rows, rows_of
from mlops.auditing.demands import Parity
from mlops.auditing.document import AuditReport
from mlops.auditing.judging import Subject, audit
from mlops.auditing.limits import AuditLimits
from mlops.auditing.page import markdown_of, tables_of
from mlops.auditing.serving import different_scores

__all__ = [
    "AuditLimits",
    "AuditReport",
    "Parity",
    "Rows",
    "Subject",
    "audit",
    "different_scores",
    "markdown_of",
    "rows_of",
    "tables_of",
]
