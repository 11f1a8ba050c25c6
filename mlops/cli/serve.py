"""``mlops serve``: answer with the models that a target points at."""

import logging
import os
import sys
from pathlib import Path

import click

from mlops import environments
from mlops.cli import listening
from mlops.cli.common import load_settings, repository_root
from mlops.cli.targets import environment_option
from mlops.environments import parse_environment
from mlops.errors import UsageRefusedError

TOKEN = "MLOPS_SERVE_TOKEN"  # noqa: S105  # the name of a variable, no token
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@click.command("serve", epilog="Example: MLOPS_SERVE_TOKEN=... mlops serve --target s3://acme-models/production")
@environment_option
@click.option("--target", metavar="URI", help="Where the models are; mlops.toml's by default.")
@click.option("--task", "tasks", multiple=True, metavar="NAME", help="Only these tasks; by default all there are.")
@click.option("--log", "log_file", type=click.Path(path_type=Path, dir_okay=False), default=Path("serving.sqlite"),
              show_default=True, help="File of predictions and labels.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 takes a free one."
)
@click.option("--poll", type=click.FloatRange(0.05, 3600), default=1.0, show_default=True,
              help="Seconds between looks at the pointer.")  # fmt: skip
@click.option("--max-body", type=click.IntRange(1), default=2 << 20, show_default=True, help="Bytes of a body.")
def command(
    environment: str,
    target: str | None,
    tasks: tuple[str, ...],
    log_file: Path,
    host: str,
    port: int,
    poll: float,
    max_body: int,
) -> None:
    """Serve the models of a target: POST /v1/predict and /v1/labels, GET /readyz, /healthz, /metrics, /v1/schema/TASK.

    A model answers after its hashes held and it scored its golden rows; when the pointer moves, the next one takes over
    between two requests, and one that fails is not taken. Predictions are kept before they are answered. The token
    stands in the variable MLOPS_SERVE_TOKEN; without one, only this machine is listened to.
    """
    token = os.environ.get(TOKEN, "")
    if not token and host not in _LOOPBACK:
        raise UsageRefusedError(
            "Without a token, only this machine is listened to.", field=TOKEN, expected="a long random text",
            found="nothing", fix=f"{TOKEN}=$(openssl rand -hex 32) mlops serve --host {host}",
        )  # fmt: skip
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.INFO)
    root = Path.cwd() if target else repository_root()
    place = target or load_settings(root).environment(parse_environment(environment)).target
    with listening.bound(host, port) as listener:
        from mlops.cli import serving  # noqa: PLC0415  # neither help nor a port that is taken needs the learner

        asked = serving.Asked(
            environment or environments.PRODUCTION, place, tasks, log_file, host, port, poll, max_body
        )
        serving.serve(asked, listener, token=token, root=root)
