"""What a run of certification leaves, committed by pull request: which files it may be, and what may become of them.

The files come from a job that ran data and models, so only paths that are listed here pass, each by its own rule: data
and manifests are only ever added, ledgers only grow, a model's card stays the first one, pages are replaced.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from mlops import documents, judged, manifest
from mlops.certification.keeping import check_extends
from mlops.certification.ledger import MAX_BYTES, Ledger
from mlops.errors import ConflictError, InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.ids import DatasetId
from mlops.manifest import Manifest

Rule = Literal["add", "grow", "once", "replace"]

MAX_FILES = 500
_DAY = r"[0-9]{8}"
_MODEL = rf"{_DAY}(?:-[0-9]{{1,3}})?"
_RULES: tuple[tuple[str, Rule], ...] = (
    (rf"data/TASK/TASK_{_DAY}-[0-9a-f]{{12}}\.(?:csv|parquet)", "add"),
    (rf"data_manifests/TASK_{_DAY}\.json", "add"),
    (r"data_manifests/TASK/(?:DATA_COLLECTION_TRACKER\.md|collection\.svg)", "replace"),
    (r"model_cards/TASK/ledger\.jsonl", "grow"),
    (r"model_cards/TASK/PHASE3_RESULTS\.md", "replace"),
    (r"model_cards/TASK/(?:ML_CERTIFICATION_DASHBOARD\.md|certification\.svg)", "replace"),
    (r"model_cards/judged\.jsonl", "grow"),
    (rf"model_cards/TASK_{_MODEL}\.md", "once"),
    (rf"model_cards/TASK_{_MODEL}/[a-z][a-z0-9_-]{{0,39}}\.(?:json|svg|txt)", "once"),
)


def read_records(folder: Path, task: str) -> Mapping[str, bytes]:
    """Return the files below a folder by their paths in the repository.

    Raises:
        InputRefusedError: A path is none that a run of certification writes, a file is a link or too large, or a
            manifest pins other bytes than those beside it.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    for name in names:
        rule_of(name, task)
    if not names or len(names) > MAX_FILES:
        raise InputRefusedError(
            "This is no folder of records.", file=folder, expected=f"1 to {MAX_FILES} files", found=len(names),
            fix="Name the folder that the job which certified left.",
        )  # fmt: skip
    found = {name: documents.read_bytes(path, limit=MAX_BYTES) for name, path in names.items()}
    for name, data in found.items():
        if name.startswith(f"data_manifests/{task}_"):
            _check_manifest(name, documents.loads(data, Manifest, file=name), found)
        elif name.endswith("/ledger.jsonl"):
            Ledger.loads(data, file=name)
        elif name == judged.FILE.as_posix():
            judged.read(folder / name)
    return found


def rule_of(name: str, task: str) -> Rule:
    """Return what may become of a path; raises InputRefusedError for one that no run of certification writes."""
    for pattern, rule in _RULES:
        if re.fullmatch(pattern.replace("TASK", re.escape(task)), name, re.ASCII):
            return rule
    raise InputRefusedError(
        "A run of certification does not write this file; nothing was published.", file=ascii(name[:200]),
        expected=f"integrated data, manifests, ledger, pages or cards of {task}", found="another path",
        fix="Find out which step wrote it; publish by hand what a person has reviewed.",
    )  # fmt: skip


def changes(records: Mapping[str, bytes], tree: Path, task: str, base: str) -> Iterator[str]:
    """Yield the paths that differ from those of ``tree``, a checkout of the base branch.

    Raises:
        ConflictError: The ledger is no extension of the base branch's, or evidence would be changed.
    """
    for name, data in records.items():
        path = tree / name
        old = documents.read_bytes(path, limit=MAX_BYTES) if path.exists() or path.is_symlink() else None
        if old == data:
            continue
        rule = rule_of(name, task)
        if rule == "once" and (tree / _card_of(name)).exists():
            continue
        if rule == "grow" and old is not None:
            _check_grows(name, old, data, base)
        if rule == "add" and old is not None:
            raise ConflictError(
                "What is published already would be changed.", file=name, expected=sha256_bytes(old),
                found=sha256_bytes(data), why="Another run has published other bytes under the same name.",
                fix="Run the certification again: it begins with what the branch has now.",
            )  # fmt: skip
        yield name


def _card_of(name: str) -> Path:
    """Return the path of the card that a file is, or is the evidence of."""
    path = Path(name)
    return path if path.suffix == ".md" else path.parent.with_suffix(".md")


def _check_grows(name: str, old: bytes, data: bytes, base: str) -> None:
    if name.endswith("/ledger.jsonl"):
        check_extends(Ledger.loads(data, file=name), old, Path(name), base)
    elif not data.startswith(old):
        raise ConflictError(
            "A record that only grows is not the base branch's with lines added.", file=name,
            expected=f"the {old.count(10):,} lines that {base} has, and more after them",
            found=f"{data.count(10):,} lines", why="Another run has written to it meanwhile.",
            fix="Run the certification again: it begins with what the branch has now.",
        )  # fmt: skip


def _check_manifest(name: str, pinned: Manifest, found: Mapping[str, bytes]) -> None:
    data = found.get(pinned.uris[0])
    if manifest.path_of(DatasetId.parse(pinned.id)).as_posix() != name or (
        data is not None and sha256_bytes(data) != pinned.sha256
    ):
        raise InputRefusedError(
            "The manifest does not pin the data beside it.", file=name, field="sha256", expected=pinned.sha256,
            found=pinned.id if data is None else sha256_bytes(data), fix="Run the certification again.",
        )  # fmt: skip
