"""Units, times and order: what is not right is not written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from mlops.errors import InputRefusedError
from mlops.series import exposition, names
from mlops.series.names import FAMILIES, Family
from mlops.series.sampling import Key, Point, Samples, by_model, checked, key, take
from mlops.series.timeline import EVERY, timeline

DAY = 1_760_918_400
VERSION = ("er", "er_20251020", "er_20251020")
ROWS = key(names.TRAINED_ROWS, *VERSION)


@pytest.mark.parametrize(
    ("family", "value"),
    [
        (names.QUALITY, 95.6), (names.QUALITY, math.nan), (names.QUALITY, -1.01), (names.CERTIFICATION, 8.0),
        (names.TRAINED_ROWS, 0.5), (names.TRAINED_ROWS, -1), (names.TRAINED_ROWS, math.inf),
        (names.TRAINING, -0.1), (names.TRAINING, math.nan), (names.TRAINING, 1_760_918_400),
        (names.TRAINED_TIME, 39.0), (names.TRAINED_TIME, 1_760_918_400_000), (names.VERDICT, math.nan),
    ],
)  # fmt: skip
def test_a_value_of_another_unit_is_refused(family: Family, value: float) -> None:
    with pytest.raises(InputRefusedError, match="unit"):
        checked(family, value)
    with pytest.raises(InputRefusedError):
        exposition.text({Key(family.name, ()): value})


@pytest.mark.parametrize(
    ("family", "value"),
    [(names.QUALITY, 1), (names.CERTIFICATION, -0.2), (names.TRAINED_ROWS, 0), (names.TRAINED_TIME, DAY)],
)
def test_what_fits_is_taken_and_what_is_not_defined_is_not_there(family: Family, value: float) -> None:
    samples: Samples = {}
    take(samples, family, ("x",) * len(family.labels), value)
    take(samples, names.VERDICT, ("x",) * len(names.VERDICT.labels), None)
    assert list(samples.values()) == [value]


def test_every_name_ends_with_its_unit_and_begins_with_ours() -> None:
    for family in FAMILIES.values():
        assert family.name.startswith("mlops_")
        assert family.name.endswith(f"_{family.unit}") or not family.unit
        assert not family.name.endswith("_total")
        assert family.help.endswith(".")
        assert family.labels[0] == "task"
    assert set(FAMILIES) >= {"mlops_psi", "mlops_realised_f1", "mlops_estimated_accuracy"}


MOMENTS = st.integers(0, 5 * EVERY) | st.integers(0, 5).map(lambda day: day * EVERY)


@given(st.lists(st.tuples(MOMENTS, st.sampled_from([None, 1.0, 2.0])), max_size=8))
def test_a_timeline_tells_at_every_time_what_held_then(changes: list[tuple[int, float | None]]) -> None:
    states = sorted(
        (DAY + offset, {} if value is None else {ROWS: value}) for offset, value in sorted(dict(changes).items())
    )
    until = DAY + 6 * EVERY
    points = timeline(states, since=0, until=until).get(ROWS, [])
    times = [point.time for point in points]
    assert times == sorted(set(times))
    for moment in [time for time, _ in states] + [until]:
        holds = [samples.get(ROWS) for time, samples in states if time <= moment][-1:]
        seen = [point.value for point in points if moment - EVERY <= point.time <= moment]
        if holds not in ([], [None]):
            assert seen[-1] == holds[0]


def test_a_series_that_ends_is_silent_and_a_deployment_ends_with_a_zero() -> None:
    declared = key(names.DECLARED, *VERSION, "production")
    states: list[tuple[int, Samples]] = [(DAY + 5, {ROWS: 7.0, declared: 1.0}), (DAY + EVERY + 9, {})]
    found = timeline(states, since=0, until=DAY + 9 * EVERY)
    assert found[ROWS] == [Point(DAY + 5, 7.0), Point(DAY + EVERY, 7.0)]
    assert found[declared] == [Point(DAY + 5, 1.0), Point(DAY + EVERY, 1.0), Point(DAY + EVERY + 9, 0.0)]


def test_pieces_of_a_timeline_are_the_whole() -> None:
    states: list[tuple[int, Samples]] = [(DAY + 5, {ROWS: 7.0}), (DAY + 3 * EVERY + 9, {ROWS: 8.0})]
    whole = timeline(states, since=0, until=DAY + 6 * EVERY - 1)[ROWS]
    cut = DAY + 2 * EVERY
    pieces = [timeline(states, since=a, until=b)[ROWS] for a, b in ((0, cut - 1), (cut, DAY + 6 * EVERY - 1))]
    assert [point for piece in pieces for point in piece if point.time != cut - 1] == whole


def series() -> dict[Key, list[Point]]:
    return {
        key(names.TRAINING, *VERSION, 'a "stage"\\\n'): [Point(DAY, 1.5), Point(DAY + 60, 2.0)],
        ROWS: [Point(DAY, 7.0)],
        key(names.QUALITY, *VERSION, "f1", "value"): [Point(DAY + 60, 0.5)],
        key(names.QUALITY, *VERSION, "f1", "lower"): [Point(DAY + 60, 1e-7)],
    }


def test_openmetrics_is_read_by_another_parser_as_it_was_meant() -> None:
    data = exposition.openmetrics(series())
    assert exposition.check(data) == 5
    families = list(text_string_to_metric_families(data.decode()))  # type: ignore[no-untyped-call]  # theirs
    assert [(one.name, one.unit, one.type) for one in families] == [
        ("mlops_quality_ratio", "ratio", "gauge"), ("mlops_training_rows", "rows", "gauge"),
        ("mlops_training_seconds", "seconds", "gauge"),
    ]  # fmt: skip
    found = {
        (one.name, tuple(sorted(one.labels.items())), int(float(one.timestamp)), one.value)
        for family in families
        for one in family.samples
    }
    assert found == {
        (one.name, tuple(sorted({*one.labels, ("job", "mlops")})), point.time, point.value)
        for one, points in series().items()
        for point in points
    }


LINES = exposition.openmetrics(series()).decode().splitlines()


def damaged(number: int, text: str | None) -> bytes:
    lines = [line if n != number else text for n, line in enumerate(LINES)]
    return "".join(f"{line}\n" for line in lines if line is not None).encode()


def test_each_line_that_is_lost_or_repeated_or_not_last_is_noticed() -> None:
    assert exposition.check(damaged(-1, None)) == 5
    for number, line in enumerate(LINES):
        if line.startswith("#"):
            with pytest.raises(InputRefusedError):
                exposition.check(damaged(number, None))
        with pytest.raises(InputRefusedError):
            exposition.check(damaged(number, f"{line}\n{line}"))
    for data in (b"", b"# EOF", b"\n", damaged(len(LINES) - 1, "# EOF\n# more")):
        with pytest.raises(InputRefusedError):
            exposition.check(data)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# UNIT mlops_training_seconds seconds", "# UNIT mlops_training_seconds ratio"),
        ("# UNIT mlops_training_seconds seconds", "# UNIT mlops_training_seconds milliseconds"),
        ("# TYPE mlops_training_rows gauge", "# TYPE mlops_training_rows counter"),
        ("mlops_training_rows", "mlops_training_pairs"),
        (f" 2.0 {DAY + 60}", f" 2.0 {DAY}"),
        (f" 0.5 {DAY + 60}", f" 50.0 {DAY + 60}"),
        (f" 7.0 {DAY}", f" 7.0 {DAY}000"),
        (f" 7.0 {DAY}", f" 7.0 {DAY}.5"),
        (f" 7.0 {DAY}", " 7.0"),
        (f" 7.0 {DAY}", f" NaN {DAY}"),
    ],
)
def test_units_times_and_order_are_checked_on_the_text(old: str, new: str) -> None:
    text = "\n".join([*LINES, ""])
    assert old in text
    with pytest.raises(InputRefusedError):
        exposition.check(text.replace(old, new).encode())


def test_families_and_series_are_sorted() -> None:
    text = "\n".join([*LINES, ""])
    lower, value = (line for line in LINES if line.startswith("mlops_quality"))
    with pytest.raises(InputRefusedError):
        exposition.check(text.replace(f"{lower}\n{value}", f"{value}\n{lower}").encode())
    first, second = LINES[:5], LINES[5:9]
    with pytest.raises(InputRefusedError):
        exposition.check("\n".join([*second, *first, *LINES[9:], ""]).encode())


def test_samples_are_told_by_model() -> None:
    other = key(names.TRAINED_ROWS, "er", "er_20251103", "er_20251103")
    assert by_model({ROWS: 1.0, other: 2.0}) == {"er_20251020": {ROWS: 1.0}, "er_20251103": {other: 2.0}}
