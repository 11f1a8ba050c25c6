"""Integration: a validated batch becomes part of a dataset, as a new file with a new manifest; the old one stays."""

from mlops.integration.merging import Merged, Revision, merge
from mlops.integration.report import ChampionScore, Integration, to_markdown

__all__ = ["ChampionScore", "Integration", "Merged", "Revision", "merge", "to_markdown"]
