"""Running a server until it is told to stop."""

import gc
import logging
import shlex
import socket
from pathlib import Path
from typing import NamedTuple

import click
import uvicorn

from mlops.cli import listening
from mlops.cli.plugs import open_task, task_names
from mlops.serving import connections
from mlops.serving.app import Limits, make
from mlops.serving.holding import Held, Holder
from mlops.serving.log import Log
from mlops.serving.measures import Measures
from mlops.storage.target import Target

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


def serve(asked: Asked, listener: socket.socket, *, token: str, root: Path) -> None:
    """Load what the target points at, listen, and answer until a signal ends it.

    Args:
        asked: How to serve.
        listener: What :func:`mlops.cli.listening.bound` has bound to the address.
        token: The bearer token; empty asks for none.
        root: The folder below which a relative target lies.

    Raises:
        UnavailableError: The address is taken, or the log cannot be opened.
        UsageRefusedError: The target is no place, the log no log, or a task is unknown.
    """
    target = Target.open(asked.target, root=root)
    plugs = {name: open_task(name) for name in asked.tasks or task_names()}
    log = Log(asked.log)  # before the models: what is no log is told at once
    holder = Holder(target, asked.environment, plugs, _said)
    holder.follow()
    if not holder.failures and not any(one.live or one.trial for one in holder.held.values()):
        _tell_empty(asked, target)
    measures = Measures()
    measures.hold(holder.held, holder.failures)
    gc.collect()
    gc.freeze()  # what is loaded now stays: no collection need look through it again
    limits = Limits(poll_seconds=asked.poll, body_bytes=asked.max_body)
    app = make(holder, log, measures, token=token, limits=limits)
    listening.listen(listener, asked.host, asked.port)  # now, so that whoever reads the address can connect
    address, port = listener.getsockname()[:2]
    click.echo(f"Listening at http://{address}:{port}; predictions are kept in {asked.log}.", err=True)
    uvicorn.Server(connections.settings(app)).run(sockets=[listener])


def _tell_empty(asked: Asked, target: Target) -> None:
    absent = "" if target.is_there() else "; there is no such folder"
    place = f"--environment {asked.environment} --target {shlex.quote(asked.target)}"
    click.echo(
        f"warning: nothing is deployed at {asked.target}{absent}. The server waits, and answers nobody until then.\n"
        f"  do now: Deploy a model, mlops reconcile {place} --artifact FOLDER; or end this and correct --target.",
        err=True,
    )


def _said(task: str, held: Held | None, why: str) -> None:
    serves = held.live.placed.model_id if held and held.live else "no model"
    trial = f", {held.trial.placed.model_id} as {held.mode}" if held and held.trial else ""
    if why:
        _LOG.warning("%s: goes on with %s%s. %s", task, serves, trial, why)
    else:
        _LOG.info("%s: serves %s%s", task, serves, trial)
