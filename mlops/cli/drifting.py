"""Does each target serve what is declared, and is every file that it serves what it was?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from mlops import environments
from mlops.cli.common import load_settings
from mlops.deploy.placing import read_placed, read_pointer
from mlops.errors import MlopsError, UsageRefusedError
from mlops.storage.target import Target

State = Literal["same", "differs", "damaged", "on trial"]


class Drift(NamedTuple):
    """What is declared of a task in an environment, and what its target serves.

    Attributes:
        state: ``damaged`` if what is served does not hold; ``on trial`` while the declared model is tried.
        reason: What does not hold; empty if all does.
    """

    environment: str
    task: str
    declared: str
    served: str
    state: State
    reason: str = ""


def drift_of(root: Path, only: str | None) -> list[Drift]:
    """Return how every environment with a target stands, or only one.

    Raises:
        UsageRefusedError: The environment has no target.
    """
    settings, declared = load_settings(root), environments.read(root).environments
    if only is not None:
        settings.environment(only)
    found: list[Drift] = []
    for name, rules in sorted(settings.deploy.items()):
        if only in {None, name}:
            target = Target.open(rules.target, root=root)
            tasks = sorted({*settings.tasks, *declared.get(name, {})})
            found += _of(target, name, tasks, declared.get(name, {}))
    return found


def _of(target: Target, name: str, tasks: list[str], declared: dict[str, str]) -> Iterator[Drift]:
    for task in tasks:
        wanted = declared.get(task, "")
        try:
            pointer = read_pointer(target, name, task)
            live, trial = pointer.live, pointer.trial
            for placed in (live, trial.placed if trial else None):
                if placed is not None:
                    read_placed(target, placed)
        except UsageRefusedError:
            raise
        except MlopsError as error:
            yield Drift(name, task, wanted, "?", "damaged", f"{error.what} {error.file}")
            continue
        served = live.model_id if live else ""
        if not wanted and not served and trial is None:
            continue
        if trial is not None and trial.placed.model_id == wanted:
            yield Drift(name, task, wanted, served, "on trial", f"{wanted} has {trial.share} % as {trial.mode}.")
        elif served == wanted and trial is None:
            yield Drift(name, task, wanted, served, "same")
        else:
            fix = f"mlops reconcile --environment {name} --task {task}"
            yield Drift(name, task, wanted, served, "differs", f"Have the target follow: {fix}")
