"""Running a server until it is told to stop."""

import gc
import logging
import socket
from pathlib import Path
from typing import NamedTuple

import click
import uvicorn

from mlops.cli.plugs import open_task, task_names
from mlops.errors import UnavailableError
from mlops.serving import connections
from mlops.serving.app import Limits, make
from mlops.serving.holding import Held, Holder
from mlops.serving.log import Log
from mlops.serving.measures import Measures
from mlops.storage.target import Target

_BACKLOG = 2048
_LOG = logging.getLogger("mlops.serving")


class Asked(NamedTuple):
    """How to serve.

    Attributes:
        environment: Whose target it is.
        target: Where the models are.
        tasks: Which; none for all.
        log: File of predictions and labels.
        host: Address to listen at.
        port: Port; 0 takes a free one.
        poll: Seconds between looks at the pointer.
        max_body: Bytes of a body.
    """

    environment: str
    target: str
    tasks: tuple[str, ...]
    log: Path
    host: str
    port: int
    poll: float
    max_body: int


def serve(asked: Asked, *, token: str, root: Path) -> None:
    """Load what the target points at, listen, and answer until a signal ends it.

    Raises:
        UnavailableError: The address is taken, or the log cannot be opened.
        UsageRefusedError: The target is no place, or a task is unknown.
    """
    plugs = {name: open_task(name) for name in asked.tasks or task_names()}
    holder = Holder(Target.open(asked.target, root=root), asked.environment, plugs, _said)
    holder.follow()
    measures = Measures()
    measures.hold(holder.held, holder.failures)
    log = Log(asked.log)
    gc.collect()
    gc.freeze()  # what is loaded now stays: no collection need look through it again
    app = make(holder, log, measures, token=token, limits=Limits(poll_seconds=asked.poll, body_bytes=asked.max_body))
    with _listening(asked.host, asked.port) as listener:
        address, port = listener.getsockname()[:2]
        click.echo(f"Listening at http://{address}:{port}; predictions are kept in {asked.log}.", err=True)
        uvicorn.Server(connections.settings(app)).run(sockets=[listener])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, for asyncio sends small packets at once only where it is: else answers wait 40 ms for a delayed ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)  # now, so that whoever reads the address can connect
    except OSError as error:
        listener.close()
        raise UnavailableError(
            "The server cannot listen there.", field="--host, --port", found=f"{host}:{port}",
            why=error.strerror or str(error), fix="End what listens there, or name another port: --port 8001.",
        ) from error  # fmt: skip
    return listener


def _said(task: str, held: Held | None, why: str) -> None:
    serves = held.live.placed.model_id if held and held.live else "no model"
    trial = f", {held.trial.placed.model_id} as {held.mode}" if held and held.trial else ""
    if why:
        _LOG.warning("%s: goes on with %s%s. %s", task, serves, trial, why)
    else:
        _LOG.info("%s: serves %s%s", task, serves, trial)
