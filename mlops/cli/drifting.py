"""Does each target serve what is declared, and is every file that it serves what it was?"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from mlops import environments, registry
from mlops.cli.common import load_settings
from mlops.config import FILE_NAME
from mlops.deploy.document import Pointer, Trial
from mlops.deploy.placing import read_placed, read_pointer
from mlops.errors import MlopsError, UsageRefusedError
from mlops.storage.target import Target

State = Literal["same", "differs", "damaged", "on trial", "recorded otherwise"]


class Drift(NamedTuple):
    """What is declared of a task in an environment, and what its target serves.

    Attributes:
        state: ``damaged`` if what is served does not hold; ``on trial`` while the declared model is tried; ``recorded
            otherwise`` if it is served as declared and GitHub's deployments say something else.
        reason: What does not hold; empty if all does.
        recorded: The model that GitHub's deployments show; None if GitHub was not asked.
    """

    environment: str
    task: str
    declared: str
    served: str
    state: State
    reason: str = ""
    recorded: str | None = None


Recorded = Callable[[str], Mapping[str, str]]
"""Returns, by task, the models that GitHub's deployments show for an environment."""


def drift_of(root: Path, only: str | None, recorded: Recorded | None = None) -> list[Drift]:
    """Return how every environment with a target stands, or only one.

    Args:
        root: The repository.
        only: One environment; None takes all.
        recorded: Asks GitHub; with it environments without a target count, too, whose releases are what is used.

    Raises:
        UsageRefusedError: The environment has no target, or none has one: nothing can be compared.
    """
    settings, declared = load_settings(root), environments.read(root).environments
    if recorded is None and not settings.deploy:
        raise UsageRefusedError(
            "Nothing was compared: no environment has a target.", file=FILE_NAME, field="deploy", found="nothing",
            expected="a table [deploy.production] with a target",
            why="Without one the release is what is used, and only GitHub can say what is in use.",
            fix=f'Add target = "..." under [deploy.production] in {FILE_NAME}; or mlops registry drift --github',
        )  # fmt: skip
    if only is not None and (recorded is None or only not in declared):
        settings.environment(only)
    found: list[Drift] = []
    for name in sorted({*settings.deploy, *(declared if recorded else ())}):
        if only not in {None, name}:
            continue
        wanted = declared.get(name, {})
        tasks = sorted({*settings.tasks, *wanted})
        if name in settings.deploy:
            target = Target.open(settings.deploy[name].target, root=root)
            here = list(_of(root, target, name, tasks, declared.get(name)))
        else:
            here = [Drift(name, task, wanted[task], wanted[task], "same") for task in sorted(wanted)]
        found += here if recorded is None else _compared(here, name, tasks, recorded(name))
    return found


def _compared(here: list[Drift], name: str, tasks: list[str], recorded: Mapping[str, str]) -> Iterator[Drift]:
    """Yield the same with what GitHub shows; a task that only GitHub knows of is told, too."""
    known = {one.task: one for one in here}
    for task in tasks:
        one = known.get(task, Drift(name, task, "", "", "same"))
        shown = recorded.get(task, "")
        if one.state == "same" and shown != one.served:
            fix = "Have it recorded: gh workflow run model-deploy.yml -f follow=true -f environment=" + name
            yield one._replace(state="recorded otherwise", recorded=shown, reason=fix)
        elif task in known or shown:
            yield one._replace(recorded=shown)


def _bytes_of(root: Path, model: str) -> str:
    """Return the hash of the artifact that the card of a model records."""
    return registry.read_record(root / registry.path_of(model)).artifact_sha256


def _of(root: Path, target: Target, name: str, tasks: list[str], declared: dict[str, str] | None) -> Iterator[Drift]:
    for task in tasks:
        wanted = (declared or {}).get(task, "")
        try:
            pointer = read_pointer(target, name, task)
            for placed in (pointer.live, pointer.trial.placed if pointer.trial else None):
                if placed is not None:
                    read_placed(target, placed)
            if wanted or pointer.live or pointer.trial:
                yield _standing(root, pointer, wanted, undeclared=declared is None)
        except UsageRefusedError:
            raise
        except MlopsError as error:
            yield Drift(name, task, wanted, "?", "damaged", f"{error.what} {error.file}")


def _standing(root: Path, pointer: Pointer, wanted: str, *, undeclared: bool) -> Drift:
    """Return how a task stands of which every file that is served has its hash."""
    name, task, live, trial = pointer.environment, pointer.task, pointer.live, pointer.trial
    served = live.model_id if live else ""
    if trial is not None and trial.placed.model_id == wanted:
        return Drift(name, task, wanted, served, "on trial", f"{wanted} has {trial.share} % as {trial.mode}.")
    fix = f"Have the target follow: mlops reconcile --environment {name} --task {task}"
    if wanted and not _holds(root, pointer, wanted):
        fix += f" --artifact dist/{wanted}"
    if live is not None and served == wanted and live.artifact_sha256 != _bytes_of(root, wanted):
        reason = f"It serves other bytes of {wanted} than its card records. {fix}"
        return Drift(name, task, wanted, served, "differs", reason)
    if served == wanted and trial is None:
        return Drift(name, task, wanted, served, "same")
    if undeclared:
        fix = f'{name} is no longer declared. Declare it without a model, "{name}": {{}}, then have it follow.'
    return Drift(name, task, wanted, served, "differs", fix)


def _holds(root: Path, pointer: Pointer, model: str) -> bool:
    """Tell whether a target needs no artifact to serve a model; without a card that can be read it needs one."""
    try:
        sha256 = _bytes_of(root, model)
    except MlopsError:
        return False
    return sha256 in {one.artifact_sha256 for one in (pointer.live, *(old.placed for old in pointer.before)) if one}


def trials_of(root: Path) -> tuple[dict[tuple[str, str], Trial], list[str]]:
    """Return, by environment and task, what targets say is on trial, and why others could not be asked."""
    settings, declared = load_settings(root), environments.read(root).environments
    found: dict[tuple[str, str], Trial] = {}
    silent: list[str] = []
    for name in sorted(settings.deploy.keys() & declared.keys()):
        try:
            target = Target.open(settings.deploy[name].target, root=root)
            pointers = [read_pointer(target, name, task) for task in sorted(declared[name])]
        except MlopsError as error:
            silent.append(f"{name}: {error.what} {error.why}".strip())
            continue
        found |= {(name, pointer.task): pointer.trial for pointer in pointers if pointer.trial is not None}
    return found, silent
