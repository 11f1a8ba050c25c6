"""Connections of clients: one on which no request arrives in time is closed, however slowly it sends."""

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""From connecting, or from the first byte after an answer, to the end of a request's head."""


class Connection(H11Protocol):
    """uvicorn's, which waits for ever for the head of a request that has begun."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait no longer once a request's head is there."""
        super().data_received(data)
        if not getattr(self.cycle, "response_complete", True):  # there is no cycle before the first request
            self._stop()
        elif self._patience is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def settings(app: Any, **others: Any) -> uvicorn.Config:  # noqa: ANN401  # an application, and what uvicorn takes
    """Return how uvicorn serves an application."""
    return uvicorn.Config(
        app, http=Connection, log_level="warning", access_log=False, timeout_keep_alive=30,
        timeout_graceful_shutdown=10, h11_max_incomplete_event_size=64 << 10, server_header=False, **others,
    )  # fmt: skip
