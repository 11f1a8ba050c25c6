"""Names of manifests and cards: on some machines names that differ only by case are one, and some name no file."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from mlops import manifest as manifests
from mlops import registry
from mlops.consistency.findings import Findings, problem
from mlops.errors import MlopsError
from mlops.formatting import printable
from mlops.ids import ModelId, is_reserved

_RESEMBLING = re.compile(r"[A-Za-z0-9]+[_-][0-9]{8}(?:[_-][0-9]+)?", re.ASCII)

FOLDERS = (manifests.FOLDER, registry.FOLDER)


def check_names(root: Path) -> Findings:
    """Return every name in the folders of manifests and cards that is not the same name everywhere."""
    return Findings(problems=tuple(letter for folder in FOLDERS for letter in _in(root / folder, folder)))


def _in(folder: Path, shown: Path) -> Iterator[MlopsError]:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        yield problem(
            "This is not a folder of the repository.",
            shown.as_posix(),
            expected="a folder, or nothing",
            found="a symbolic link" if folder.is_symlink() else "a file",
            fix="Remove it, and restore the folder from git.",
        )
        return
    same = defaultdict(list)
    for path in sorted(folder.iterdir() if folder.is_dir() else ()):
        same[path.name.casefold()].append(path.name)
    for names in same.values():
        where = (shown / names[0]).as_posix()
        if len(names) > 1:
            yield problem(
                "Two names differ only by case.",
                where,
                expected="names that are different on every machine",
                found=" and ".join(map(printable, names)),
                why="On macOS and Windows they are one file, and one of the two is lost.",
                fix="Remove all but the one in lower case.",
            )
        elif is_reserved(names[0]):
            yield problem(
                "Windows keeps this name for a device.",
                where,
                expected="a name that is a file on every machine",
                found=printable(names[0]),
                fix="Rename or remove the file.",
            )
        elif _only_resembles_an_id(names[0]):
            yield problem(
                "This name resembles an id and is none.",
                where,
                expected="<task>_<YYYYMMDD>, for example er_20251020 or er_20251020-2, in lower case",
                found=names[0],
                why="Manifests and cards are found by their ids, so this file is not seen.",
                fix="Rename or remove the file.",
            )


def _only_resembles_an_id(name: str) -> bool:
    stem = name.partition(".")[0]
    if _RESEMBLING.fullmatch(stem) is None:
        return False
    try:
        ModelId.parse(stem)
    except MlopsError:
        return True
    return False
