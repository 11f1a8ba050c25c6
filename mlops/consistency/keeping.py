"""Evidence is append-only: what the base branch has committed of data and models must still stand, byte for byte.

A page or chart may be rendered again, by a newer version from the same evidence: the check of the cards holds that it
is what the evidence renders to. All else that was judged or published stays as it is.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mlops import environments, registry
from mlops import manifest as manifests
from mlops.card.facts import CHART
from mlops.consistency.findings import Findings, problem
from mlops.errors import MlopsError
from mlops.formatting import printable
from mlops.ids import ModelId
from mlops.trees import Difference, compare, scan

_MANIFESTS = (f"{manifests.FOLDER.as_posix()}/*.json",)
_CARDS = (f"{registry.FOLDER.as_posix()}/*.md", f"{registry.FOLDER.as_posix()}/*/*")


def check_keeping(root: Path, base: Path) -> Findings:
    """Return what of the base branch's manifests, cards and evidence was altered or taken away.

    Args:
        root: The working tree.
        base: A checkout of the base branch.
    """
    pins = compare(scan(base, _MANIFESTS), scan(root, _MANIFESTS))
    cards = compare(scan(base, _CARDS), scan(root, _CARDS))
    kept = registry.model_ids(root / registry.FOLDER)
    return Findings.together((_manifests(pins, kept), _cards(cards, kept, _served(root))))


def _manifests(difference: Difference, cards: list[ModelId]) -> Findings:
    named = {card.dataset: card for card in cards}
    letters = [_altered(path, "pin changed data under a new date: `mlops pin`") for path in difference.changed]
    letters += _not_compared(difference)
    notes = []
    for path in difference.removed:
        dataset = _id_in(path)
        if dataset is not None and dataset.number == 1 and dataset.dataset in named:
            letters.append(_removed(path, f"the card of {named[dataset.dataset]} names it"))
        else:
            notes.append(f"{printable(path)} was removed.")
    return Findings(tuple(letters), tuple(notes))


def _cards(difference: Difference, cards: list[ModelId], served: dict[str, str]) -> Findings:
    ours = Difference(
        added=(),
        removed=tuple(path for path in difference.removed if _id_in(path)),
        changed=tuple(path for path in difference.changed if _id_in(path)),
        unknown={path: why for path, why in difference.unknown.items() if _id_in(path)},
    )
    letters = [
        _altered(path, "a further model on the same data has an id of its own: `mlops train --model-id`")
        for path in ours.changed
        if not _is_rendered(path)
    ]
    letters += _not_compared(ours)
    notes = [f"{path} was rendered again." for path in ours.changed if _is_rendered(path)]
    for path in ours.removed:
        model = str(_id_in(path))
        if model in served:
            letters.append(_removed(path, f"{model} serves {served[model]}"))
        elif model in map(str, cards):
            letters.append(_removed(path, f"the card of {model} stands"))
        else:
            notes.append(f"{path} was removed.")
    return Findings(tuple(letters), tuple(notes))


def _served(root: Path) -> dict[str, str]:
    """Return by model the environment that it serves; nothing where that cannot be read, which is told elsewhere."""
    try:
        declared = environments.read(root)
    except MlopsError:
        return {}
    return {model: name for name, served in declared.environments.items() for model in served.values()}


def _id_in(path: str) -> ModelId | None:
    """Return the id below whose name a file stands; None for a file that belongs to none."""
    try:
        return ModelId.parse(PurePosixPath(path).parts[1].partition(".")[0])
    except MlopsError:
        return None


def _is_rendered(path: str) -> bool:
    return path.endswith((".md", f"/{CHART}"))


def _not_compared(difference: Difference) -> Iterator[MlopsError]:
    for path, why in difference.unknown.items():
        yield problem(
            "This cannot be compared with the base branch.",
            path,
            expected="the file as it is on the base branch",
            found=why,
            fix="Restore it from the base branch.",
        )


def _altered(path: str, instead: str) -> MlopsError:
    return problem(
        "What the base branch has committed was altered; evidence is only ever added.",
        path,
        expected="the file as it is on the base branch",
        found="other bytes",
        fix=f"Restore it from the base branch; {instead}.",
    )


def _removed(path: str, why: str) -> MlopsError:
    return problem(
        "This was taken away and is still needed.",
        path,
        expected="the file as it is on the base branch",
        found="nothing",
        why=f"{why[0].upper()}{why[1:]}.",
        fix="Restore it from the base branch.",
    )
