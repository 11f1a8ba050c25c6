# ruff: noqa: INP001  # Python imports it by its name from a folder on the path, which is no package
"""On the path of a Python that runs `mlops`, models are made of few trees, which takes a fifth of the time.

What is measured then is no worse a test of commands around models. In one process: :func:`tests.small.few_trees`.
"""

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType

SMALL = {
    "mlops.learning.estimators": {"_TREES": 20, "_ROUNDS": 20, "_MEMBERS": 1},
    "mlops.learning.crossfit": {"SIDE_BY_SIDE": 10**12},
}


class _Finder(importlib.abc.MetaPathFinder):
    """Finds those modules as ever, and changes their constants once they are there."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target) if fullname in SMALL else None
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        for name, value in SMALL[module.__name__].items():
            if not hasattr(module, name):
                raise AttributeError(f"{module.__name__} has no {name} any more")
            setattr(module, name, value)


sys.meta_path.insert(0, _Finder())
