"""The digest of a comment: what was written is read back, and nothing else is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.reporting import Digest, changes_since, digest_of, parse_digest
from mlops.reporting.digest import BYTES, name_of_earlier
from tests.reporting import scenes

RATES = st.none() | st.integers(0, 1_000_000).map(lambda n: n / 1_000_000)
METRICS = st.dictionaries(st.sampled_from(["precision", "recall", "f1", "accuracy", "roc_auc"]), RATES)
HASHES = st.dictionaries(st.sampled_from(BYTES), st.text("0123456789abcdef", min_size=64, max_size=64))
DIGESTS = st.builds(
    Digest,
    st.sampled_from(["pass", "fail", "inconclusive"]),
    METRICS,
    st.sampled_from(["", "er_20251020", "er_20251020-2", "claims_20240229"]),
    HASHES,
)
LINE = "verdict=pass precision=0.976000 recall=none id=er_20251020 model=" + "a" * 64


@given(DIGESTS)
def test_what_is_written_is_read_back(digest: Digest) -> None:
    line = str(digest)
    assert parse_digest(line) == digest
    assert re.fullmatch(r"[a-z0-9_.= -]+", line)
    assert "--" not in line


@given(st.text(max_size=200) | st.text("verdict=pasprecion01.23 ", max_size=60))
def test_whatever_is_read_would_be_written_so(text: str) -> None:
    found = parse_digest(text)
    assert found is None or str(found) == text


@pytest.mark.parametrize(
    "line",
    [
        "",
        "verdict=maybe",
        "precision=0.976000",
        f"{LINE} ",
        f"{LINE} more=1",
        LINE.replace("0.976000", "0.976"),
        LINE.replace("0.976000", "1.976000"),
        LINE.replace("0.976000", "nan"),
        LINE.replace("precision=0.976000 recall=none", "recall=none precision=0.976000"),
        LINE.replace("precision=", "verdict=pass precision="),
        LINE.replace("er_20251020", "er_20251320"),
        LINE.replace("a" * 64, "A" * 64),
        LINE.replace("=p", "=p\u0430"),
        LINE.replace(" ", "\n"),
        f"card={'a' * 64}",
        "verdict=pass " * 200,
    ],
)
def test_a_line_of_a_stranger_or_of_an_older_form_is_no_digest(line: str) -> None:
    assert parse_digest(LINE) is not None
    assert parse_digest(line) is None


def test_the_form_before_models_were_named_is_read() -> None:
    found = parse_digest(f"verdict=pass precision=0.976000 model={'a' * 64} evaluation={'b' * 64} policy={'c' * 64}")
    assert found is not None
    assert (found.metrics, found.model_id) == ({"precision": 0.976}, "")


def test_it_changes_with_the_verdict_the_numbers_and_the_bytes() -> None:
    report = scenes.report()
    other = report.model_copy(update={"bindings": report.bindings.model_copy(update={"model_sha256": "1" * 64})})
    assert len({str(digest_of(found)) for found in (report, other, scenes.report(scenes.BAD))}) == 3
    assert digest_of(report).says_the_same(digest_of(other))
    assert not digest_of(report).says_the_same(digest_of(scenes.report(scenes.BAD)))
    assert not digest_of(report).says_the_same(None)
    assert parse_digest(str(digest_of(report))) == digest_of(report)


@given(st.text(min_size=1, max_size=100))
def test_hostile_text_of_a_report_stands_in_no_digest(text: str) -> None:
    report = scenes.report(scenes.BAD, text=f"{text} -->", change=True)
    assert re.fullmatch(r"verdict=fail( (model|evaluation|policy)=[0-9a-f]{64}){3}", str(digest_of(report)))


def test_a_number_that_is_no_rate_is_not_defined() -> None:
    report = scenes.report()
    bad = tuple(
        c.model_copy(update={"value": v}) for c, v in zip(report.criteria, (float("nan"), 7.0, None), strict=True)
    )
    assert set(digest_of(report.model_copy(update={"criteria": bad})).metrics.values()) == {None}


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (0.968, "+0.8&nbsp;pt"),
        (0.986, "-1.0&nbsp;pt"),
        (0.976, "same"),
        (0.9758, "+0.02&nbsp;pt"),
        (0.975999, "+0.0001&nbsp;pt"),
        (0.0, "+97.6&nbsp;pt"),
        (None, None),
    ],
)
def test_changes_are_points_that_never_round_to_nothing(before: float | None, said: str | None) -> None:
    now = Digest("pass", {"precision": 0.976})
    assert changes_since(now, Digest("fail", {"precision": before, "recall": 0.9})).get("precision") == said
    assert changes_since(now, None) == {}


def test_the_column_is_named_after_the_earlier_model_or_the_last_comment() -> None:
    metrics = {"precision": 0.9}
    now = Digest("pass", metrics, "er_20251027")
    assert name_of_earlier(now, Digest("pass", metrics, "er_20251020")) == "er_20251020"
    assert name_of_earlier(now, Digest("pass", metrics, "er_20251027")) == "last comment"
    assert name_of_earlier(now, Digest("pass", metrics)) == "last comment"
    assert name_of_earlier(now, Digest("pass", {"recall": 0.9})) == ""
    assert name_of_earlier(now, None) == ""
