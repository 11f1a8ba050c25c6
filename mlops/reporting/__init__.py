"""What people read inside GitHub: summaries, comments and check runs, made from documents alone (pure).

Needs neither numpy nor a data frame, so that whoever holds a token can render without loading data.
"""

from mlops.reporting.digest import Digest, changes_since, digest_of, digest_of_record, name_of_earlier, parse_digest
from mlops.reporting.history import HistoryPoint, points_of
from mlops.reporting.lines import MARKS, title_of
from mlops.reporting.links import Links
from mlops.reporting.sizes import COMMENT_LIMIT, SUMMARY_LIMIT, fit
from mlops.reporting.training import training_summary_of
from mlops.reporting.verdict import judged_facts, summary_of

__all__ = [
    "COMMENT_LIMIT",
    "MARKS",
    "SUMMARY_LIMIT",
    "Digest",
    "HistoryPoint",
    "Links",
    "changes_since",
    "digest_of",
    "digest_of_record",
    "fit",
    "judged_facts",
    "name_of_earlier",
    "parse_digest",
    "points_of",
    "summary_of",
    "title_of",
    "training_summary_of",
]
