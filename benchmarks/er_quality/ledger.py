"""``er_quality_judged.json``: how many different matchers have been judged on the test rows of each dataset."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from benchmarks.er_quality.results import Variants
from benchmarks.machine import ROOT
from mlops import documents
from mlops.documents import Document, Part
from mlops.hashing import Sha256, sha256_bytes
from mlops.metrics import Count

_MATCHER = ("mlops/tasks/er", "mlops/learning", "mlops/training")
_EXAMPLE_DATA = "generator"


class JudgedOnce(Part):
    """A variant of the matcher that was judged on a dataset's test rows.

    Attributes:
        dataset_sha256: Hash of the dataset's file.
        name: The dataset's name then.
        matcher_sha256: Fingerprint of the matcher's source code.
        first_judged: When that happened first, UTC.
    """

    dataset_sha256: Sha256
    name: str
    matcher_sha256: Sha256
    first_judged: datetime


class Before(Part):
    """What happened before the ledger began, as far as it is remembered."""

    dataset_sha256: Sha256
    name: str
    about: Count
    note: str


class Judged(Document):
    """``er_quality_judged.json``: the ledger, one entry a dataset and variant, in the order in which they came."""

    before: tuple[Before, ...] = ()
    entries: tuple[JudgedOnce, ...] = ()


def sources_sha256(*names: str, root: Path = ROOT) -> str:
    """Return one hash over the names and bytes of the Python files at or below ``names``, relative to ``root``."""
    files: set[Path] = set()
    for name in names:
        path = root / name
        files.update(path.rglob("*.py") if path.is_dir() else [path])
    listed = sorted((file.relative_to(root).as_posix(), file) for file in files)
    return sha256_bytes("".join(f"{name}\n{sha256_bytes(file.read_bytes())}\n" for name, file in listed).encode())


def matcher_sha256(root: Path = ROOT) -> str:
    """Return the fingerprint of the matcher: a hash over the sources of the task and of training.

    A comment changes it too, so the ledger rather counts too many variants than too few. The generator of example
    data is left out: no model depends on it.
    """
    task = sorted(path.name for path in (root / _MATCHER[0]).iterdir() if path.name != _EXAMPLE_DATA)
    return sources_sha256(*(f"{_MATCHER[0]}/{name}" for name in task), *_MATCHER[1:], root=root)


def read(path: Path) -> Judged:
    """Return the ledger at ``path``; an empty one where there is no file.

    Raises:
        InputRefusedError: The file is no ledger.
    """
    return documents.read(path, Judged) if path.exists() else Judged()


def record(path: Path, judged: Iterable[tuple[str, str]], *, matcher: str, now: datetime) -> Judged:
    """Write to the ledger at ``path`` that ``matcher`` is judged on datasets, and return the ledger.

    What stands there already is not written again: judging the same code twice is one variant.

    Args:
        path: The ledger.
        judged: Name and hash of each dataset.
        matcher: Fingerprint of the matcher.
        now: The time, UTC.
    """
    ledger = read(path)
    known = {(entry.dataset_sha256, entry.matcher_sha256) for entry in ledger.entries}
    fresh = []
    for name, sha256 in judged:
        if (sha256, matcher) not in known:
            known.add((sha256, matcher))
            fresh.append(JudgedOnce(dataset_sha256=sha256, name=name, matcher_sha256=matcher, first_judged=now))
    if fresh:
        ledger = ledger.model_copy(update={"entries": (*ledger.entries, *fresh)})
        documents.write(path, ledger)
    return ledger


def variants(ledger: Judged, sha256: str) -> Variants:
    """Return how many variants were judged on the dataset with this hash."""
    return Variants(
        recorded=sum(entry.dataset_sha256 == sha256 for entry in ledger.entries),
        before=sum(entry.about for entry in ledger.before if entry.dataset_sha256 == sha256),
    )
