"""Two plain folders compared by what their files hold: no git, no times, no sizes; nothing is followed or executed.

A fingerprint says what a file is and holds. Line ends of texts do not count, because checkouts differ in them. What
cannot be read to its end is told apart from everything, itself included: nobody knows whether it is the same.
"""

import hashlib
import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlops.errors import UsageRefusedError
from mlops.globs import matches, may_match_below
from mlops.hashing import CHUNK

MAX_BYTES = 256 << 20
"""Of one file; a larger one is not compared."""

_ALWAYS_OUT = ".git"
_COMPILED = "__pycache__"
_HEADER = 8  # of a compiled module: magic number, flags (PEP 552)


@dataclass(frozen=True)
class Fingerprint:
    """What stands at a path.

    Attributes:
        holds: Equal where the contents are; empty where they are not known.
        unknown: Why the contents are not known.
    """

    holds: str = ""
    unknown: str = ""


@dataclass(frozen=True)
class Difference:
    """What a change did to a tree; every path is relative to it, with ``/``, in order.

    Attributes:
        added: Paths that only the new tree has.
        removed: Paths that only the old tree has.
        changed: Paths whose contents differ.
        unknown: Paths that could not be compared, with the reason.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    unknown: Mapping[str, str]


def refuse_no_base(root: Path, base: Path, *, itself: bool = False) -> None:
    """Refuse what is no checkout of the base branch.

    Args:
        root: The working tree.
        base: What was named as the checkout.
        itself: Whether the working tree itself will do, with which nothing can differ.

    Raises:
        UsageRefusedError: No folder, or the working tree itself.
    """
    same = base.is_dir() and base.samefile(root)
    if not base.is_dir() or (same and not itself):
        raise UsageRefusedError(
            "There is no checkout of the base branch here.",
            file=base,
            field="--base",
            expected="a folder with the base branch, apart from this working tree",
            found="the working tree itself" if same else "a file" if base.exists() else "nothing",
            fix="Check it out beside this tree: `git worktree add ../base origin/main`, then pass `--base ../base`.",
        )


def compare(old: Mapping[str, Fingerprint], new: Mapping[str, Fingerprint]) -> Difference:
    """Return how two trees differ. A file that was renamed is one that was removed and one that was added."""
    both = sorted(old.keys() & new.keys())
    unknown = {path: why for path in sorted(old.keys() | new.keys()) if (why := _unknown(path, old, new))}
    return Difference(
        added=tuple(sorted(new.keys() - old.keys() - unknown.keys())),
        removed=tuple(sorted(old.keys() - new.keys() - unknown.keys())),
        changed=tuple(path for path in both if path not in unknown and old[path] != new[path]),
        unknown=unknown,
    )


def scan(root: Path, globs: Collection[str], *, leave_out: Iterable[Path] = ()) -> dict[str, Fingerprint]:
    """Return the fingerprint of every file below ``root`` that ``globs`` mean.

    Args:
        root: The tree.
        globs: As :func:`mlops.globs.check_glob` accepts them.
        leave_out: Folders that are no part of the tree, such as a checkout of another branch inside of it.
    """
    outside = {folder.resolve() for folder in leave_out}
    return {path: fingerprint(root / path, root) for path in _paths(root, globs, outside)}


def fingerprint(path: Path, root: Path) -> Fingerprint:
    """Return what stands at ``path``; a link is its target and what the target holds, where that lies in ``root``."""
    try:
        if path.is_symlink():
            return _linked(path, root)
        return Fingerprint(holds=_hash(path))
    except OSError as error:
        return Fingerprint(unknown=error.strerror or str(error))
    except _UnreadableError as error:
        return Fingerprint(unknown=str(error))


class _UnreadableError(Exception):
    """A file whose contents cannot be compared, and why."""


def _unknown(path: str, old: Mapping[str, Fingerprint], new: Mapping[str, Fingerprint]) -> str:
    found = (tree[path].unknown for tree in (new, old) if path in tree)
    return next(filter(None, found), "")


def _paths(root: Path, globs: Collection[str], outside: Collection[Path]) -> Iterator[str]:
    """Yield the paths that ``globs`` mean, and every link to a folder and unreadable folder in which they could."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda entry: entry.name)
        except OSError:
            yield folder  # to be told as what it is: not readable
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if (
                    entry.name != _ALWAYS_OUT
                    and may_match_below(path, globs)
                    and Path(entry.path).resolve() not in outside
                ):
                    folders.append(path)
            elif matches(path, globs):
                if not _is_cache(Path(entry.path)):
                    yield path
            elif entry.is_symlink() and Path(entry.path).is_dir() and may_match_below(path, globs):
                yield path


def _linked(path: Path, root: Path) -> Fingerprint:
    target = path.readlink().as_posix()
    try:
        whole = path.resolve()
    except RuntimeError:  # links in a circle, up to Python 3.12
        raise _UnreadableError("a link that leads to itself") from None
    if not whole.is_relative_to(root.resolve()):
        raise _UnreadableError("a link out of the tree")
    if not whole.is_file():
        raise _UnreadableError("a link that leads to no file")
    return Fingerprint(holds=f"link {target} {_hash(whole)}")


def _hash(path: Path) -> str:
    """Return the kind and the SHA-256 of a regular file; of a text, with every line ended by a newline alone."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode) or facts.st_size > MAX_BYTES:
        os.close(descriptor)
        is_file = stat.S_ISREG(facts.st_mode)
        raise _UnreadableError(f"larger than {MAX_BYTES:,} bytes" if is_file else "no regular file")
    with os.fdopen(descriptor, "rb") as stream:
        whole, lines = hashlib.sha256(), hashlib.sha256()
        binary, held = False, b""
        while chunk := stream.read(CHUNK):
            whole.update(chunk)
            binary = binary or b"\0" in chunk
            text = held + chunk
            held = text[-1:] if text.endswith(b"\r") else b""  # its newline may stand in the next piece
            lines.update(text[: len(text) - len(held)].replace(b"\r\n", b"\n"))
        lines.update(held)
    return f"bytes {whole.hexdigest()}" if binary else f"text {lines.hexdigest()}"


def _is_cache(path: Path) -> bool:
    """Tell whether Python wrote this file when it ran the code, and would write it again after a change of the code.

    One that is checked by a hash, or not at all, could hold other code than the source beside it, so it counts.
    """
    if path.parent.name != _COMPILED or path.suffix != ".pyc" or path.is_symlink():
        return False
    try:
        with path.open("rb") as stream:
            header = stream.read(_HEADER)
    except OSError:
        return False
    return len(header) == _HEADER and header[4:] == bytes(4)
