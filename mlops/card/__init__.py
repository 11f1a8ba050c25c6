"""The model card: a pure function of committed documents.

A card stands at ``model_cards/<id>.md``; its evidence, from which it can be rendered again, in ``model_cards/<id>/``.
"""

from mlops.card.facts import CardFacts, CardNotes
from mlops.card.page import render

__all__ = ["CardFacts", "CardNotes", "render"]
