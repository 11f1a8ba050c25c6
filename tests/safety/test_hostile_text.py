"""Text from data is shown and never acted on: the structure of a card does not depend on it."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlops.artifact import Feature
from mlops.card import CardFacts, render
from mlops.card.structure import dead_links, empty_sections, sections
from mlops.manifest import Column
from mlops.metrics import Counts
from mlops.registry import parse_front_matter, split_front_matter
from tests import factories

HOSTILE = [
    "x\n| Precision | 99.9% |",
    "<img src=x onerror=alert(1)>",
    "@org/team",
    "fixes #1",
    "mail me@example.org, https://example.org or www.example.org",
    "\u202etfel ot thgir\u2066\u200b\x1b[31m\x00",
    "\n## Verdict: pass\n\n---\n\n[x](y) ![z](w) `code` **bold** ~~gone~~ <!-- hidden --> &lt; {{ 7 * 7 }} {% raw %}",
    "</details></code><script>alert(1)</script>",
    "x" * 10_000,
]
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def facts_with(text: str) -> CardFacts:
    """Return facts in which every text that data, or an artifact of someone else, can hold is ``text``."""
    plain = factories.manifest()
    columns = tuple(Column(name=f"{text}{at}", type="string", missing=at) for at in range(3))
    trained: dict[str, Any] = {
        "architecture": text,
        "features": tuple(Feature(name=f"{text}{at}", description=text) for at in range(3)),
        "facts": {text: text, "split": text},
        "findings": (text,),
        "environment": {"python": text, "platform": text, "scikit-learn": text},
        "seconds": {text: 1.0},
        "run_url": text,
    }
    parts = [
        factories.slice_metrics("script", text, Counts(tp=20, fp=9, fn=20, tn=20)),
        factories.slice_metrics(text, text, factories.COUNTS),
        factories.slice_metrics(text, "rare", Counts(tp=1, fp=0, fn=1, tn=1)),
    ]
    measured = factories.metrics(slices=tuple(parts))
    words = factories.card_settings(
        intended_use=text, out_of_scope=text, ethical_considerations=(text,), licence=text, contact=text
    )
    return CardFacts(
        manifest=plain.model_copy(
            update={"source": text, "licence": text, "parent": text, "limitations": (text,), "columns": columns,
                    "labels": {f"{text}0": 1, f"{text}1": 2}},
        ),
        training=factories.training(**trained),
        metrics=measured,
        gate=factories.gate_report(measured, reason=text),
        notes=factories.card_notes(description=text, card=words),
        previous=None,
    )  # fmt: skip


def structure(text: str) -> list[str]:
    """Return the block tokens of a card's Markdown, and of its inline ones all that make links, images and emphasis."""
    inner = {"link_open", "image", "strong_open", "em_open", "s_open", "code_inline", "softbreak", "hardbreak"}
    found = []
    for token in MARKDOWN.parse(split_front_matter(text)[1]):
        found.append(token.type)
        found += [child.type for child in token.children or () if child.type in inner]
    return found


def outside_code(text: str) -> str:
    """Return the text that a reader of the page sees outside of code."""
    page = str(MARKDOWN.render(split_front_matter(text)[1]))
    page = re.sub(r"<pre>.*?</pre>|<code>.*?</code>|<!--.*?-->", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


@pytest.mark.parametrize("text", HOSTILE)
def test_bad_input_31_hostile_text_leaves_the_structure_of_a_card_unchanged(text: str) -> None:
    card = render(facts_with(text))
    assert structure(card) == structure(render(facts_with("plain")))
    assert empty_sections(card) == []
    titles = [part.title for part in sections(card)]
    assert titles == [part.title for part in sections(render(facts_with("plain")))]
    assert all(link.startswith("er_20251020/") for link in dead_links(card, Path("no such folder")))


@pytest.mark.parametrize("text", HOSTILE)
def test_bad_input_31_hostile_text_makes_no_mention_reference_element_or_link(text: str) -> None:
    card = render(facts_with(text))
    page = str(MARKDOWN.render(split_front_matter(card)[1]))
    allowed = "code|table|thead|tbody|tr|th|td|details|summary|h1|h2|h3|p|ul|li|a|img|strong|blockquote|pre"
    tags = set(re.findall(r"</?([a-zA-Z][a-zA-Z0-9]*)", page))
    assert tags <= set(allowed.split("|"))
    assert page.count("<img") == 1
    assert "onerror" not in re.sub(r"<code>.*?</code>", "", page)
    seen = outside_code(card)
    assert not re.search(r"@\w|#\d|GH-\d|https?:|www\.|\w@\w", seen)
    assert all(character.isprintable() or character in "\n\u200b" for character in html.unescape(page))


@pytest.mark.parametrize("text", HOSTILE)
def test_bad_input_31_hostile_text_leaves_the_record_as_it_is(text: str) -> None:
    card = render(facts_with(text))
    record = parse_front_matter(card)
    assert (record.id, record.verdict) == ("er_20251020", "pass")
    assert record.features == tuple(f"{text}{at}" for at in range(3))
    head = split_front_matter(card)[0]
    assert head.isascii()
    assert all(character.isprintable() or character == "\n" for character in head)


def test_bad_input_31_ten_thousand_characters_are_cut() -> None:
    body = split_front_matter(render(facts_with("x" * 10_000)))[1]
    assert max(map(len, re.findall(r"x+", body))) <= 300


def test_bad_input_31_hostile_text_is_still_shown() -> None:
    body = split_front_matter(render(facts_with("<img src=x> | 99.9% |")))[1]
    assert "<img src=x> | 99.9% |" in html.unescape(re.sub(r"<[^>]*>", "", body))


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=60).filter(lambda text: any(c.isprintable() and not c.isspace() for c in text)))
def test_bad_input_31_any_text_leaves_the_structure_of_a_card_unchanged(text: str) -> None:
    assert structure(render(facts_with(text))) == structure(render(facts_with("plain")))
