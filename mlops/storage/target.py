"""A place that models are served from: a folder, or a prefix in an object store. Whole files in, whole files out.

A file is replaced so that a reader sees the old bytes or the new: in a folder by rename, in an object store by one
put. A folder can be locked; in an object store two writers at once are kept apart by whoever starts them (a
concurrency group of the workflow) and found out by the pointer's number.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import fsspec

from mlops import documents
from mlops.errors import ConflictError, InputRefusedError, MlopsError, UnavailableError, UsageRefusedError
from mlops.storage.copying import AbsentError
from mlops.storage.uris import EXTRAS

SCHEMES = tuple(scheme for scheme in EXTRAS if scheme != "https")
"""Of object stores that can be written to; each needs the extra of its name."""

MAX_BYTES = 1 << 30

_URI = re.compile(rf"(?P<scheme>{'|'.join(SCHEMES)})://[^/?#@\s]+(?:/[^\s?#]*)?", re.ASCII)
_LIKE_A_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:", re.ASCII)  # one letter is a drive of Windows
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*", re.ASCII)


class Target:
    """Named files in one place; names have ``/`` between their parts, and nothing leads out.

    Attributes:
        uri: The place, as it was named.
    """

    def __init__(self, uri: str, filesystem: Any, base: str) -> None:  # noqa: ANN401  # fsspec has no types
        self.uri = uri
        self._fs = filesystem
        self._base = base.rstrip("/")

    @classmethod
    def open(cls, uri: str, *, root: Path) -> "Target":
        """Return the place that ``uri`` names; nothing is requested yet.

        Args:
            uri: ``s3://``, ``gs://`` or ``az://`` with a bucket and a prefix, or the path of a folder.
            root: The repository, below which a relative path lies.

        Raises:
            UsageRefusedError: A URI of another kind, its extra is not installed, or a file where a folder should be.
        """
        if _LIKE_A_SCHEME.match(uri) is None:
            if not uri.strip() or not uri.isprintable():
                raise _unknown(uri)
            return cls(uri, None, str(_folder((root / uri).absolute(), uri)))
        match = _URI.fullmatch(uri)
        if match is None:
            raise _unknown(uri)
        try:
            filesystem, base = fsspec.core.url_to_fs(uri, use_listings_cache=False)
        except ImportError as error:
            scheme = match["scheme"]
            raise UsageRefusedError(
                f"Writing to {scheme}:// needs an optional part of mlops that is not installed.",
                file=uri, why=str(error), fix=f"pip install 'precision-gate[{scheme}]'",
            ) from None  # fmt: skip
        return cls(uri, filesystem, base)

    def is_there(self) -> bool:
        """Tell whether the folder exists; an object store has none, so there it always does."""
        return self._fs is not None or Path(self._base).is_dir()

    def read(self, name: str, *, limit: int = MAX_BYTES) -> bytes:
        """Return the bytes of a file.

        Raises:
            AbsentError: There is no such file.
            InputRefusedError: No regular file, or more than ``limit`` bytes.
            UnavailableError: The storage did not deliver.
        """
        path = self._path(name)
        if self._fs is None:
            if not os.path.lexists(path):
                raise self._absent(name)
            file = Path(path)
            if file.is_file() and file.stat().st_size > limit:
                raise self._too_large(name, file.stat().st_size, limit)
            return documents.read_bytes(file, limit=limit)
        with self._telling(name, "deliver the file"):
            size = self._fs.size(path)
            if size is not None and size > limit:
                raise self._too_large(name, size, limit)
            return bytes(self._fs.cat_file(path))

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file."""
        path = self._path(name)
        if self._fs is None:
            return Path(path).is_file()
        with self._telling(name, "say what it holds"):
            return bool(self._fs.isfile(path))

    def is_file_of_here(self, name: str, file: Path) -> bool:
        """Tell whether a name of this target is ``file`` of this machine, by whatever path or link."""
        path = Path(self._path(name))
        return self._fs is None and path.exists() and file.exists() and path.samefile(file)

    def write(self, name: str, data: bytes, *, limit: int = MAX_BYTES) -> None:
        """Have a file hold ``data``; until that is done it holds what it held.

        Raises:
            InputRefusedError: More than ``limit`` bytes, which nobody could read again; nothing was sent.
            UnavailableError: The storage did not take it.
        """
        path = self._path(name)
        if len(data) > limit:
            raise InputRefusedError(
                "This is more than a target takes for one file; nothing was sent.", file=self._shown(name),
                expected=f"at most {limit:,} bytes", found=f"{len(data):,} bytes",
                fix="Make it smaller: fewer features or trees of a model, fewer days of a log.",
            )  # fmt: skip
        if self._fs is None:
            documents.write_bytes(Path(path), data)
            return
        with self._telling(name, "take the file"):
            self._fs.pipe_file(path, data)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other writers out of a folder while the ``with`` lasts; does nothing in an object store.

        Raises:
            ConflictError: Another writer is at work.
            UnavailableError: The folder cannot be written.
        """
        if self._fs is not None:
            yield
            return
        with self._lock_file() as stream:
            try:
                _lock(stream)
            except OSError:
                raise ConflictError(
                    "Another deployment to this target is at work; nothing was changed.",
                    file=self.uri,
                    fix="Wait until it has ended, then run the same command again.",
                ) from None
            yield

    @contextlib.contextmanager
    def _lock_file(self) -> Iterator[IO[bytes]]:
        try:
            Path(self._base).mkdir(parents=True, exist_ok=True)
            stream = Path(self._base, ".lock").open("ab")  # noqa: SIM115  # closed below
        except OSError as error:
            raise UnavailableError(
                "The target cannot be written.", file=self.uri, why=error.strerror or str(error),
                fix="Make the folder writable, or free disk space, then run the same command again.",
            ) from error  # fmt: skip
        with stream:
            yield stream

    def _path(self, name: str) -> str:
        if _NAME.fullmatch(name) is None or ".." in name:
            raise ValueError(f"{name!r} is no name of a file of a target")
        return f"{self._base}/{name}"

    def _shown(self, name: str) -> str:
        return f"{self.uri.rstrip('/')}/{name}"

    def _too_large(self, name: str, size: int, limit: int) -> InputRefusedError:
        return InputRefusedError(
            "A file of the target is too large to be read.", file=self._shown(name),
            expected=f"at most {limit:,} bytes", found=f"{size:,} bytes",
            why="mlops puts none there that is larger than 1 GiB, so another program did, or it is another file.",
            fix="Have the verb that keeps it write it again: mlops deploy and reconcile a model, mlops feedback "
            "snapshot a log.",
        )  # fmt: skip

    def _absent(self, name: str) -> AbsentError:
        return AbsentError(
            "The target has no such file.", file=self._shown(name), fix="Deploy the model again, or name its target."
        )

    @contextlib.contextmanager
    def _telling(self, name: str, what: str) -> Iterator[None]:
        """Tell every storage library's own errors the same way."""
        try:
            yield
        except MlopsError:
            raise
        except FileNotFoundError:
            raise self._absent(name) from None
        except Exception as error:  # every storage library has its own tree of exceptions
            raise UnavailableError(
                f"The target did not {what}.", file=self._shown(name), why=f"{type(error).__name__}: {error}",
                fix="Check network and credentials, then run the same command again: it goes on where it stopped.",
            ) from error  # fmt: skip


def _lock(stream: IO[bytes]) -> None:
    """Lock an open file for this process, or raise OSError at once."""
    try:
        import fcntl  # noqa: PLC0415  # not there on Windows
    except ImportError:
        import msvcrt  # noqa: PLC0415  # only there

        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # not there elsewhere
        return
    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _folder(path: Path, uri: str) -> Path:
    """Return ``path`` unless it, or what it should lie in, is a file."""
    nearest = next(one for one in (path, *path.parents) if os.path.lexists(one))
    if nearest.exists() and not nearest.is_dir():
        raise UsageRefusedError(
            "A target is a folder, and this is a file." if nearest == path else "A target lies in no file.",
            file=uri, field="target", expected="a folder, or s3://, gs://, az:// with a bucket and a prefix",
            found=f"the file {nearest.name}", fix="Name the folder that models are served from.",
        )  # fmt: skip
    return path


def _unknown(uri: str) -> UsageRefusedError:
    return UsageRefusedError(
        "This is no place that a model can be served from.",
        field="target",
        expected="the path of a folder, or s3://, gs://, az:// with a bucket and a prefix",
        found=ascii(uri.rpartition("@")[2][:200]),
        fix="Credentials belong into the environment, never into a committed file.",
    )
