"""What the command line offers, seen by the environment twins of its options."""

import re
from collections.abc import Iterator, Mapping

import click

from mlops.cli.main import cli
from mlops.cli.outputs import OUTPUTS
from tests.actions.documents import Action, Step

FIXED = re.compile(r'^"\$MLOPS" (?P<verb>[a-z]+(?: [a-z]+)?)')
BOT = '"$MLOPS" bot "$VERB"'


def options(verb: str) -> Mapping[str, click.Option]:
    """Return the options of a verb (``gate``, ``bot publish``) by their environment twins."""
    command: click.Command = cli
    for word in verb.split():
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), word)
        assert found is not None, verb
        command = found
    return {str(option.envvar): option for option in command.params if isinstance(option, click.Option)}


def bot_verbs() -> list[str]:
    """Return the sub-verbs of the bot."""
    bot = cli.get_command(click.Context(cli), "bot")
    assert isinstance(bot, click.Group)
    return [f"bot {name}" for name in bot.list_commands(click.Context(bot))]


def verbs_of(step: Step) -> list[str]:
    """Return the verbs that a step may run; none for the steps that set up."""
    run = str(step.get("run", ""))
    if run.startswith(BOT):
        return bot_verbs()
    found = FIXED.match(run)
    if found is None:
        return []
    known = found["verb"]
    return [known if known in OUTPUTS else known.split()[0]]


def run_steps(action: Action) -> Iterator[tuple[Step, list[str]]]:
    """Yield the steps of an action that run a verb, with the verbs that they may run."""
    for step in action.steps:
        if verbs := verbs_of(step):
            yield step, verbs


def name_of(option: click.Option) -> str:
    """Return the name of an option as an input spells it."""
    return next(word for word in option.opts if word.startswith("--")).removeprefix("--")
