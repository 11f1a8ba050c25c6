"""Where records are read from: a commit's tree, or the working tree with a run's folder laid over it."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from mlops import artifact, config, documents, environments, judged, provenance, registry
from mlops.certification import keeping

EVIDENCE = (artifact.GATE, artifact.METRICS, artifact.TRAINING, artifact.CERTIFICATION)
"""The documents of a model that hold numbers of ours; the same stand in a run's folder and beside a card."""


class Source(NamedTuple):
    """A file: what tells its content apart from any other, and how to read it."""

    content: Hashable
    load: Callable[[], bytes]


Files = Mapping[str, Source]
"""Files by their path from the top of the repository, with forward slashes."""


def evidence_path(model_id: str, name: str) -> str:
    """Return where a document of a model stands."""
    return (registry.FOLDER / model_id / name).as_posix()


def of_folder(root: Path, model_id: str, run: Path | None = None) -> dict[str, Source]:
    """Return the records of one model in the working tree.

    Args:
        root: The repository.
        model_id: The model.
        run: Folder of a run, whose documents stand in the place of committed ones; None for none.
    """
    task = model_id.partition("_")[0]
    shared = (Path(config.FILE_NAME), environments.PATH, judged.FILE, keeping.path_of(task))
    paths = {path.as_posix(): root / path for path in shared}
    if run is None:
        paths[registry.path_of(model_id).as_posix()] = root / registry.path_of(model_id)
    folder = run or root / registry.FOLDER / model_id
    paths |= {evidence_path(model_id, name): folder / name for name in EVIDENCE}
    return {
        name: Source(str(path), lambda path=path: documents.read_bytes(path, limit=judged.MAX_BYTES))  # type: ignore[misc]  # mypy has no type for a lambda's default
        for name, path in paths.items()
        if path.exists()
    }


def of_history(root: Path) -> Iterator[tuple[int, dict[str, Source]]]:
    """Yield the files after each commit that touched one of them, oldest first, with its time, which never falls.

    Commits say of themselves when they were made, by clocks that differ: one that claims to be older than the commit
    before it counts from then on.

    Args:
        root: The folder of ``mlops.toml``, in a git repository.

    Raises:
        UsageRefusedError: Git cannot be asked.
    """
    files: dict[str, Source] = {}
    time = 0
    for commit in provenance.touched(root, registry.FOLDER.as_posix(), config.FILE_NAME):
        time = max(time, int(commit.change.time.timestamp()))
        for path, blob in commit.blobs.items():
            if blob is None:
                files.pop(path, None)
            else:
                files[path] = Source(blob, lambda blob=blob: provenance.blob(root, blob))  # type: ignore[misc]  # mypy has no type for a lambda's default
        yield time, dict(files)
