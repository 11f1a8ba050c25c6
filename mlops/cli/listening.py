"""The address of a server: bound before anything is loaded, so that a port which is taken is told at once."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from mlops.errors import UnavailableError

_BACKLOG = 2048


def bound(host: str, port: int) -> socket.socket:
    """Return a socket at the address, which refuses connections until :func:`listen`.

    Raises:
        UnavailableError: The address is taken, or not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, for asyncio sends small packets at once only where it is: else answers wait 40 ms for a delayed ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        with _taken(host, port):
            listener.bind((host, port))
    except UnavailableError:
        listener.close()
        raise
    return listener


def listen(listener: socket.socket, host: str, port: int) -> None:
    """Take connections from now on.

    Raises:
        UnavailableError: Another process began to listen there meanwhile.
    """
    with _taken(host, port):
        listener.listen(_BACKLOG)


@contextmanager
def _taken(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            "The server cannot listen there.", field="--host, --port", found=f"{host}:{port}",
            why=error.strerror or str(error), fix="End what listens there, or name another port: --port 8001.",
        ) from error  # fmt: skip
