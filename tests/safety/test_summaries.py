"""Summaries, comments, titles and outputs show what a report holds, and obey none of it."""

import html
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlops import checksums, documents
from mlops.artifact import EVALUATION, METRICS, MODEL, TRAINING
from mlops.cli import outputs
from mlops.metrics import Metrics
from mlops.reporting import COMMENT_LIMIT, SUMMARY_LIMIT, Links, fit, summary_of, title_of, training_summary_of
from mlops.runner import SUMMARY_LIMIT as RUNNER_LIMIT
from tests import factories
from tests.cli.job import annotations, enter
from tests.cli.test_gate import BAD
from tests.conftest import RunCli
from tests.reporting import scenes
from tests.safety.test_hostile_text import HOSTILE
from tests.safety.test_runner import FORGERIES
from tests.scored import scored, training_of, write_artifact

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
LINKS = Links.of(server="https://github.com", repository="acme/matching", commit="0" * 40, run_id="17")
INNER = {"link_open", "image", "strong_open", "em_open", "s_open", "code_inline", "softbreak", "hardbreak"}


def pages(text: str) -> list[str]:
    """Return every page of a report and of a training in which every text that others can write is ``text``."""
    report = scenes.report(scenes.BAD, text=text, slices=True, change=True, seeds=3)
    trained = factories.training(
        model_id=text, dataset_id=text, findings=(text,), seconds={text: 1.0}, run_url=text, architecture=text
    )
    found = factories.estimates(factories.COUNTS)
    metrics = factories.metrics(metrics={f"{text}{name}": estimate for name, estimate in found.items()})
    return [
        summary_of(report, history=scenes.history(), links=LINKS, worst_slice=text),
        summary_of(report, history=scenes.history(), links=LINKS, compact=True),
        training_summary_of(trained, metrics, artifact_sha256="a" * 64, links=LINKS, seconds={text: 2.0}),
    ]


def structure(page: str) -> list[str]:
    """Return the block tokens of a page, and of its inline ones all that make links, images and emphasis."""
    found = []
    for token in MARKDOWN.parse(page):
        found.append(token.type)
        found += [child.type for child in token.children or () if child.type in INNER]
    return found


def outside_code(page: str) -> str:
    """Return the text that a reader sees outside of code."""
    shown = re.sub(r"<pre>.*?</pre>|<code>.*?</code>|<!--.*?-->", " ", str(MARKDOWN.render(page)), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", " ", shown))


@pytest.mark.parametrize("text", HOSTILE)
def test_bad_input_31_hostile_text_leaves_the_structure_of_a_summary_unchanged(text: str) -> None:
    assert [structure(page) for page in pages(text)] == [structure(page) for page in pages("plain")]


@pytest.mark.parametrize("text", HOSTILE)
def test_bad_input_31_hostile_text_makes_no_mention_reference_element_or_link(text: str) -> None:
    blocks = {
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "h2",
        "h3",
        "p",
        "ul",
        "ol",
        "li",
        "pre",
    }
    allowed = blocks | {"a", "br", "code", "strong"}
    for page in pages(text):
        shown = str(MARKDOWN.render(page))
        assert set(re.findall(r"</?([a-zA-Z][a-zA-Z0-9]*)", shown)) <= allowed
        assert set(re.findall(r'href="([^"]*)"', shown)) == set()
        assert not re.search(r"@\w|#\d|GH-\d|https?:|www\.|\w@\w", outside_code(page))
        assert "onerror" not in re.sub(r"<code>.*?</code>", "", shown)
        visible = html.unescape(shown).replace("\N{NO-BREAK SPACE}", " ")
        assert all(character.isprintable() or character in "\n\u200b" for character in visible)


@settings(max_examples=20)
@given(st.text(min_size=1, max_size=60).filter(lambda text: any(c.isprintable() and not c.isspace() for c in text)))
def test_bad_input_31_any_text_leaves_the_structure_of_a_summary_unchanged(text: str) -> None:
    assert [structure(page) for page in pages(text)] == [structure(page) for page in pages("plain")]


@pytest.mark.parametrize("text", HOSTILE)
def test_bad_input_31_a_title_is_one_line_of_printable_text(text: str) -> None:
    title = title_of(scenes.report(scenes.BAD, text=text, change=True))
    assert title.isprintable()
    assert len(title) <= 100


def test_bad_input_32_a_comment_is_cut_below_githubs_limit_and_says_where_all_of_it_is() -> None:
    report = scenes.report(scenes.BAD, text="word-" * 2_000, slices=True, change=True)
    long = report.model_copy(update={"warnings": ("warning " * 200,) * 60})
    page = summary_of(long, links=LINKS)
    assert len(page) > 65_536
    comment = fit(page, COMMENT_LIMIT, whole=LINKS.to_run("this run"))
    assert len(comment) <= len(comment.encode()) <= COMMENT_LIMIT < 65_536
    assert "https://github.com/acme/matching/actions/runs/17" in comment.rpartition("**Cut here**")[2]
    assert comment.count("<details>") == comment.count("</details>")


def test_bad_input_32_a_summary_is_cut_before_the_runner_would_drop_it(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = enter(monkeypatch, tmp_path / "job", repository)
    outputs.summarise("## title\n\n<details>\n\n" + "ä line of text\n" * 100_000 + "\n</details>\n")
    assert SUMMARY_LIMIT < RUNNER_LIMIT
    assert len(job.summary.encode()) <= RUNNER_LIMIT
    assert job.summary.startswith("## title")
    assert "actions/runs/17" in job.summary.rpartition("**Cut here**")[2]
    artifact = write_artifact(repository / "artifact", scored(**BAD))
    assert run_cli("gate", artifact).code == 1  # the next page has no room and takes none


def test_bad_input_09_a_value_just_below_the_threshold_is_never_shown_as_the_threshold(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().replace('decide_on = "lower_bound"', 'decide_on = "point"'))
    artifact = write_artifact(repository / "artifact", scored(tp=22_999, fp=2_001, fn=0, tn=5_000))  # 0.91996
    job = enter(monkeypatch, tmp_path / "job", repository)
    outcome = run_cli("gate", artifact)
    assert outcome.code == 1
    assert job.outputs["precision"] == "0.91996"
    assert "91.996&nbsp;%" in job.summary
    assert "**92.0" not in job.summary
    (one,) = annotations(outcome.err)
    assert "91.996 %" in one.message


@pytest.mark.parametrize("value", FORGERIES)
def test_bad_input_51_a_model_that_is_called_like_an_output_sets_none(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    rows = scored(**BAD)
    artifact = write_artifact(repository / "artifact", rows)
    record = training_of(rows).model_copy(update={"model_id": value})
    documents.write(artifact / TRAINING, record)
    metrics = documents.read(artifact / METRICS, Metrics)
    documents.write(artifact / METRICS, metrics.model_copy(update={"model_id": value}))
    checksums.write(artifact, (EVALUATION, METRICS, MODEL, TRAINING))
    job = enter(monkeypatch, tmp_path / "job", repository)
    outcome = run_cli("gate", artifact)
    assert outcome.code == 1, outcome.err
    assert job.outputs["verdict"] == "fail"
    assert job.outputs["model-id"] == value
    assert "passed" not in job.outputs
    assert not re.search(r"^::(?!error |error::)", outcome.err, re.MULTILINE)
