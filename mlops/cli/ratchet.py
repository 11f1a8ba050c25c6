"""The base branch judges: what a change declares holds only where it is stricter."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from mlops import config
from mlops.config import FILE_NAME, Settings
from mlops.errors import UsageRefusedError
from mlops.gate import Facts
from mlops.policy import Loosened, ratchet

base_option = click.option(
    "--base-config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="mlops.toml of the base branch: where it is stricter than this one, it judges.",
)
"""The option of every verb that judges."""


@dataclass(frozen=True)
class Held:
    """What the base branch held against a change of one task's policy.

    Attributes:
        loosened: The fields that the change would have loosened.
        notes: What else should be known, as sentences.
    """

    loosened: tuple[Loosened, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ratcheted:
    """Settings whose policies are those that judge.

    Attributes:
        settings: The settings of the working tree; each task has the stricter of its two policies.
        held: By task, what the base branch held.
    """

    settings: Settings
    held: Mapping[str, Held] = field(default_factory=dict)

    def tell(self, task: str, facts: Facts) -> Facts:
        """Return ``facts`` with what the base branch held of ``task``."""
        held = self.held.get(task, Held())
        return replace(facts, loosened=held.loosened, notes=(*facts.notes, *held.notes))


def ratchet_settings(head: Settings, base_config: Path | None) -> Ratcheted:
    """Return ``head`` with every policy at least as strict as that of the base branch.

    Args:
        head: The settings of the working tree.
        base_config: The base branch's ``mlops.toml``; None where nothing is compared.

    Raises:
        UsageRefusedError: The base branch's file cannot be read by this version.
    """
    if base_config is None:
        return Ratcheted(head)
    base = _load(base_config)
    tasks, held = dict(head.tasks), {}
    for name, declared in head.tasks.items():
        if name in base.tasks:
            policy, loosened = ratchet(base.tasks[name].policy, declared.policy)
            tasks[name] = declared.model_copy(update={"policy": policy})
            held[name] = Held(loosened)
        else:
            note = "The base branch does not declare this task: it is new, and its own policy judges it."
            held[name] = Held(notes=(note,))
    return Ratcheted(head.model_copy(update={"tasks": tasks}), held)


def _load(path: Path) -> Settings:
    """Read the base branch's settings; whatever is wrong with them, no policy can then be known to hold."""
    try:
        return config.load(path)
    except UsageRefusedError as error:
        raise UsageRefusedError(
            "The policy of the base branch cannot be read, so nothing can be judged by it.",
            file=path,
            field=error.field,
            expected=error.expected,
            found=error.found,
            why=error.why or error.what,
            fix=f"Repair {FILE_NAME} on the base branch, or judge with the version of mlops that it was written for.",
        ) from error
