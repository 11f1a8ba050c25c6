"""Checking committed cards against their evidence: what is committed must be what the evidence renders to."""

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from mlops import documents, registry
from mlops import manifest as manifests
from mlops.card import evidence
from mlops.card.agreement import Disagreement, disagreements
from mlops.card.certificate import ledger_differences
from mlops.card.facts import CHART
from mlops.card.page import render
from mlops.card.structure import dead_links, empty_sections
from mlops.errors import InputRefusedError, MlopsError
from mlops.ids import DatasetId, ModelId
from mlops.manifest import Manifest

DIFF_LINES = 40


class Problem(NamedTuple):
    """What does not hold about a committed card.

    Attributes:
        id: The model's id.
        what: One sentence.
        details: What helps to see it; may have many lines.
        file: The file that is wrong.
        field: The field that is wrong, where it is one.
        expected: What would hold.
        found: What stands there.
    """

    id: str
    what: str
    details: str = ""
    file: str = ""
    field: str = ""
    expected: str = ""
    found: str = ""


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
        parts = (error.what, error.letter(), error.file, error.field, error.expected, error.found)
        return [Problem(str(model_id), *parts)]


def refuse_unsound(model_id: ModelId, root: Path) -> None:
    """Refuse a model whose committed card is absent, or does not hold against its evidence.

    Raises:
        InputRefusedError: With the first thing that does not hold.
    """
    folder = root / registry.FOLDER
    if not registry.path_of(model_id, folder).is_file():
        raise InputRefusedError(
            "This model has no card here.", file=registry.path_of(model_id), expected="the card of a judged model",
            found="nothing", fix=f"Publish it first: mlops card dist/{model_id}, and commit it.",
        )  # fmt: skip
    problems = check(model_id, folder, root / manifests.FOLDER)
    if problems:
        raise InputRefusedError(
            "The card of this model does not hold.", file=problems[0].file, field=problems[0].field,
            expected=problems[0].expected, found=problems[0].found or problems[0].details,
            why=problems[0].what, fix=f"mlops card --check {model_id}",
        )  # fmt: skip


def orphans(folder: Path) -> list[Problem]:
    """Return the folders of evidence that have no card: a card was removed, or its writing was cut short."""
    cards = {str(model) for model in registry.model_ids(folder)}
    return [
        Problem(
            path.name,
            "There is evidence without a card.",
            str(path),
            file=str(path),
            expected=str(registry.path_of(path.name, folder)),
            found="nothing",
        )
        for path in sorted(folder.iterdir() if folder.is_dir() else ())
        if path.is_dir() and path.name not in cards and _is_id(path.name)
    ]


def _problems(model_id: ModelId, folder: Path, manifest_folder: Path) -> Iterator[Problem]:
    path, own = registry.path_of(model_id, folder), folder / str(model_id)
    name, page = str(model_id), str(path)
    committed = documents.read_bytes(path)
    facts, files = evidence.read(model_id, folder)
    on_ledger = (Disagreement(*entry) for entry in ledger_differences(facts, folder))
    wrong = [*disagreements(facts, files), *(entry for entry in on_ledger if entry.expected != entry.found)]
    for entry in wrong:
        yield _disagreeing(name, entry, own)
    if wrong:
        return
    kept, text = evidence.with_chart(facts, files), render(facts)
    if committed != text.encode():
        found = _diff(committed.decode("utf-8", errors="replace"), text)
        what = "The card is not what its evidence renders to."
        yield Problem(name, what, found, page, expected="what `mlops card` writes", found=found)
    if documents.read_bytes(own / CHART) != kept.files[CHART]:
        what = "The chart is not what the evidence renders to."
        yield Problem(name, what, file=str(own / CHART), expected="what `mlops card` draws", found="another picture")
    if name != facts.training.model_id:
        other = facts.training.model_id
        yield Problem(name, "The evidence is that of another model.", other, page, expected=name, found=other)
    for title in empty_sections(text):
        yield Problem(name, f"The section {title!r} is empty.", file=page, expected="text", found="nothing")
    for target in dead_links(text, folder):
        yield Problem(name, f"The link {target!r} leads nowhere.", file=page, expected="a file", found=target)
    yield from _against_pin(model_id, facts.manifest, manifest_folder)


def _disagreeing(name: str, entry: Disagreement, own: Path) -> Problem:
    file, expected, found = str(own / entry.file), str(entry.expected), str(entry.found)
    details = f"{file}\nfield: {entry.field}\nexpected: {expected}\nfound: {found}"
    what = "The documents of this model do not belong together."
    return Problem(name, what, details, file, entry.field, expected, found)


def _against_pin(model_id: ModelId, kept: Manifest, manifest_folder: Path) -> Iterator[Problem]:
    """Yield a problem if the repository pins other bytes under the dataset's id than the card was made from."""
    path = manifests.path_of(DatasetId.parse(kept.id), manifest_folder)
    if path.exists() and (pinned := manifests.load(path)).sha256 != kept.sha256:
        details = f"{path} pins {pinned.sha256}, the card names {kept.sha256}"
        what = "The dataset is pinned to other bytes now."
        yield Problem(str(model_id), what, details, str(path), "sha256", expected=kept.sha256, found=pinned.sha256)


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
