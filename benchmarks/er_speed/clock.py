"""CPU time of one core: a busy neighbour takes the wall clock's time, hardly ours."""

from collections.abc import Callable, Sequence
from statistics import median
from time import process_time

from benchmarks.er_speed.results import Rate

Work = Callable[[], object]


def seconds(work: Work) -> float:
    """Return the CPU seconds that ``work`` takes."""
    started = process_time()
    work()
    return process_time() - started


def rate(pairs: int, times: Sequence[float]) -> Rate:
    """Return pairs per second."""
    rates = [pairs / max(time, 1e-9) for time in times]
    return Rate(median=round(median(rates), 1), lowest=round(min(rates), 1), highest=round(max(rates), 1))
