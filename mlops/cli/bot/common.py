"""What the bot's verbs share: the connection, the deadline, stopping in time, and saying what came out."""

import contextlib
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TypeVar

import click

from mlops import runner
from mlops.bot.apps import App, Granted, grant, revoke
from mlops.bot.client import GitHub
from mlops.bot.effects import Deadline, Effects, StoppedError
from mlops.bot.git import BOT
from mlops.bot.permissions import Permission
from mlops.bot.reading import Reader
from mlops.bot.settings import Settings
from mlops.cli import outputs
from mlops.cli.common import emit_json
from mlops.documents import loads, read_bytes
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.intake import IntakeReport

R = TypeVar("R", bound=Reader)

deadline_option = click.option(
    "--deadline",
    type=click.FloatRange(min=1, max=21_600),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="Give up after so long; limits that end sooner are waited for.",
)
author_option = click.option(
    "--author", default=f"{BOT.name} <{BOT.email}>", show_default=True, metavar="'NAME <ADDRESS>'",
    help="Of the commit.",
)  # fmt: skip
remote_option = click.option(
    "--remote", metavar="URL", help="The repository for git.  [GITHUB_SERVER_URL/GITHUB_REPOSITORY]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print what came out as one JSON object.")
gate_option = click.option(
    "--gate", "gate", type=click.Path(dir_okay=False), metavar="FILE", help="The gate.json that says the verdict."
)


@contextlib.contextmanager
def connection(deadline: float, *needs: Permission) -> Iterator[GitHub]:
    """Yield the repository on GitHub that the environment names; while it is used, SIGTERM ends the verb at once.

    Args:
        deadline: Seconds for all of it.
        *needs: What the verb needs: where an App signs, its token may do this and no more.

    Raises:
        UsageRefusedError: There is no token or no repository.
        StoppedError: SIGTERM came.
    """
    with _connected(GitHub, deadline, needs) as hub:
        yield hub


@contextlib.contextmanager
def reading(deadline: float, *needs: Permission) -> Iterator[Reader]:
    """Yield the same for reading alone: what it is handed to cannot write, whatever it tries.

    Args:
        deadline: Seconds for all of it.
        *needs: What the verb needs: where an App signs, its token may do this and no more.

    Raises:
        UsageRefusedError: There is no token or no repository.
        StoppedError: SIGTERM came.
    """
    with _connected(Reader, deadline, needs) as reader:
        yield reader


def tell(verb: str, found: Mapping[str, str], text: str, *, as_json: bool) -> None:
    """Set the outputs of ``mlops bot <verb>`` and print them as JSON, or ``text``."""
    outputs.tell(f"bot {verb}", found)
    if as_json:
        emit_json({name.replace("-", "_"): value for name, value in found.items()})
    else:
        click.echo(text)


def read_gate(path: str) -> tuple[GateReport, str]:
    """Return the report in a ``gate.json`` and the hash of its bytes; raises InputRefusedError for anything else."""
    data = read_bytes(Path(path))
    return loads(data, GateReport, file=path), sha256_bytes(data)


def read_intake(path: str) -> IntakeReport:
    """Return the report in an ``intake.json``; raises InputRefusedError for anything else."""
    return loads(read_bytes(Path(path)), IntakeReport, file=path)


@contextlib.contextmanager
def _connected(kind: type[R], deadline: float, needs: Sequence[Permission]) -> Iterator[R]:
    """Yield a connection with the token of the environment, or with one that an App signs for and gives back."""
    app, end = App.of(os.environ), Deadline(Effects(), deadline)
    settings = Settings.of(os.environ, of_app=app is not None)
    with _stoppable():
        if app is None:
            yield kind(settings, end)
            return

        def granted() -> Granted:
            found = grant(app, settings, end, needs)
            page = outputs.here()
            if page is not None:
                runner.mask(page, found.token)
            return found

        first = granted()
        hub = kind(replace(settings, token=first.token, login=first.login), end, renew=lambda: granted().token)
        try:
            yield hub
        finally:
            revoke(hub.settings, end)


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise StoppedError(
        "The run was cancelled before this was done.",
        fix="Run it again; it goes on where it stopped.",
    )
