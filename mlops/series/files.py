"""Where records are read from: a commit's tree, or the working tree with the folders of runs laid over it."""

import functools
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TypeVar

from mlops import artifact, config, documents, judged, provenance, registry
from mlops.certification import keeping
from mlops.series.sampling import EARLIEST

T = TypeVar("T")

EVIDENCE = (artifact.GATE, artifact.METRICS, artifact.TRAINING, artifact.CERTIFICATION)
"""The documents of a model that hold numbers of ours; the same stand in a run's folder and beside a card."""


_DAY = 86_400


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
    """Return the records in the working tree; evidence without its card, such as a deleted one's, is none.

    Args:
        root: The repository.
        runs: By the id of a model the folder of a run, whose documents stand in the place of committed ones.
    """
    own = root / registry.FOLDER
    paths = [root / config.FILE_NAME, *own.glob("*.md"), *own.glob("*.json*"), *own.glob(f"*/{keeping.FILE}")]
    paths += [path for name in EVIDENCE for path in own.glob(f"*/{name}")]
    found = with_card({path.relative_to(root).as_posix(): path for path in paths if path.is_file()})
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


def of_history(root: Path, doubted: list[str] | None = None) -> Iterator[tuple[int, dict[str, Source]]]:
    """Yield the files after each commit that touched one of them, oldest first, with its time, which never falls.

    Commits say of themselves when they were made, by clocks that differ. The longest run of times that do not fall is
    believed, of those since 2000 and not after today; any other commit counts from a second after the one before it.

    Args:
        root: The folder of ``mlops.toml``, in a git repository.
        doubted: Takes the name and the day of each commit that counts from another day than it claims.

    Raises:
        UsageRefusedError: Git cannot be asked.
    """
    files: dict[str, Source] = {}
    commits = provenance.touched(root, registry.FOLDER.as_posix(), config.FILE_NAME)
    claimed = [int(commit.change.time.timestamp()) for commit in commits]
    latest = int(datetime.now(UTC).timestamp()) + _DAY
    for commit, time in zip(commits, believed(claimed, latest), strict=True):
        made = commit.change.time
        if doubted is not None and abs(time - made.timestamp()) > _DAY:
            doubted.append(f"{commit.change.commit[:10]} ({made:%Y-%m-%d})")
        for path, blob in commit.blobs.items():
            if blob is None:
                files.pop(path, None)
            else:
                files[path] = Source(blob, functools.partial(provenance.blob, root, blob))
        yield time, with_card(files)


def with_card(files: Mapping[str, T]) -> dict[str, T]:
    """Return ``files`` without documents whose model has no card among them: whoever takes a card away withdraws it."""
    gone = {
        path
        for path in map(PurePosixPath, files)
        if path.name in EVIDENCE and registry.path_of(path.parent.name).as_posix() not in files
    }
    return {name: file for name, file in files.items() if PurePosixPath(name) not in gone}


def believed(claimed: Sequence[int], latest: int) -> list[int]:
    """Return times that never fall: the longest run of claimed ones that does not, and beside it what fits.

    Args:
        claimed: (n,) times, seconds since 1970.
        latest: No time is later.

    Returns:
        (n,) the claimed time of those in the run; of any other a second after the one before it. Those before the run
        begin when it does, and without any time to believe at ``EARLIEST``.
    """
    tails: list[int] = []  # of the runs of each length found so far, where the one that ends lowest ends
    values: list[int] = []
    previous: dict[int, int | None] = {}
    for at, time in enumerate(claimed):
        if EARLIEST <= time <= latest:
            length = bisect_right(values, time)
            previous[at] = tails[length - 1] if length else None
            tails[length : length + 1], values[length : length + 1] = [at], [time]
    run: set[int] = set()
    at_end = tails[-1] if tails else None
    while at_end is not None:
        run.add(at_end)
        at_end = previous[at_end]
    now, found = (claimed[min(run)] if run else EARLIEST) - 1, []
    for at, time in enumerate(claimed):
        now = max(now, time) if at in run else now + 1
        found.append(now)
    return found
