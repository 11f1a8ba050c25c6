"""Small models for tests that ask nothing about their quality; ``python -m tests.small train er``: another process.

All code is the product's; only the numbers that the time of a training is a multiple of are smaller. Models of full
size are fitted by ``tests/learning`` and trained by ``tests/cli/test_published_data.py``.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mlops.cli.main import main
from mlops.learning import crossfit, estimators


@contextmanager
def few_trees() -> Iterator[None]:
    """Let forests have 20 trees, not 200, boosting 20, not two times 100; choose by 3 folds, fit in one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimators, "_TREES", 20)
        patch.setattr(estimators, "_ROUNDS", 20)
        patch.setattr(estimators, "_MEMBERS", 1)
        patch.setattr(crossfit, "FOLDS", 3)
        patch.setattr(crossfit, "SIDE_BY_SIDE", 10**12)
        yield


if __name__ == "__main__":
    with few_trees():
        main()
