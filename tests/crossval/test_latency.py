"""Latency with a clock that the test turns: the warm-up is not counted, and the percentile is a duration that was."""

from itertools import count

from mlops.crossval.latency import measure_latency


def test_slow_first_calls_do_not_count_and_every_twentieth_may_be_slow() -> None:
    now, calls, asked = [0.0], count(), list[int]()

    def score_row(row: int) -> None:
        asked.append(row)
        call = next(calls)
        now[0] += 5.0 if call < 20 else 0.100 if call % 20 == 0 else 0.002

    def score_batch() -> None:
        now[0] += 0.5

    found = measure_latency(score_row, score_batch, rows=7, clock=lambda: now[0])
    assert (round(found.p50_ms, 6), round(found.p95_ms, 6)) == (2.0, 2.0)
    assert (found.runs, found.batch_rows, round(found.batch_ms, 6)) == (200, 7, 500.0)
    assert len(asked) == 220
    assert set(asked) == set(range(7))


def test_more_than_one_slow_call_in_twenty_shows() -> None:
    now, calls = [0.0], count()

    def score_row(_: int) -> None:
        now[0] += 0.100 if next(calls) % 10 == 0 else 0.002

    found = measure_latency(score_row, lambda: None, rows=1, clock=lambda: now[0], runs=100, warm_up=0)
    assert round(found.p95_ms, 6) == 100.0
