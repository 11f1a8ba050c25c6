"""The command ``mlops``: verbs are imported only when they run, so that ``--help`` is instant."""

import importlib
import io
import sys
from collections.abc import Sequence
from typing import Any

import click

from mlops import __version__
from mlops.cli import faults
from mlops.cli.verbs import GROUPS, VERBS
from mlops.errors import ExitCode

ENVIRONMENT_PREFIX = "MLOPS"


class LazyGroup(click.Group):
    """A group whose verbs are named in :mod:`mlops.cli.verbs` and imported on use, listed under headings."""

    def make_context(self, *arguments: Any, **extra: Any) -> click.Context:  # noqa: ANN401  # click's own signature
        """Read the arguments; help and version are printed here."""
        with faults.closed_pipe_kept_apart():
            return super().make_context(*arguments, **extra)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # click's own signature
        """Run the verb and return what it returns."""
        with faults.closed_pipe_kept_apart():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all verbs, in the order of their headings."""
        del ctx
        return [name for names in GROUPS.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and return its command; None for an unknown verb."""
        del ctx
        verb = VERBS.get(cmd_name)
        if verb is None:
            return None
        module = importlib.import_module(f"mlops.cli.{verb.module}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"mlops.cli.{verb.module}.command is no click command")
        name_twins(command, f"{ENVIRONMENT_PREFIX}_{cmd_name}")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs under their headings without importing any of them."""
        del ctx
        for heading, names in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, VERBS[name].summary) for name in names])


def name_twins(command: click.Command, prefix: str) -> None:
    """Give every option of ``command`` (and its sub-verbs) its environment twin, spelled as the option is.

    ``--min-precision`` of ``mlops gate`` is ``MLOPS_GATE_MIN_PRECISION``. An empty twin means "not given".
    """
    for parameter in command.params:
        long = [name for name in parameter.opts if name.startswith("--")]
        if isinstance(parameter, click.Option) and long and parameter.envvar is None:
            parameter.envvar = f"{prefix}_{long[0].removeprefix('--')}".upper().replace("-", "_")
    if isinstance(command, click.Group):
        for name, verb in command.commands.items():
            name_twins(verb, f"{prefix}_{name}")


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"Every option has an environment twin: --seed of `mlops train` is {ENVIRONMENT_PREFIX}_TRAIN_SEED.",
)
@click.version_option(__version__, prog_name="mlops")
def cli() -> None:
    """GitOps for machine-learning models with GitHub as the only backend."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one verb and end the process with the exit code that its outcome means."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a narrow encoding (pipes on Windows) must not become a crash
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code; every fault becomes a letter on stderr."""
    try:
        outcome = cli.main(
            args=None if arguments is None else list(arguments), prog_name="mlops", standalone_mode=False
        )
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a crash must never look like a verdict
        return faults.tell(error)
    return int(outcome) if isinstance(outcome, int) else int(ExitCode.DONE)
