"""The command ``mlops``: verbs are imported only when they run, so that ``--help`` is instant."""

import importlib
import sys
import traceback
from collections.abc import Sequence

import click

from mlops import __version__
from mlops.cli.verbs import GROUPS, VERBS
from mlops.errors import ExitCode, MlopsError

ENVIRONMENT_PREFIX = "MLOPS"


class LazyGroup(click.Group):
    """A group whose verbs are named in :mod:`mlops.cli.verbs` and imported on use, listed under headings."""

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
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs under their headings without importing any of them."""
        del ctx
        for heading, names in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, VERBS[name].summary) for name in names])


@click.group(
    cls=LazyGroup,
    context_settings={"auto_envvar_prefix": ENVIRONMENT_PREFIX, "help_option_names": ["-h", "--help"]},
    epilog="Every option has an environment twin: --seed of `mlops train` is MLOPS_TRAIN_SEED.",
)
@click.version_option(__version__, prog_name="mlops")
def cli() -> None:
    """GitOps for machine-learning models with GitHub as the only backend."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one verb and end the process with the exit code that its outcome means."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code; errors become letters on stderr."""
    try:
        outcome = cli.main(
            args=None if arguments is None else list(arguments), prog_name="mlops", standalone_mode=False
        )
    except MlopsError as error:
        click.echo(f"mlops: {error.letter()}", err=True)
        return int(error.exit_code)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("mlops: stopped before it was done; what was being written is as it was before.", err=True)
        return 130
    except Exception:  # noqa: BLE001  # a crash must never look like a verdict
        traceback.print_exc()
        click.echo(
            "mlops: this is a bug in mlops. Please report it with the lines above (SECURITY.md, CONTRIBUTING.md).",
            err=True,
        )
        return int(ExitCode.BUG)
    return int(outcome) if isinstance(outcome, int) else int(ExitCode.DONE)
