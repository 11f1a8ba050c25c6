"""Bodies of requests, bounded in size and in time."""

import asyncio
from collections.abc import AsyncIterator

from fastapi import Request


class BodyError(Exception):
    """A body that is too large, too slow, or whose client has gone."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status, self.what = status, what


async def body_of(request: Request, *, limit: int, seconds: float) -> bytes:
    """Return a body of at most ``limit`` bytes that arrives within ``seconds``.

    Raises:
        BodyError: It is larger or slower, or does not arrive whole.
    """
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise BodyError(413, f"The body may have at most {limit:,} bytes.")
    parts, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for part in _parts(request):
                size += len(part)
                if size > limit:
                    raise BodyError(413, f"The body may have at most {limit:,} bytes.")
                parts.append(part)
    except TimeoutError:
        raise BodyError(408, f"The body did not arrive within {seconds:g} seconds.") from None
    return b"".join(parts)


async def _parts(request: Request) -> AsyncIterator[bytes]:
    try:
        async for part in request.stream():
            yield part
    except Exception as gone:  # starlette's ClientDisconnect, for which FastAPI has no name
        raise BodyError(400, "The body did not arrive whole.") from gone
