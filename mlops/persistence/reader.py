"""skops, imported without its lists of all that scikit-learn, NumPy and SciPy hold.

skops trusts all estimators and all ufuncs that it finds. To find them it imports all of scikit-learn, its test helpers
too, and looks for the home of each ufunc in every module that there is, in each process that opens a model file.
Nothing here goes by those lists: what a file may hold is written in :mod:`mlops.persistence.trusted`, and skops
is told exactly that. An absent name makes skops refuse more, never less.
"""

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

import sklearn.utils
import skops


def _imported() -> ModuleType:
    """Return ``skops.io``; what would collect its lists is taken away until they are made, once, by its import."""
    name = "skops.io"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name=name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # its helpers can be imported, and it has not run yet
    estimators = sklearn.utils.all_estimators
    try:
        helpers: Any = importlib.import_module(f"{name}._utils")
        names = helpers.get_public_type_names
        sklearn.utils.all_estimators = helpers.get_public_type_names = _none
        try:
            spec.loader.exec_module(module)
        finally:
            sklearn.utils.all_estimators, helpers.get_public_type_names = estimators, names
    except BaseException:
        del sys.modules[name]
        raise
    skops.io = module
    return module


def _none(**_: object) -> list[str]:
    return []


io = _imported()

__all__ = ["io"]
