"""How long a score takes: one row at a time as a service is asked, and a whole batch. The clock is handed in."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

RUNS = 200
WARM_UP = 20


class Latency(NamedTuple):
    """Durations in milliseconds.

    Attributes:
        p50_ms: Median of one row.
        p95_ms: 95th percentile of one row: the smallest duration that 95 % of the runs do not exceed.
        runs: Measured runs, after the warm-up.
        batch_rows: Rows of the batch.
        batch_ms: Duration of the batch, the median of three.
    """

    p50_ms: float
    p95_ms: float
    runs: int
    batch_rows: int
    batch_ms: float


def measure_latency(
    score_row: Callable[[int], object],
    score_batch: Callable[[], object],
    *,
    rows: int,
    clock: Callable[[], float],
    runs: int = RUNS,
    warm_up: int = WARM_UP,
) -> Latency:
    """Measure a warm model; what it costs to import, load and first use it is not counted.

    Args:
        score_row: Scores the single row at a position, 0 to ``rows`` - 1.
        score_batch: Scores all of them at once.
        rows: Rows to ask for in turn, so that no run finds its own row in a cache; 1 or more.
        clock: Seconds, monotonic: ``time.perf_counter``.
        runs: Measured single rows.
        warm_up: Single rows before that.
    """
    for run in range(warm_up):
        score_row(run % rows)
    single = [_milliseconds(partial(score_row, run % rows), clock) for run in range(runs)]
    batch = [_milliseconds(score_batch, clock) for _ in range(3)]
    return Latency(
        p50_ms=float(np.median(single)),
        p95_ms=float(np.quantile(single, 0.95, method="inverted_cdf")),
        runs=runs,
        batch_rows=rows,
        batch_ms=float(np.median(batch)),
    )


def _milliseconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return 1000 * (clock() - start)
