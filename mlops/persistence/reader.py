"""skops, imported without its list of every estimator of scikit-learn.

skops trusts all estimators that it finds, and to find them it imports all of scikit-learn, its test helpers too, in
each process that opens a model file. Nothing here goes by that list: what a file may hold is
written in :mod:`mlops.persistence.trusted`, and skops is told exactly that.
"""

import sklearn.utils

_find = sklearn.utils.all_estimators
sklearn.utils.all_estimators = list  # skops asks once, when it is imported
try:
    from skops import io
finally:
    sklearn.utils.all_estimators = _find

__all__ = ["io"]
