"""Where data comes from: local files and fsspec URIs, each read once into a private, hashed copy."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mlops.config import StorageSettings
from mlops.errors import InputRefusedError, UnavailableError
from mlops.storage.copying import AbsentError, Blob, copy_hashed, hash_regular, open_regular
from mlops.storage.remote import open_remote
from mlops.storage.uris import Location, locate, path_inside

__all__ = ["AbsentError", "Blob", "Location", "fetch", "fetch_file", "hash_regular", "locate", "path_inside"]


@contextlib.contextmanager
def fetch_file(path: Path, *, settings: StorageSettings) -> Iterator[Blob]:
    """Copy the local file that the user named, wherever it lies, and hash it meanwhile.

    Yields:
        The private copy; it is removed when the ``with`` ends.

    Raises:
        InputRefusedError: Not a readable regular file, too large, or a Git LFS pointer.
    """
    with _private_folder() as folder, open_regular(path, name=str(path)) as stream:
        yield copy_hashed(stream, folder / "data", limit=settings.max_bytes, name=str(path))


@contextlib.contextmanager
def fetch(
    uri: str, *, settings: StorageSettings, root: Path, expected_sha256: str | None = None, cache: Path | None = None
) -> Iterator[Blob]:
    """Copy what a manifest's URI names into a private folder, hash it meanwhile, and check the hash.

    Args:
        uri: A path relative to ``root``, or a URI whose scheme the policy allows.
        settings: The allowed schemes and the largest size.
        root: The repository; a relative path must stay inside it.
        expected_sha256: What the bytes must hash to; None when nothing is known yet.
        cache: Folder in which verified remote data is kept under its hash; None keeps nothing.

    Yields:
        The private copy; it is removed when the ``with`` ends.

    Raises:
        UsageRefusedError: The scheme is not allowed (nothing was requested), or its extra is not installed.
        InputRefusedError: The hash differs, the path leaves the repository, no regular file, too large.
        UnavailableError: The network or the storage did not deliver.
    """
    location = locate(uri, settings=settings, root=root)
    with _private_folder() as folder:
        if location.path is not None:
            with open_regular(location.path, name=uri, follow=False) as stream:
                blob = copy_hashed(stream, folder / "data", limit=settings.max_bytes, name=uri)
        else:
            blob = _from_cache(cache, expected_sha256, folder, settings, uri) or _download(location, folder, settings)
        if expected_sha256 is not None and blob.sha256 != expected_sha256:
            raise InputRefusedError(
                f"sha256 mismatch, expected {expected_sha256}, got {blob.sha256}. Nothing was parsed.",
                file=uri, field="sha256", expected=expected_sha256, found=f"{blob.sha256} ({blob.size:,} bytes)",
                why="The file was changed after it was pinned, or it is not the file that was pinned.",
                fix="Restore the file (`git checkout -- FILE`, or download it); pin changed data under a new date.",
            )  # fmt: skip
        if cache is not None and location.path is None and expected_sha256 is not None:
            _keep(blob, cache)
        yield blob


def _download(location: Location, folder: Path, settings: StorageSettings) -> Blob:
    with open_remote(location) as stream:
        return copy_hashed(stream, folder / "data", limit=settings.max_bytes, name=location.uri)


def _from_cache(
    cache: Path | None, sha256: str | None, folder: Path, settings: StorageSettings, name: str
) -> Blob | None:
    """Return a private copy of the cached bytes, hashed again; None when they are absent or not what they were."""
    if cache is None or sha256 is None:
        return None
    target = folder / "cached"
    with contextlib.suppress(InputRefusedError), open_regular(cache / sha256, name=name, follow=False) as stream:
        blob = copy_hashed(stream, target, limit=settings.max_bytes, name=name)
        if blob.sha256 == sha256:
            return blob
    target.unlink(missing_ok=True)
    return None


def _keep(blob: Blob, cache: Path) -> None:
    """Put a verified copy into the cache by temporary file and rename; a cache that cannot be written is no fault."""
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".incoming-") as incoming:
            copied = Path(incoming, blob.sha256)
            shutil.copyfile(blob.path, copied)
            copied.replace(cache / blob.sha256)


@contextlib.contextmanager
def _private_folder() -> Iterator[Path]:
    """Make a folder that only this user can enter (mode 0700), and remove it at the end."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="mlops-", ignore_cleanup_errors=True)
    except OSError as error:
        raise UnavailableError(
            "No temporary folder could be made for the private copy of the data.", why=error.strerror or str(error),
            fix="Free space in the temporary folder, or set TMPDIR to a roomier one, then run the same command again.",
        ) from error  # fmt: skip
    with folder as path:
        yield Path(path)
