"""Changing which model an environment serves: the line of ``environments.json``, and the cards that tell of it."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mlops import documents, registry
from mlops.card import evidence
from mlops.card.page import render
from mlops.environments import PATH, Environments
from mlops.errors import MlopsError
from mlops.ids import ModelId


def declare(root: Path, declared: Environments, environment: str, model: ModelId) -> tuple[Path, ...]:
    """Have an environment be served by a model, and the cards of this model and the one before say so.

    Args:
        root: The repository.
        declared: What ``environments.json`` says.
        environment: One that it declares.
        model: Serves its task there from now on.

    Returns:
        The paths that were written, from ``root``: cards first, the line that decides last.

    Raises:
        InputRefusedError: The documents of the model's card do not belong together; nothing was written.
        UnavailableError: A file could not be written.
    """
    task, served = model.dataset.task, declared.environments[environment]
    wanted = Environments(environments={**declared.environments, environment: {**served, task: str(model)}})
    pages = {registry.path_of(model): _page(root, wanted, model)}
    before = served.get(task)
    if before not in {None, str(model)}:
        # A card that does not hold is told by `mlops card --check`; it must not keep another model from going live.
        with suppress(MlopsError):
            old = ModelId.parse(str(before))
            pages[registry.path_of(old)] = _page(root, wanted, old)
    written = [path for path, text in pages.items() if (root / path).read_bytes() != text]
    for path in written:
        documents.write_bytes(root / path, pages[path])
    documents.write(root / PATH, wanted)
    return (*written, PATH)


def _page(root: Path, wanted: Environments, model: ModelId) -> bytes:
    found = evidence.load(model, root / registry.FOLDER)
    serves = tuple(sorted(name for name, served in wanted.environments.items() if str(model) in served.values()))
    return render(replace(found.facts, serves=serves)).encode()
