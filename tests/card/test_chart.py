"""The chart is a picture of the numbers: self-contained, deterministic, and right at its corners."""

import re
import xml.etree.ElementTree as ET

import pytest

from mlops.card.chart import LEFT, SIDE, TOP, precision_recall_svg
from mlops.config import Criterion
from mlops.metrics import Counts, CurvePoint, Estimate
from tests import factories

SVG = "{http://www.w3.org/2000/svg}"


def draw(counts: Counts = factories.COUNTS) -> ET.Element:
    measured = factories.metrics(counts, curve=factories.curve(counts))
    return ET.fromstring(precision_recall_svg(measured, factories.policy()))  # noqa: S314  # our own text


def texts(svg: ET.Element) -> list[str]:
    return ["".join(element.itertext()) for element in svg.iter(f"{SVG}text")]


def point(svg: ET.Element) -> tuple[float, float]:
    """Return recall and precision of the marked point, in shares of the plot."""
    chosen = next(element for element in svg.iter(f"{SVG}circle") if element.get("class") == "point")
    x, y = float(chosen.get("cx", "nan")), float(chosen.get("cy", "nan"))
    return (x - LEFT) / SIDE, 1 - (y - TOP) / SIDE


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert precision_recall_svg(factories.metrics(), factories.policy()) == precision_recall_svg(
        factories.metrics(), factories.policy()
    )


def test_nothing_is_fetched_and_nothing_runs() -> None:
    text = precision_recall_svg(factories.metrics(), factories.policy())
    assert not re.search(r"<script|<image|<foreignObject|href|@import|@font-face|\bon[a-z]+=", text)
    assert re.findall(r"https?://[^\"]+", text) == ["http://www.w3.org/2000/svg"]
    assert set(re.findall(r"url\(([^)]*)\)", text)) == {"#inside"}


def test_it_follows_the_readers_colour_scheme_and_describes_itself() -> None:
    text = precision_recall_svg(factories.metrics(), factories.policy())
    assert "prefers-color-scheme: dark" in text
    assert "<desc" in text
    assert 'role="img"' in text


def test_the_chosen_threshold_stands_where_its_numbers_are() -> None:
    recall, precision = point(draw())
    assert recall == pytest.approx((976 / 1020 - 0.8) / 0.2, abs=0.001)
    assert precision == pytest.approx((0.976 - 0.8) / 0.2, abs=0.001)


def test_the_axes_begin_lower_for_a_weaker_model_so_that_nothing_lies_outside() -> None:
    weak = draw(Counts(tp=61, fp=14, fn=22, tn=300))
    assert "60 %" in texts(weak)
    assert "80 %" in texts(draw())
    assert all(0 < share < 1 for share in point(weak))


def test_the_numbers_and_the_minima_are_written_beside_the_plot() -> None:
    written = texts(draw())
    for words in (
        "Precision 97.6 %",
        "96.7 % to 98.3 %",
        "Threshold 0.4375",
        "Precision at least 92 %",
        "F1 at least 90 %",
    ):
        assert words in written


def test_a_model_without_predicted_positives_is_drawn_without_a_point() -> None:
    nothing = Counts(tp=0, fp=0, fn=20, tn=80)
    none = Estimate(value=None, lower=None, upper=None, n=0, reason="no predicted positives")
    measured = factories.metrics(nothing, curve=(CurvePoint(threshold=0.5, precision=none, recall=none),))
    svg = ET.fromstring(precision_recall_svg(measured, factories.policy()))  # noqa: S314  # our own text
    assert "Precision not defined" in texts(svg)
    assert not [element for element in svg.iter(f"{SVG}rect") if element.get("class") == "box"]


def test_a_policy_of_other_metrics_draws_no_minimum() -> None:
    text = precision_recall_svg(factories.metrics(), factories.policy(criteria={"latency": Criterion(max=0.5)}))
    assert 'class="minimum"' not in text
    assert 'class="good"' not in text
