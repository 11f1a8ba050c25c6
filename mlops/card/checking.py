"""Checking committed cards against their evidence: what is committed must be what the evidence renders to."""

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from mlops import documents, registry
from mlops import manifest as manifests
from mlops.card import evidence
from mlops.card.facts import CHART
from mlops.card.page import render
from mlops.card.structure import dead_links, empty_sections
from mlops.errors import MlopsError
from mlops.ids import DatasetId, ModelId
from mlops.manifest import Manifest

DIFF_LINES = 40


class Problem(NamedTuple):
    """What does not hold about a committed card; ``details`` may have many lines."""

    id: str
    what: str
    details: str = ""


def check(model_id: ModelId, folder: Path, manifest_folder: Path) -> list[Problem]:
    """Return what does not hold about one card.

    Args:
        model_id: Whose card.
        folder: Where the cards stand.
        manifest_folder: Where the manifests stand; a manifest that is there must pin the bytes that the card names.
    """
    try:
        return list(_problems(model_id, folder, manifest_folder))
    except MlopsError as error:
        return [Problem(str(model_id), error.what, error.letter())]


def orphans(folder: Path) -> list[Problem]:
    """Return the folders of evidence that have no card: a card was removed, or its writing was cut short."""
    cards = {str(model) for model in registry.model_ids(folder)}
    return [
        Problem(path.name, "There is evidence without a card.", str(path))
        for path in sorted(folder.iterdir() if folder.is_dir() else ())
        if path.is_dir() and path.name not in cards and _is_id(path.name)
    ]


def _problems(model_id: ModelId, folder: Path, manifest_folder: Path) -> Iterator[Problem]:
    path = registry.path_of(model_id, folder)
    committed = documents.read_bytes(path)
    kept = evidence.load(model_id, folder)
    text = render(kept.facts)
    if committed != text.encode():
        found = committed.decode("utf-8", errors="replace")
        yield Problem(str(model_id), "The card is not what its evidence renders to.", _diff(found, text))
    if documents.read_bytes(folder / str(model_id) / CHART) != kept.files[CHART]:
        yield Problem(str(model_id), "The chart is not what the evidence renders to.")
    if str(model_id) != kept.facts.training.model_id:
        yield Problem(str(model_id), "The evidence is that of another model.", kept.facts.training.model_id)
    for title in empty_sections(text):
        yield Problem(str(model_id), f"The section {title!r} is empty.")
    for target in dead_links(text, folder):
        yield Problem(str(model_id), f"The link {target!r} leads nowhere.")
    yield from _against_pin(model_id, kept.facts.manifest, manifest_folder)


def _against_pin(model_id: ModelId, kept: Manifest, manifest_folder: Path) -> Iterator[Problem]:
    """Yield a problem if the repository pins other bytes under the dataset's id than the card was made from."""
    path = manifests.path_of(DatasetId.parse(kept.id), manifest_folder)
    if path.exists() and (pinned := manifests.load(path)).sha256 != kept.sha256:
        details = f"{path} pins {pinned.sha256}, the card names {kept.sha256}"
        yield Problem(str(model_id), "The dataset is pinned to other bytes now.", details)


def _diff(committed: str, rendered: str) -> str:
    lines = list(unified_diff(committed.splitlines(), rendered.splitlines(), "committed", "rendered", lineterm="", n=1))
    left_out = [f"… and {len(lines) - DIFF_LINES} more lines"] if len(lines) > DIFF_LINES else []
    return "\n".join([*lines[:DIFF_LINES], *left_out])


def _is_id(name: str) -> bool:
    try:
        ModelId.parse(name)
    except MlopsError:
        return False
    return True
