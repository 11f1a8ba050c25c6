"""Cards and their evidence: each is rendered again and every document held against the others."""

from dataclasses import dataclass
from pathlib import Path

from mlops import manifest as manifests
from mlops import registry
from mlops.card import checking
from mlops.card.checking import Problem
from mlops.consistency.findings import Findings, problem
from mlops.errors import MlopsError

_FIX = "Restore card and evidence from git, or render the card again: `mlops card {id}`."


@dataclass(frozen=True)
class Cards:
    """What was found of the cards, and which of them hold."""

    findings: Findings
    sound: frozenset[str]


def check_cards(root: Path) -> Cards:
    """Return what does not hold of the cards in ``root``, and the ids of those of which everything does."""
    folder = root / registry.FOLDER
    model_ids = registry.model_ids(folder)
    found = {str(model): checking.check(model, folder, root / manifests.FOLDER) for model in model_ids}
    orphans = checking.orphans(folder)
    letters = [_letter(entry) for entry in (*orphans, *(entry for wrong in found.values() for entry in wrong))]
    sound = frozenset(name for name, wrong in found.items() if not wrong)
    return Cards(Findings(tuple(letters), looked_at={"cards": len(found)}), sound)


def _letter(entry: Problem) -> MlopsError:
    return problem(
        f"{entry.id}: {entry.what}",
        entry.file or registry.path_of(entry.id),
        field=entry.field,
        expected=entry.expected or "what `mlops card` writes",
        found=entry.found or entry.details or "something else",
        fix=_FIX.format(id=entry.id),
    )
