"""Opening a remote object through fsspec; the optional extras are imported only here, and only when needed."""

import contextlib
import importlib
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import urljoin

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
        filesystem, path = fsspec.core.url_to_fs(location.uri, **_options(location))
        with filesystem.open(path, "rb", cache_type="readahead") as stream:
            yield stream
    except MlopsError:
        raise
    except ImportError as error:
        raise UsageRefusedError(
            f"Reading {location.scheme}:// needs an optional part of mlops that is not installed.",
            file=location.uri, why=str(error), fix=f"pip install 'precision-gate[{location.scheme}]'",
        ) from None  # fmt: skip
    except FileNotFoundError as error:
        if isinstance(error.__cause__, MlopsError):  # fsspec takes our refusal of a redirect for an absent file
            raise error.__cause__ from None
        raise AbsentError(
            "The remote object does not exist.", file=location.uri,
            fix="Check the manifest's `uris`; upload the data again if it was deleted.",
        ) from None  # fmt: skip
    except Exception as error:  # every storage library has its own tree of exceptions
        raise UnavailableError(
            "The storage did not deliver the data.", file=location.uri, why=f"{type(error).__name__}: {error}",
            fix="Check network and credentials, then run the same command again.",
        ) from error  # fmt: skip


def _options(location: Location) -> dict[str, Any]:
    """Return what the file system for this scheme must be told."""
    return {"get_client": https_only_client} if location.scheme == "https" else {}


async def https_only_client(**options: Any) -> Any:  # noqa: ANN401  # aiohttp's own, known only where it is installed
    """Return an aiohttp session that follows redirects, but refuses one that leaves https before requesting it."""
    aiohttp = importlib.import_module("aiohttp")

    async def check(_session: object, _context: object, redirect: Any) -> None:  # noqa: ANN401  # aiohttp's form
        target = urljoin(str(redirect.url), redirect.response.headers.get("Location", ""))
        if not target.startswith("https://"):
            raise UsageRefusedError(
                "The server redirects to an address that is not https; it was not followed.",
                file=redirect.url, expected="https://", found=target, fix="Give the address of the file itself.",
            )  # fmt: skip

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(check)
    return aiohttp.ClientSession(trace_configs=[trace], **options)
