"""Opening a remote object through fsspec; the optional extras are imported only here, and only when needed."""

import contextlib
from collections.abc import Iterator
from typing import IO

import fsspec

from mlops.errors import MlopsError, UnavailableError, UsageRefusedError
from mlops.storage.copying import AbsentError
from mlops.storage.uris import Location


@contextlib.contextmanager
def open_remote(location: Location) -> Iterator[IO[bytes]]:
    """Open the object at ``location`` for one pass from its beginning to its end.

    Errors raised while the body of the ``with`` reads are told the same way, whatever library they come from.

    Raises:
        UsageRefusedError: The extra for this scheme is not installed.
        AbsentError: There is no such object.
        UnavailableError: The network or the storage did not deliver.
    """
    try:
        filesystem, path = fsspec.core.url_to_fs(location.uri)
        with filesystem.open(path, "rb", cache_type="readahead") as stream:
            yield stream
    except MlopsError:
        raise
    except ImportError as error:
        raise UsageRefusedError(
            f"Reading {location.scheme}:// needs an optional part of mlops that is not installed.",
            file=location.uri, why=str(error), fix=f"pip install 'precision-gate[{location.scheme}]'",
        ) from None  # fmt: skip
    except FileNotFoundError:
        raise AbsentError(
            "The remote object does not exist.", file=location.uri,
            fix="Check the manifest's `uris`; upload the data again if it was deleted.",
        ) from None  # fmt: skip
    except Exception as error:  # every storage library has its own tree of exceptions
        raise UnavailableError(
            "The storage did not deliver the data.", file=location.uri, why=f"{type(error).__name__}: {error}",
            fix="Check network and credentials, then run the same command again.",
        ) from error  # fmt: skip
