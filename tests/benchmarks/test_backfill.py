"""The benchmark of filling in the past."""

from benchmarks.backfill import measure
from tests.programs import needs


def test_what_lies_further_apart_makes_fewer_blocks() -> None:
    needs("promtool", package="prometheus")
    day, hours = (measure(3, 2, hours) for hours in (24, 6))
    assert (day.blocks, hours.blocks) == (2, 8)
    assert day.input_bytes < hours.input_bytes
