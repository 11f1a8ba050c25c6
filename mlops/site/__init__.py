"""The history page: one static file that tells from committed records what there is, what is live and what was."""

from mlops.site.facts import History, SiteFacts
from mlops.site.page import GENERATOR, render_page
from mlops.site.reading import read

__all__ = ["GENERATOR", "History", "SiteFacts", "read", "render_page"]
