"""Bytes once: a file is hashed while it is copied into a private folder, and only that copy is ever parsed."""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from mlops.errors import InputRefusedError, UnavailableError
from mlops.hashing import CHUNK

_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class AbsentError(InputRefusedError):
    """There is no such file or object; another URI may still have it."""


@dataclass(frozen=True)
class Blob:
    """A private copy of a file, alive while the ``with`` that made it lasts.

    Attributes:
        path: The copy, in a folder that only this user can enter.
        sha256: Of exactly the bytes in the copy.
        size: In bytes.
        name: What the user or the manifest calls the original, for messages.
    """

    path: Path
    sha256: str
    size: int
    name: str


@contextlib.contextmanager
def open_regular(path: Path, *, name: str, follow: bool = True) -> Iterator[IO[bytes]]:
    """Open a regular file without ever waiting on a pipe.

    Raises:
        InputRefusedError: Absent, a folder, a pipe, a device, unreadable, or a link when ``follow`` is False.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags if follow else flags | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        raise AbsentError("The file does not exist.", file=name, fix="Check the path.") from None
    except (OSError, ValueError) as error:
        raise InputRefusedError(
            "The file cannot be read.",
            file=name,
            expected="a readable regular file",
            found=error,
            fix="Check the path.",
        ) from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        found = "a folder" if stat.S_ISDIR(mode) else f"a pipe or a device ({stat.filemode(mode)})"
        raise InputRefusedError(
            "This is not a regular file.", file=name, expected="a regular file", found=found, fix="Check the path."
        )
    with os.fdopen(descriptor, "rb") as stream:
        yield stream


def copy_hashed(source: IO[bytes], target: Path, *, limit: int, name: str) -> Blob:
    """Copy ``source`` to the new file ``target`` and hash what is written.

    Raises:
        InputRefusedError: More than ``limit`` bytes, or a Git LFS pointer instead of data.
        UnavailableError: The copy cannot be written.
    """
    digest = hashlib.sha256()
    size = 0
    head = b""
    with _open_new(target, name) as out:
        while chunk := source.read(CHUNK):
            head = head or chunk[: len(_LFS_POINTER)]
            size += len(chunk)
            if size > limit:
                raise _too_large(limit, name)
            digest.update(chunk)
            _write(out, chunk, name)
    _refuse_pointer(head, name)
    return Blob(target, digest.hexdigest(), size, name)


def hash_regular(path: Path, *, limit: int, name: str) -> tuple[str, int]:
    """Return the SHA-256 and the size of a local file, of which nothing is kept.

    Raises:
        InputRefusedError: No regular file, more than ``limit`` bytes, or a Git LFS pointer instead of data.
    """
    digest = hashlib.sha256()
    size = 0
    head = b""
    with open_regular(path, name=name, follow=False) as stream:
        while chunk := stream.read(CHUNK):
            head = head or chunk[: len(_LFS_POINTER)]
            size += len(chunk)
            if size > limit:
                raise _too_large(limit, name)
            digest.update(chunk)
    _refuse_pointer(head, name)
    return digest.hexdigest(), size


def _refuse_pointer(head: bytes, name: str) -> None:
    if head == _LFS_POINTER:
        raise InputRefusedError(
            "This is a Git LFS pointer, not the data it stands for.", file=name,
            expected="the data itself", found="a pointer of a few lines",
            why="The repository was cloned without Git LFS.",
            fix="Run `git lfs install` and `git lfs pull`; in GitHub Actions give actions/checkout `lfs: true`.",
        )  # fmt: skip


def _too_large(limit: int, name: str) -> InputRefusedError:
    return InputRefusedError(
        "The file is larger than the policy allows.", file=name, field="storage.max_bytes",
        expected=f"at most {limit:,} bytes", found="more",
        fix="Raise max_bytes under [storage] in mlops.toml if data of this size is meant.",
    )  # fmt: skip


def _open_new(target: Path, name: str) -> IO[bytes]:
    try:
        return target.open("xb")
    except OSError as error:
        raise _cannot_copy(name, error) from error


def _write(out: IO[bytes], chunk: bytes, name: str) -> None:
    try:
        out.write(chunk)
        out.flush()
    except OSError as error:
        raise _cannot_copy(name, error) from error


def _cannot_copy(name: str, error: OSError) -> UnavailableError:
    return UnavailableError(
        "The private copy of the data could not be written.", file=name, why=error.strerror or str(error),
        fix="Free space in the temporary folder, or set TMPDIR to a roomier one, then run the same command again.",
    )  # fmt: skip
