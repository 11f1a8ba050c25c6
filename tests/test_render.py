"""No value changes the structure of a page: what is not safe is inert."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError
from markdown_it import MarkdownIt

from mlops.render import CAP, Safe, environment, finalize, inert, prose

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

HOSTILE = st.text(
    alphabet=st.one_of(st.sampled_from("|`*_<>&@#\n\r\t[]()!~-=+.:/\\'\"$1aZ \u202e\u200b\u0000\x1b"), st.characters())
)


def row(cell: str) -> str:
    """Return a table that holds ``cell`` between two others."""
    return f"| a | b | c |\n|---|---|---|\n| left | {cell} | right |\n\nafter\n"


def structure(markdown: str) -> list[str]:
    """Return the kinds of all tokens of a page, the inner ones of a cell too, text aside."""
    found = []
    for token in MARKDOWN.parse(markdown):
        found.append(token.type)
        found += [child.type for child in token.children or () if child.type not in {"text", "text_special"}]
    return found


@given(HOSTILE)
def test_inert_text_is_one_code_element_in_a_table_whatever_it_holds(text: str) -> None:
    shown = structure(row(inert(text).replace("<!-- -->", "")))
    assert shown == structure(row(inert("plain")))


@given(HOSTILE)
def test_inert_text_holds_only_letters_digits_spaces_and_entities(text: str) -> None:
    inner = inert(text).removeprefix("<code>").removesuffix("</code>").replace("&#64;<!-- -->", "")
    left = re.sub(r"&#[0-9]+;", "", inner)
    assert all(character.isalnum() or character == " " for character in left)
    assert html.unescape(inner).replace("\u200b", "").isprintable()


@given(HOSTILE)
def test_prose_never_leaves_its_paragraph_or_cell(text: str) -> None:
    kinds = set(structure(row(prose(text))))
    assert kinds <= set(structure(row("<b>x</b>")))


@given(HOSTILE)
def test_prose_at_the_start_of_a_line_begins_nothing(text: str) -> None:
    kinds = set(structure(f"before\n\n{prose(text)}\n\nafter"))
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "html_inline", "html_block"}
    assert "html_block" not in kinds or prose(text).startswith("<code>")


def test_sentences_read_as_they_were_written() -> None:
    text = "4 pairs (0.2 %) of the test rows are the record's own: in-house, and/or (rare) F1 of 1,234!"
    assert prose(text) == text


@pytest.mark.parametrize(
    "word",
    ["@org/team", "#1", "GH-1", "user@example.org", "https://example.org", "www.example.org", "a|b", "<img>", "*bold*",
     "_em_", "`x`", "[a](b)", "deadbeefcafe", "$x$", ":smile:", "&amp;", "~~x~~", "org/repo#1", "\\n"],
)  # fmt: skip
def test_what_a_renderer_reads_something_into_becomes_code(word: str) -> None:
    assert prose(f"see {word} there") == f"see {inert(word)} there"
    assert word not in prose(word).replace("<code>", "").replace("</code>", "") or word.isalnum()


def test_the_marks_of_a_sentence_stand_outside_of_a_name() -> None:
    assert prose("see mlops.toml, and (precision_floor).") == (
        f"see {inert('mlops.toml')}, and ({inert('precision_floor')})."
    )


@pytest.mark.parametrize("start", ["1. one", "1) one", "- one", "+ one", "# one", "> one", "=== ", "--- "])
def test_a_sentence_cannot_begin_a_list_a_heading_or_a_rule(start: str) -> None:
    assert structure(f"{prose(start)}\n")[0] == "paragraph_open"


def test_a_bidirectional_mark_and_control_characters_are_dropped() -> None:
    assert inert("a\u202eb\u2066c\x1b[31m\x00") == "<code>abc&#91;31m</code>"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert len(html.unescape(inert("x" * 10_000))) == CAP + len("<code></code>")
    assert html.unescape(inert("x" * 10_000)).endswith("…</code>")
    assert len(prose("word " * 10_000)) < 2_100


def test_text_of_nothing_but_dropped_characters_still_fills_its_cell() -> None:
    assert structure(row(inert("\u202e\n"))) == structure(row(inert("x")))


def test_templates_print_numbers_and_safe_text_and_nothing_else() -> None:
    assert finalize(3) == "3"
    assert finalize(0.5) == "0.5"
    assert finalize(Safe("**bold**")) == "**bold**"
    assert finalize("**bold**") == inert("**bold**")
    for wrong in (None, True, [], b"x", object()):
        with pytest.raises(TypeError, match="text and numbers"):
            finalize(wrong)


def test_joining_safe_text_with_a_value_is_inert_again() -> None:
    template = environment().from_string("{{ a ~ b }} {{ a + b }} {{ a }}")
    assert template.render(a=Safe("<b>"), b="x") == f"{inert('<b>x')} {inert('<b>x')} <b>"


def test_a_value_is_never_rendered_again() -> None:
    assert environment().from_string("{{ a }}").render(a="{{ 7 * 7 }}") == inert("{{ 7 * 7 }}")


def test_a_missing_value_and_a_way_out_of_the_sandbox_are_errors() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ absent }}").render()
    with pytest.raises(SecurityError):
        environment().from_string("{{ ''.__class__.__mro__ }}").render()
