"""The ledger: no byte changes unseen, and it only grows."""

import functools

import pytest
from hypothesis import given
from hypothesis import settings as how_many
from hypothesis import strategies as st

from mlops.certification.document import LedgerLine
from mlops.certification.ledger import Ledger, dumps, extends
from mlops.errors import InputRefusedError
from tests.certification.scenes import ledger, red, report


@functools.cache
def whole() -> Ledger:
    short = ledger(report(0, profile="relative"), red(1, profile="relative"))
    return short.revoked(date="2025-12-20", task="claims", model_id="claims_20251208", reason="A critical alert")


def lines() -> list[bytes]:
    return whole().data.splitlines(keepends=True)


def test_what_is_written_is_read() -> None:
    assert Ledger.loads(whole().data) == whole()
    assert b"".join(map(dumps, whole().lines)) == whole().data
    assert [line.sequence for line in whole().lines] == [1, 2, 3]


def test_no_byte_changes_unseen() -> None:
    data = ledger(red(0, profile="relative")).revoked(date="2025-12-20", task="claims", model_id="x", reason="y").data
    for position, byte in enumerate(data):
        spoilt = data[:position] + bytes([byte ^ 1]) + data[position + 1 :]
        with pytest.raises(InputRefusedError):
            Ledger.loads(spoilt)


@how_many(deadline=None)
@given(st.data())
def test_no_piece_is_lost_or_put_in_unseen(draw: st.DataObject) -> None:
    data = whole().data
    start = draw.draw(st.integers(0, len(data) - 1))
    end = draw.draw(st.integers(start, len(data)))
    put = draw.draw(st.binary(max_size=4))
    spoilt = data[:start] + put + data[end:]
    if not (data.startswith(spoilt) and spoilt.endswith(b"\n")) and spoilt not in {data, b""}:
        with pytest.raises(InputRefusedError):
            Ledger.loads(spoilt)


@pytest.mark.parametrize(
    ("order", "line", "field"),
    [
        ((1, 0, 2), 1, "sequence"),
        ((0, 2), 2, "sequence"),
        ((1, 2), 1, "sequence"),
        ((0, 0, 1, 2), 2, "sequence"),
    ],
)
def test_lines_keep_their_places(order: tuple[int, ...], line: int, field: str) -> None:
    with pytest.raises(InputRefusedError) as refusal:
        Ledger.loads(b"".join(lines()[number] for number in order), file="ledger.jsonl")
    assert (refusal.value.file, refusal.value.field) == (f"ledger.jsonl, line {line}", field)


def test_a_line_of_another_history_does_not_fit() -> None:
    other = ledger(red(0), report(1)).data.splitlines(keepends=True)
    with pytest.raises(InputRefusedError) as refusal:
        Ledger.loads(lines()[0] + other[1])
    assert refusal.value.field == "prev_sha256"


def test_a_line_that_does_not_end_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="does not hold") as refusal:
        Ledger.loads(whole().data[:-1])
    assert refusal.value.found == "a line that does not end"


def test_it_only_grows() -> None:
    data = whole().data
    assert extends(b"", data)
    assert extends(lines()[0], data)
    assert extends(data, data)
    assert not extends(data, lines()[0])
    assert not extends(data[:-1], data)
    assert not extends(lines()[1], data)


def test_the_same_run_is_recorded_once() -> None:
    once = ledger(report(0), report(1))
    assert once.appended(report(0)) is once
    assert once.appended(report(1)) is once
    assert len(once.appended(report(1, run="2")).lines) == 3  # another run on the same bytes is an attempt


def test_an_older_run_and_another_task_are_refused() -> None:
    with pytest.raises(InputRefusedError) as refusal:
        ledger(report(1), report(0))
    assert (refusal.value.field, refusal.value.found) == ("date", "2025-12-01")
    with pytest.raises(InputRefusedError) as refusal:
        ledger(report(0), report(1).model_copy(update={"task": "er"}))
    assert refusal.value.field == "task"


def test_a_line_holds_the_numbers_and_their_bounds() -> None:
    line = ledger(report(0)).lines[0]
    assert isinstance(line, LedgerLine)
    assert set(line.metrics) == {
        "cv_mean", "cv_sd", "bootstrap_lower", "permutation_p", "test_accuracy", "lift_majority", "lift_one_rule",
        "latency_p95_ms",
    }  # fmt: skip
    accuracy = line.metrics["test_accuracy"]
    assert (accuracy.value, accuracy.n, accuracy.verdict) == (317 / 320, 320, "pass")
    assert (line.tested.rows, line.tested.new_rows, line.counts) == (320, 320, True)
