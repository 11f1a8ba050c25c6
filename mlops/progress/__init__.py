"""Progress: the documents that tell how data grows and models fare, rendered from manifests and the ledger alone."""

from mlops.progress.facts import Facts, lineage_of
from mlops.progress.pages import DOCUMENTS, rendered

__all__ = ["DOCUMENTS", "Facts", "lineage_of", "rendered"]
