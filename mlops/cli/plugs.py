"""The plugs of the tasks, by name; the learner is loaded with the task that asks for it."""

import importlib
import pkgutil
from typing import cast

from mlops import tasks
from mlops.errors import UsageRefusedError
from mlops.task import Task


def open_task(name: str) -> Task:
    """Return the plug of a task: ``PLUG`` in ``mlops/tasks/<name>/task.py``; only the one that is asked for is loaded.

    Raises:
        UsageRefusedError: There is no such task.
    """
    if name not in task_names():
        raise UsageRefusedError(
            "There is no such task.",
            field="task",
            expected=" or ".join(task_names()),
            found=name,
            fix="Name one of these.",
        )
    return cast("Task", importlib.import_module(f"{tasks.__name__}.{name}.task").PLUG())


def task_names() -> tuple[str, ...]:
    """Return the names of the tasks that have a plug: the folders of ``mlops/tasks``, in ascending order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(tasks.__path__) if module.ispkg))
