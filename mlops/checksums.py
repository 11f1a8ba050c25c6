"""``checksums.txt``: what ``sha256sum -c`` understands, read strictly: plain names, each a regular file, each exact."""

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from mlops import documents
from mlops.artifact import CHECKSUMS
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes, sha256_stream

_MAX_BYTES = 64 << 10
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
_LINE = re.compile(rf"(?P<sha256>[0-9a-f]{{64}})  (?P<name>{_NAME.pattern})", re.ASCII)
_FIX = "Download the artifact again, or train again; do not edit its files."


def write(folder: Path, names: Iterable[str]) -> bytes:
    """Hash the files ``names`` of ``folder``, write ``checksums.txt`` beside them and return its bytes.

    One line a file, sorted by name, in the text format of ``sha256sum``: ``<64 hex digits>  <name>``.

    Raises:
        InputRefusedError: A file is absent or no regular file.
    """
    lines = sorted((name, _hash(folder / _plain(name))) for name in set(names))
    data = "".join(f"{sha256}  {name}\n" for name, sha256 in lines).encode()
    documents.write_bytes(folder / CHECKSUMS, data)
    return data


def verify(folder: Path, *, required: Iterable[str] = (), listing: bytes | None = None) -> dict[str, str]:
    """Hash every file that ``checksums.txt`` lists and return the hashes by name.

    Args:
        folder: The artifact.
        required: Files that must be listed.
        listing: The bytes of ``checksums.txt``, where the caller has read them already.

    Raises:
        InputRefusedError: The list is absent or malformed, a file is absent, not regular, or has another hash.
    """
    data = documents.read_bytes(folder / CHECKSUMS, limit=_MAX_BYTES) if listing is None else listing
    listed = parse(data, file=folder / CHECKSUMS)
    absent = sorted(set(required) - set(listed))
    if absent:
        raise _refused(folder / CHECKSUMS, "name", expected=" and ".join(absent), found=" ".join(listed) or "no file")
    for name, expected in listed.items():
        found = _hash(folder / name)
        if found != expected:
            raise _mismatch(folder / name, expected, found)
    return listed


def read_verified(folder: Path, name: str, listed: dict[str, str], *, limit: int = documents.MAX_BYTES) -> bytes:
    """Return the bytes of a listed file; the bytes returned are the bytes hashed.

    Raises:
        InputRefusedError: The file is too large, not regular, or changed since it was verified.
    """
    data = documents.read_bytes(folder / name, limit=limit)
    found = sha256_bytes(data)
    if found != listed.get(name):
        raise _mismatch(folder / name, listed.get(name, "a line in checksums.txt"), found)
    return data


def parse(data: bytes, *, file: object = CHECKSUMS) -> dict[str, str]:
    """Return the hashes by name that the bytes of a ``checksums.txt`` list.

    Raises:
        InputRefusedError: Not in the format above: another path than a plain name, a name twice, another line end.
    """
    text = data.decode("ascii", "backslashreplace")
    listed: dict[str, str] = {}
    lines = text.split("\n")
    if lines.pop() or not lines:
        raise _refused(file, "line", expected="lines that end with a newline", found=text[-80:] or "an empty file")
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise _refused(file, f"line {number}", expected="<64 hex digits>  <plain file name>", found=line[:200])
        if match["name"] in listed:
            raise _refused(file, f"line {number}", expected="each name once", found=match["name"])
        listed[match["name"]] = match["sha256"]
    return listed


def _plain(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{name!r} is no plain file name")
    return name


def _hash(path: Path) -> str:
    """Return the SHA-256 of a regular file; never follow a link, never wait on a pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        found = "a symbolic link" if path.is_symlink() else error.strerror or str(error)
        raise _refused(path, "file", expected="a regular file", found=found) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _refused(path, "file", expected="a regular file", found="a folder, a pipe or a device")
    with os.fdopen(descriptor, "rb") as stream:
        return sha256_stream(stream)[0]


def _mismatch(path: Path, expected: str, found: str) -> InputRefusedError:
    return InputRefusedError(
        "The sha256 of a file of the artifact does not match.",
        file=path,
        field="sha256",
        expected=expected,
        found=found,
        why="The file was changed or damaged after the artifact was made.",
        fix=_FIX,
    )


def _refused(file: object, field: str, *, expected: str, found: str) -> InputRefusedError:
    return InputRefusedError(
        "The artifact is not as a training run leaves it.",
        file=file,
        field=field,
        expected=expected,
        found=found,
        fix=_FIX,
    )
