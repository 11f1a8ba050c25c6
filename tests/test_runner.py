"""What is said to GitHub Actions' runner arrives as it was meant."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops import runner
from mlops.errors import InputRefusedError
from mlops.runner import SUMMARY_LIMIT, Runner

lines = st.text(st.characters(codec="utf-8"))


@pytest.fixture
def page(tmp_path: Path) -> Runner:
    """Return a runner with all its channels, the files not yet there."""
    return Runner(tmp_path / "output", tmp_path / "summary", io.StringIO())


def said(page: Runner) -> str:
    """Return the commands that the runner was given."""
    assert isinstance(page.commands, io.StringIO)
    return page.commands.getvalue()


def parse_outputs(text: str) -> dict[str, str]:
    """Read an output file as the runner does: ``name<<delimiter``, lines, the delimiter alone on a line."""
    outputs: dict[str, str] = {}
    rest = iter(text.split("\n"))
    for line in rest:
        if not line:
            continue
        name, separator, delimiter = line.partition("<<")
        assert separator, f"the runner would read {line!r} as another form"
        value = []
        for entry in rest:
            if entry == delimiter:
                break
            value.append(entry)
        outputs[name] = "\n".join(value)
    return outputs


def test_outside_of_actions_there_is_no_runner() -> None:
    assert runner.from_environment({}, io.StringIO()) is None
    assert runner.from_environment({"GITHUB_ACTIONS": "", "GITHUB_OUTPUT": "x"}, io.StringIO()) is None


def test_the_runners_files_are_found_in_its_environment(tmp_path: Path) -> None:
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(tmp_path / "o"), "GITHUB_STEP_SUMMARY": ""}
    page = runner.from_environment(environ, io.StringIO())
    assert page is not None
    assert (page.output, page.summary) == (tmp_path / "o", None)


@given(st.dictionaries(st.from_regex(r"\A[a-z][a-z0-9_-]*\Z"), lines))
def test_every_output_arrives_as_it_was_given(values: dict[str, str]) -> None:
    text = "".join(runner._output(name, value) for name, value in values.items())
    assert parse_outputs(text) == values


def test_outputs_are_added_to_those_that_are_there(page: Runner) -> None:
    assert page.output is not None
    runner.set_outputs(page, {"verdict": "pass"})
    runner.set_outputs(page, {"card-path": "model_cards/er_20251020.md"})
    text = page.output.read_text(encoding="utf-8")
    assert parse_outputs(text) == {"verdict": "pass", "card-path": "model_cards/er_20251020.md"}


def test_no_two_outputs_share_a_delimiter(page: Runner) -> None:
    assert page.output is not None
    runner.set_outputs(page, {f"name{i}": "x" for i in range(50)})
    assert len(set(re.findall("<<(.*)", page.output.read_text(encoding="utf-8")))) == 50


@pytest.mark.parametrize("name", ["", "Passed", "a b", "a\nb", "a=b", "1a", "ä", "a<<b", "a\n"])
def test_a_wrong_name_writes_no_output_at_all(name: str, page: Runner) -> None:
    assert page.output is not None
    with pytest.raises(ValueError, match="name of an output"):
        runner.set_outputs(page, {"good": "1", name: "2"})
    assert not page.output.exists()


def test_a_runner_without_files_is_told_nothing() -> None:
    page = Runner(None, None, io.StringIO())
    runner.set_outputs(page, {"a": "b"})
    runner.add_summary(page, "text")
    assert said(page) == ""


def test_summaries_add_up(page: Runner) -> None:
    assert page.summary is not None
    runner.add_summary(page, "# One")
    runner.add_summary(page, "# Two\n\n")
    assert page.summary.read_text(encoding="utf-8") == "# One\n# Two\n"


def test_a_summary_is_cut_before_the_runner_would_drop_it(page: Runner) -> None:
    assert page.summary is not None
    runner.add_summary(page, "é" * 400_000)
    runner.add_summary(page, "é" * 400_000)
    runner.add_summary(page, "é" * 400_000)
    assert page.summary.stat().st_size <= SUMMARY_LIMIT
    assert page.summary.read_text(encoding="utf-8").count("cut here") == 1


@given(lines, st.integers(0, 400))
def test_a_cut_text_keeps_its_limit_and_its_beginning(text: str, limit: int) -> None:
    kept = runner.cut(text, limit)
    assert len(kept.encode()) <= limit
    assert kept == text or text.startswith(kept.split("\n\n… cut here")[0])


@given(lines, lines)
def test_an_annotation_is_one_line_whatever_it_says(message: str, title: str) -> None:
    page = Runner(None, None, io.StringIO())
    runner.annotate(page, "warning", message, title=title)
    command = said(page)
    assert command.startswith("::warning")
    assert command.endswith("\n")
    assert "\n" not in command[:-1]
    assert "\r" not in command


def test_an_annotation_says_where(page: Runner) -> None:
    runner.annotate(page, "error", "50 % of\nit", title="a:b,c", file="data_manifests/er_20251020.json")
    assert said(page) == "::error title=a%3Ab%2Cc,file=data_manifests/er_20251020.json::50 %25 of%0Ait\n"


def test_an_annotation_says_which_line(page: Runner) -> None:
    runner.annotate(page, "error", "no", file="mlops.toml", line=7)
    runner.annotate(page, "error", "no", line=7)
    assert said(page) == "::error file=mlops.toml,line=7::no\n::error::no\n"


def test_an_annotation_without_properties_has_no_space(page: Runner) -> None:
    runner.annotate(page, "notice", "done")
    assert said(page) == "::notice::done\n"


def test_every_line_of_a_secret_is_masked(page: Runner) -> None:
    runner.mask(page, "first\n\n  second%\n")
    assert said(page) == "::add-mask::first\n::add-mask::second%25\n"


@given(lines)
def test_a_fenced_text_cannot_leave_its_fence(text: str) -> None:
    fence = runner.fenced(text).splitlines()[0].removesuffix("text")
    assert fence.strip("`") == ""
    assert fence not in text


def test_an_error_letter_is_an_annotation_and_a_summary(page: Runner) -> None:
    assert page.summary is not None
    error = InputRefusedError("The hash does not hold.", file="data.parquet", found="```\n# heading")
    runner.report_error(page, error)
    assert said(page).startswith("::error title=mlops,file=data.parquet::The hash does not hold.%0A  file: data")
    summary = page.summary.read_text(encoding="utf-8")
    assert summary.startswith("### mlops stopped (exit code 3)\n\n````text\nThe hash")
    assert summary.rstrip().endswith("````")


@pytest.mark.parametrize("file", ["/etc/passwd", "../x", "a\nb", ""])
def test_an_annotation_points_only_into_the_repository(file: str, page: Runner) -> None:
    runner.report_error(page, InputRefusedError("x", file=file))
    assert said(page).startswith("::error title=mlops::x")
