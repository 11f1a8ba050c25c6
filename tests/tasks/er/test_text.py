"""What normalising keeps and what the tokenisers cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.tasks.er import text


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("  Müller\t&  Söhne ", "muller & sohne"),
        ("STRASSE Straße", "strasse strasse"),
        ("O'Brien", "obrien"),
        ("“Null”", "null"),
        ("\uff21\uff22\uff23\u3000\uff11\uff12", "abc 12"),
        ("Ελλάς", "ελλασ"),
        ("a\x00b\nc", "a b c"),
    ],
)
def test_normalising_unifies_case_accents_quotes_and_spaces(raw: str, normal: str) -> None:
    assert text.normalise(raw) == normal


@pytest.mark.parametrize("name", ["газпром", "北京大学", "شركة", "한국전력", "がぎ", "हिन्दी", "ไทย"])
def test_letters_of_every_script_stay(name: str) -> None:
    assert text.normalise(name) == unicodedata.normalize("NFC", name)
    assert text.squeeze(text.normalise(name)) == unicodedata.normalize("NFC", name)


@given(st.text())
def test_normalising_twice_changes_nothing(raw: str) -> None:
    once = text.normalise(raw)
    assert text.normalise(once) == once


@given(st.text())
def test_a_normal_form_is_one_trimmed_line(raw: str) -> None:
    normal = text.normalise(raw)
    assert normal == normal.strip()
    assert not {"\n", "\r", "\t", "\x00"} & set(normal)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_short_cut_for_ascii_finds_the_words_of_the_long_way(raw: str) -> None:
    normal = text.normalise(raw)
    assert text.words(normal) == text._WORD.findall(normal)
    assert text.squeeze(normal) == text._NOT_ALPHANUMERIC.sub("", normal)


def test_words_keep_points_hyphens_and_slashes_inside() -> None:
    assert text.words("dcs-855l/p, f/3.5 (black).") == ["dcs-855l/p", "f/3.5", "black"]


def test_an_ideograph_is_a_word_of_its_own() -> None:
    assert text.words("北京 bank股份") == ["北", "京", "bank", "股", "份"]


def test_an_indic_word_stays_whole() -> None:
    assert text.words("हिन्दी बैंक") == ["हिन्दी", "बैंक"]


def test_codes_have_a_digit_and_four_characters_and_join_neighbours() -> None:
    assert text.codes(["dcs-855l/p", "tv", "ab", "12"]) == ["dcs855lp", "dcs855lptv", "ab12"]


def test_two_spellings_of_a_phone_share_a_code() -> None:
    first, second = (set(text.codes(text.words(phone))) for phone in ("404/351 -9533", "404-351-9533"))
    assert "4043519533" in first & second


def test_words_without_digits_have_no_codes() -> None:
    assert text.codes(["precision", "gate"]) == []


def test_numbers_have_one_spelling() -> None:
    assert text.numbers("$1,299.50 or 1299.5, in 2001.0; 3,5 10-22mm") == [
        "1299.5",
        "1299.5",
        "2001",
        "3.5",
        "10",
        "22",
    ]


def test_tokens_are_cut_from_the_beginning_of_a_very_long_text() -> None:
    assert len(text.words("a " * 100_000)) == text.TOKEN_TEXT_LIMIT // 2


@given(st.text(st.sampled_from("aB1 2,.-/'\"`\t\x00\x7f%"), max_size=30))
def test_the_short_cuts_for_ascii_change_nothing(value: str) -> None:
    # An ideograph is a word of its own, so one behind a space leaves what stands before it as it is.
    foreign = f"{value} 漢"
    assert text.normalise(foreign).removesuffix("漢").rstrip() == text.normalise(value)
    plain = text.normalise(value)
    foreign = f"{plain} 漢"
    assert text.squeeze(foreign) == f"{text.squeeze(plain)}漢"
    assert text.words(foreign) == [*text.words(plain), "漢"]
    assert text.numbers(foreign) == text.numbers(plain)
