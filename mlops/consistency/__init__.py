"""Is what is committed consistent? Files are hashed and cards rendered; no data is parsed and nothing is fetched."""

from pathlib import Path

from mlops.config import Settings
from mlops.consistency.cards import check_cards
from mlops.consistency.data import check_data
from mlops.consistency.findings import Findings, located
from mlops.consistency.keeping import check_keeping
from mlops.consistency.ledger import check_ledger
from mlops.consistency.names import check_names
from mlops.consistency.serving import check_serving
from mlops.trees import refuse_no_base

__all__ = ["Findings", "check"]


def check(root: Path, settings: Settings, base: Path | None = None) -> Findings:
    """Return everything that does not hold, and what was looked at.

    Args:
        root: The working tree.
        settings: Its settings.
        base: A checkout of the base branch, of which nothing that is evidence may be altered; None compares nothing.

    Raises:
        UsageRefusedError: ``base`` is no folder, or is the working tree itself.
    """
    if base is not None:
        refuse_no_base(root, base)
    cards = check_cards(root)
    parts = [
        check_names(root),
        check_data(root, settings.storage),
        cards.findings,
        check_ledger(root, base),
        check_serving(root, settings, base, sound=cards.sound),
    ]
    if base is not None:
        parts.append(check_keeping(root, base))
    return located(Findings.together(parts), root)
