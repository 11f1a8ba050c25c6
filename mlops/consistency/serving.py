"""``environments.json``: each model that it names has a card here that passed and holds; a promotion is told."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from mlops import environments, registry
from mlops.config import FILE_NAME, Settings
from mlops.consistency.findings import Findings, problem
from mlops.environments import Environments
from mlops.errors import MlopsError

_FILE = environments.PATH.as_posix()


def check_serving(root: Path, settings: Settings, base: Path | None, *, sound: Collection[str]) -> Findings:
    """Return what does not hold of the environments that ``root`` declares.

    Args:
        root: The working tree.
        settings: Its settings, whose policies name environments too.
        base: A checkout of the base branch; what it serves otherwise is told.
        sound: The ids of the cards of which everything holds.
    """
    try:
        declared = environments.read(root)
    except MlopsError as error:
        return Findings((error,))
    served = [
        _Served(name, task, model) for name, models in declared.environments.items() for task, model in models.items()
    ]
    letters = [letter for one in served for letter in _model(root, settings, one, sound)]
    letters += _baselines(root, settings)
    notes = () if base is None else tuple(_promotions(declared, base))
    return Findings(tuple(letters), notes, {"served models": len(served)})


class _Served(NamedTuple):
    """A line of the file: which model serves a task in an environment."""

    environment: str
    task: str
    model: str

    @property
    def field(self) -> str:
        return f"environments.{self.environment}.{self.task}"


def _model(root: Path, settings: Settings, served: _Served, sound: Collection[str]) -> Iterator[MlopsError]:
    field, task, model = served.field, served.task, served.model
    if task not in settings.tasks:
        yield _refused(field, f"a task that {FILE_NAME} declares: {' or '.join(sorted(settings.tasks))}", task)
    card = registry.path_of(model)
    if not (root / card).is_file():
        yield _refused(field, f"a model with a card, {card.as_posix()}", f"{model}, which has none here")
        return
    try:
        record = registry.read_record(root / card)
    except MlopsError as error:
        yield _refused(field, f"a card that can be read, {card.as_posix()}", f"{error.what} {error.found}")
        return
    beta = task in settings.tasks and settings.tasks[task].certification is not None
    if record.verdict not in ({"pass", "inconclusive"} if beta else {"pass"}):
        yield _refused(field, "a model whose verdict is pass", f"{model}, whose verdict is {record.verdict}")
    if model not in sound:
        yield _refused(field, "a model whose evidence holds", f"{model}, whose evidence does not, as said above")


def _baselines(root: Path, settings: Settings) -> Iterator[MlopsError]:
    """Yield why a policy cannot tell with which model it compares."""
    for name, task in settings.tasks.items():
        try:
            environments.production_of(task.policy, name, root)
        except MlopsError as error:
            yield error


def _promotions(declared: Environments, base: Path) -> Iterator[str]:
    try:
        before = environments.read(base).environments
    except MlopsError as error:
        yield f"What the base branch serves cannot be read: {error.what}"
        return
    after = declared.environments
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, {}), after.get(name, {})
        for task in sorted(old.keys() | new.keys()):
            if old.get(task) != new.get(task):
                yield f"{name}: {task} is served by {new.get(task, 'no model')} instead of {old.get(task, 'no model')}."


def _refused(field: str, expected: str, found: str) -> MlopsError:
    return problem(
        "An environment names a model that it must not serve.",
        _FILE,
        field=field,
        expected=expected,
        found=found,
        fix="Name a model whose card is committed here and passed, or leave the environment without one.",
    )
