"""The base branch judges: what a change declares holds only where it is stricter.

A change can alter the policy that would judge it, the declaration of the model that it would be compared with, and the
ledger that counts how often the test rows were used. So all three are read from a checkout of the base branch, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from mlops import config
from mlops.config import FILE_NAME, Settings, TaskSettings
from mlops.errors import UsageRefusedError
from mlops.gate import Facts
from mlops.policy import Loosened, ratchet

base_option = click.option(
    "--base",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="A checkout of the base branch: its policy judges where it is stricter, its environments.json says which "
    "model is in production, and its ledger of judged models counts.",
)
"""The option of every verb that judges."""


_NEW = "The base branch does not declare this task: it is new, and its own policy judges it."
_OTHER_SPLIT = (
    "The change splits the data otherwise than the base branch does: other test rows are another examination, so a "
    "person should agree to it."
)


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
        declared_in: The folder whose declaration of what is in production holds: the base branch's, where one is given.
    """

    settings: Settings
    declared_in: Path
    held: Mapping[str, Held] = field(default_factory=dict)

    def tell(self, task: str, facts: Facts) -> Facts:
        """Return ``facts`` with what the base branch held of ``task``."""
        held = self.held.get(task, Held())
        return replace(facts, loosened=held.loosened, notes=(*facts.notes, *held.notes))


def ratchet_settings(head: Settings, root: Path, base: Path | None) -> Ratcheted:
    """Return ``head`` with every policy at least as strict as that of the base branch.

    Args:
        head: The settings of the working tree.
        root: The working tree.
        base: A checkout of the base branch; None where nothing is compared.

    Raises:
        UsageRefusedError: There is no such folder, or its settings cannot be read by this version.
    """
    if base is None:
        return Ratcheted(head, root)
    known = _tasks_of(base)
    tasks, held = dict(head.tasks), {}
    for name, declared in head.tasks.items():
        if name in known:
            policy, loosened = ratchet(known[name].policy, declared.policy)
            tasks[name] = declared.model_copy(update={"policy": policy})
            held[name] = Held(loosened, () if declared.split == known[name].split else (_OTHER_SPLIT,))
        else:
            held[name] = Held(notes=(_NEW,))
    return Ratcheted(head.model_copy(update={"tasks": tasks}), base, held)


def _tasks_of(base: Path) -> Mapping[str, TaskSettings]:
    """Return the tasks that the base branch declares; none where it has no settings yet."""
    if not base.is_dir():
        raise UsageRefusedError(
            "There is no checkout of the base branch here.",
            file=base,
            field="--base",
            expected=f"a folder with the base branch's {FILE_NAME}",
            found="a file" if base.exists() else "nothing",
            fix="Check it out beside this tree: `git worktree add ../base origin/main`, then pass `--base ../base`.",
        )
    path = base / FILE_NAME
    return _load(path).tasks if path.is_symlink() or path.exists() else {}


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
