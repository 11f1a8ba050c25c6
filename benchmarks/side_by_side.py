"""Long tasks in processes of their own, one core each."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from mlops.errors import UnavailableError

T = TypeVar("T")

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def side_by_side(tasks: Sequence[Callable[[], T]], jobs: int) -> Iterator[T]:
    """Call each task, in this process or in ``jobs`` others, and yield what they return, first come first.

    Raises:
        UnavailableError: A process was ended from outside.
    """
    if jobs == 1 or not tasks:
        for task in tasks:
            yield task()
        return
    unset = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(unset, "1"))  # read by the children's libraries when they are loaded
    try:
        with ProcessPoolExecutor(min(jobs, len(tasks)), mp_context=get_context("spawn")) as pool:
            futures: list[Future[T]] = [pool.submit(task) for task in tasks]
            for future in as_completed(futures):
                yield future.result()
    except BrokenProcessPool as error:
        raise UnavailableError(
            "A process of the benchmark was ended from outside; what was finished is written.",
            why="The machine may have run out of memory.",
            fix="Run the same command again with --resume --jobs 1.",
        ) from error
    finally:
        for name in unset:
            del os.environ[name]
