"""Charts: what is drawn where, and what is said of it to who does not see it."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops.gate import Verdict
from mlops.site.charts import HEIGHT, LEFT, MANY, RIGHT, WIDTH, Point, growth_svg, metric_svg

RATES = st.none() | st.floats(0, 1)
POINTS = st.lists(
    st.builds(
        Point,
        name=st.text(max_size=5),
        when=st.just("2025-10-20"),
        value=st.floats(0, 1),
        lower=RATES,
        upper=RATES,
        asked=RATES,
        verdict=st.sampled_from(["pass", "fail", "inconclusive"]),
    ),
    min_size=1,
    max_size=MANY,
)


def point(value: float | None, *, asked: float | None = 0.92, verdict: Verdict = "pass", day: int = 1) -> Point:
    bounds = (None, None) if value is None else (value - 0.01, value + 0.01)
    return Point(f"er_{day}", f"2025-10-{day:02d}", value, bounds[0], bounds[1], asked, verdict)


def svg(*points: Point, of: int = 0, at_most: bool = False) -> ET.Element:
    return ET.fromstring(metric_svg("Recall", points, of=of or len(points), unit="models", at_most=at_most))  # noqa: S314  # our own text


def drawn(chart: ET.Element, kind: str) -> list[str]:
    return [path.attrib["d"] for path in chart.iter("path") if path.attrib["class"] == kind]


@settings(max_examples=25)
@given(POINTS)
def test_everything_lies_inside_the_frame_and_is_well_formed(points: list[Point]) -> None:
    chart = svg(*points)
    for path in chart.iter("path"):
        for x, y in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", path.attrib["d"]):
            assert LEFT <= float(x) <= WIDTH - RIGHT
            assert 0 <= float(y) <= HEIGHT


def test_the_axis_ends_at_round_numbers_around_all_that_is_drawn() -> None:
    words = [text.text for text in svg(point(0.95)).iter("text")]
    assert words[:-1] == ["90 %", "92 %", "94 %", "96 %", "98 %"]
    assert words[-1] == "2025-10-01"
    fine = [text.text for text in svg(Point("a", "d", 0.5, 0.4995, 0.5005, None, "pass")).iter("text")]
    assert fine[0] == "49.90 %"


def test_each_verdict_has_a_shape_of_its_own_and_each_point_a_whisker() -> None:
    chart = svg(point(0.95), point(0.93, verdict="fail"), point(0.94, verdict="inconclusive"), point(None))
    shapes = {drawn(chart, kind)[0].partition("m")[2] for kind in ("pass", "fail", "inconclusive")}
    assert len(shapes) == 3
    [whiskers] = drawn(chart, "whisker")
    assert whiskers.count("M") == 3
    assert [title.text for title in chart.iter("title")][1] == "er_1: 93.0 % (92.0 % to 94.0 %), fail"


def test_what_was_asked_is_a_line_with_steps_and_gaps() -> None:
    asked = [None, 0.9, 0.9, 0.92, None, 0.91]
    [line] = drawn(svg(*(point(0.95, asked=one) for one in asked)), "asked")
    assert re.sub(r"[\d. ]+", "", line) == "MHVHMH"
    assert drawn(svg(point(0.95, asked=None)), "asked") == []


def test_a_reader_who_sees_nothing_is_told_the_same() -> None:
    said = svg(point(0.93, day=1), point(0.95, day=2), of=500).attrib["aria-label"]
    assert said == (
        "Recall of the newest 2 of 500 models. er_2: 95.0 % (94.0 % to 96.0 %), pass. Between 93.0 % and 95.0 % in all."
        " Asked: at least 92 %."
    )
    assert "Recall of 1 model. " in svg(point(0.9)).attrib["aria-label"]
    assert "Asked: at most 92 %." in svg(point(0.9), at_most=True).attrib["aria-label"]


@pytest.mark.parametrize("hostile", ['"><script>', "</title>", "&amp;", "<!--"])
def test_names_stay_text(hostile: str) -> None:
    chart = svg(point(0.95)._replace(name=hostile, when=hostile))
    assert hostile in chart.attrib["aria-label"]
    assert next(chart.iter("title")).text == f"{hostile}: 95.0 % (94.0 % to 96.0 %), pass"
    assert list(chart.iter("script")) == []


def test_growth_begins_at_zero_and_ends_above_the_most() -> None:
    chart = ET.fromstring(growth_svg("Rows", [("2025-10-06", 240), ("2025-10-13", 1180)]))  # noqa: S314  # our own text
    assert [text.text for text in chart.iter("text")] == ["0", "700", "1,400", "2025-10-06", "2025-10-13"]
    assert chart.attrib["aria-label"] == "Rows: 240 on 2025-10-06, 1,180 on 2025-10-13."
    assert ET.fromstring(growth_svg("Rows", [("2025-10-06", 0), ("2025-10-06", 0)])).tag == "svg"  # noqa: S314  # our own text
