"""Tasks run in this process or in others, with the same results; a process that dies is a letter."""

import os
from functools import partial

import pytest

from benchmarks.side_by_side import side_by_side
from mlops.errors import UnavailableError


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_task_is_done(jobs: int) -> None:
    assert sorted(side_by_side([partial(pow, 2, n) for n in range(4)], jobs)) == [1, 2, 4, 8]


def test_several_jobs_are_other_processes() -> None:
    assert os.getpid() not in list(side_by_side([os.getpid], 2))
    assert list(side_by_side([os.getpid], 1)) == [os.getpid()]


def test_libraries_of_the_other_processes_take_one_thread_and_later_ones_what_they_would() -> None:
    before = dict(os.environ)
    assert set(side_by_side([partial(os.getenv, "OMP_NUM_THREADS")] * 2, 2)) == {before.get("OMP_NUM_THREADS", "1")}
    assert dict(os.environ) == before


def test_nothing_to_do_starts_no_process() -> None:
    assert list(side_by_side([], 2)) == []


def test_a_process_that_dies_is_no_crash_of_ours() -> None:
    with pytest.raises(UnavailableError, match="--resume"):
        list(side_by_side([partial(os._exit, 9)], 2))
