"""Noise changes a little and not everything; chance is the same on every machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from mlops.draw import Draw
from mlops.tasks.er.generator import families, noise
from mlops.tasks.er.generator.entities import slug
from mlops.tasks.er.generator.habits import CRM, LEDGER, RIGHT_SOURCES
from mlops.tasks.er.generator.labelling import judge
from mlops.tasks.er.generator.making import entity
from mlops.tasks.er.generator.neighbours import neighbour
from mlops.tasks.er.generator.rates import SHIPPED, Rates
from mlops.tasks.er.generator.writing import write

WORDS = st.text(alphabet="abcdefgxyzABCÄß 0123456789-&'", min_size=3, max_size=40)


def test_a_stream_is_the_same_on_every_machine() -> None:
    draw = Draw(42, "stream")
    assert [draw.below(1000) for _ in range(6)] == [144, 67, 108, 395, 731, 256]
    assert Draw(42, "stream").unit() != Draw(42, "streams").unit()


@given(items=st.lists(st.integers(), max_size=20), key=st.integers())
def test_shuffling_keeps_every_item(items: list[int], key: int) -> None:
    assert sorted(Draw(key).shuffled(items)) == sorted(items)


@given(key=st.integers(), first=st.integers(-50, 50), width=st.integers(0, 50))
def test_between_stays_between(key: int, first: int, width: int) -> None:
    assert first <= Draw(key).between(first, first + width) <= first + width


def test_weights_are_kept() -> None:
    draw = Draw("weights")
    drawn = [draw.weighted({"rare": 1.0, "common": 9.0, "never": 0.0}) for _ in range(2000)]
    assert 130 < drawn.count("rare") < 270
    assert "never" not in drawn


def test_patterns_are_filled() -> None:
    filled = Draw(1).filled("P# #X-x")
    assert filled[0] == "P"
    assert filled[1].isdigit()
    assert filled[4].isupper()
    assert filled[6].islower()


@given(text=WORDS, key=st.integers())
def test_a_slip_is_one_small_edit(text: str, key: int) -> None:
    """A misread letter may become three strokes (M is read as IVI), never more."""
    assert OSA.distance(text, noise.typo(Draw(key), text)) <= 3


def test_every_kind_of_slip_happens() -> None:
    made = {noise.typo(Draw(key), "mission") for key in range(300)}
    assert {"mision", "misssion", "imssion", "rnission"} <= made
    assert noise.typo(Draw(1), "IT") == "IT"


@pytest.mark.parametrize(
    ("text", "digraphs", "expected"),
    [
        ("Müller & Söhne", True, "Mueller & Soehne"),
        ("Müller & Söhne", False, "Muller & Sohne"),
        ("Weiß, Łukasz", True, "Weiss, Lukasz"),
        ("Ægir Ørsted", False, "Ægir Orsted"),
        ("Çelik Y\N{LATIN SMALL LETTER DOTLESS I}lmaz", False, "Celik Yilmaz"),
    ],
)
def test_diacritics_are_dropped_or_spelled_out(text: str, digraphs: bool, expected: str) -> None:
    assert noise.plain_letters(text, digraphs=digraphs) == expected


def test_a_wrong_encoding_garbles() -> None:
    assert noise.garbled("Müller") == "MÃ¼ller"


def test_words_are_abbreviated_and_exchanged() -> None:
    assert noise.abbreviated(Draw(1), "12 High Street", {"Street": "St"}, 1.0) == "12 High St"
    assert noise.abbreviated(Draw(1), "Hauptstraße 3", {}, 1.0) == "Hauptstr. 3"
    assert noise.abbreviated(Draw(1), "12 High Street", {"Street": "St"}, 0.0) == "12 High Street"
    assert noise.reordered(Draw(1), "Anna Berg") == "Berg Anna"
    assert noise.reordered(Draw(1), "Anna") == "Anna"


@given(text=WORDS, key=st.integers())
def test_a_special_character_more_or_less_keeps_the_letters(text: str, key: int) -> None:
    kept = [mark for mark in noise.spaced(Draw(key), text).replace(" and ", " & ") if mark.isalnum()]
    assert kept == [mark for mark in text.replace(" and ", " & ") if mark.isalnum()]


@given(text=st.text(max_size=40))
def test_a_slug_is_a_label_of_a_domain(text: str) -> None:
    assert not set(slug(text)) - set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_neighbours_are_other_entities() -> None:
    seen = set()
    for key in range(3000):
        draw = Draw("neighbours", key)
        anchor = entity(draw, SHIPPED)
        other, kind = neighbour(draw, SHIPPED, anchor)
        seen.add(kind)
        assert other != anchor
        assert other.entity_type == anchor.entity_type
        assert other.country == anchor.country
    assert seen == set(SHIPPED.organisation_neighbour) | set(SHIPPED.person_neighbour)


def test_a_record_keeps_to_the_habits_of_its_source() -> None:
    for key in range(300):
        draw = Draw("habits", key)
        record = write(draw, SHIPPED, entity(draw, SHIPPED), LEDGER)
        name = record["name"]
        assert name is not None
        assert name == name.upper()
        assert len(name) <= LEDGER.width
    assert len({habits.name for habits in (CRM, *RIGHT_SOURCES)}) == 4


def test_without_errors_annotators_say_the_truth() -> None:
    honest = Rates(annotator_error=0, annotator_error_close=0, adjudicator_error=0, single_annotator=0)
    for same in (True, False):
        assert judge(Draw(1), honest, same=same, close=True) == (int(same), int(same), int(same))


def test_a_family_may_have_no_match_or_two() -> None:
    rates = Rates(no_match=1.0, second_anchor=0, duplicate_anchor=0, annotator_error=0, annotator_error_close=0)
    assert sum(pair.judgement.label for family in range(30) for pair in families.pairs(1, family, rates)) == 0
    rates = Rates(no_match=0.0, second_match=1.0, second_anchor=0, duplicate_anchor=0, annotator_error=0,
                  annotator_error_close=0)  # fmt: skip
    for family in range(30):
        assert sum(pair.judgement.label for pair in families.pairs(1, family, rates)) == 2
