"""Where records are read from: a commit's tree, or the working tree with the folders of runs laid over it."""

import functools
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from mlops import artifact, config, documents, judged, provenance, registry
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


def of_tree(root: Path, runs: Mapping[str, Path]) -> dict[str, Source]:
    """Return the records in the working tree.

    Args:
        root: The repository.
        runs: By the id of a model the folder of a run, whose documents stand in the place of committed ones.
    """
    own = root / registry.FOLDER
    paths = [root / config.FILE_NAME, *own.glob("*.md"), *own.glob("*.json*"), *own.glob(f"*/{keeping.FILE}")]
    paths += [path for name in EVIDENCE for path in own.glob(f"*/{name}")]
    found = {path.relative_to(root).as_posix(): path for path in paths if path.is_file()}
    for model, folder in runs.items():
        found.pop(registry.path_of(model).as_posix(), None)
        for name in EVIDENCE:
            found.pop(evidence_path(model, name), None)
            if (folder / name).is_file():
                found[evidence_path(model, name)] = folder / name
    return {
        name: Source(str(path), functools.partial(documents.read_bytes, path, limit=judged.MAX_BYTES))
        for name, path in found.items()
    }


def of_history(root: Path, ahead: list[str] | None = None) -> Iterator[tuple[int, dict[str, Source]]]:
    """Yield the files after each commit that touched one of them, oldest first, with its time, which never falls.

    Commits say of themselves when they were made, by clocks that differ: one that claims to be older than the commit
    before it, or younger than now, counts from when that commit does.

    Args:
        root: The folder of ``mlops.toml``, in a git repository.
        ahead: Takes the name and the day of each commit that claims to be younger than now.

    Raises:
        UsageRefusedError: Git cannot be asked.
    """
    files: dict[str, Source] = {}
    time, now = 0, datetime.now(UTC)
    for commit in provenance.touched(root, registry.FOLDER.as_posix(), config.FILE_NAME):
        made = commit.change.time
        if made > now and ahead is not None:
            ahead.append(f"{commit.change.commit[:10]} ({made:%Y-%m-%d})")
        time = max(time, int(made.timestamp()) if made <= now else 0)
        for path, blob in commit.blobs.items():
            if blob is None:
                files.pop(path, None)
            else:
                files[path] = Source(blob, functools.partial(provenance.blob, root, blob))
        yield time, dict(files)
