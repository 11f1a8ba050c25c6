"""Text as the matcher sees it: one normal form for every script, and the sets of tokens cut from it."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

# Accents of Latin, Greek and Cyrillic. Vowel signs of Indic scripts and the Japanese voicing marks carry the word
# itself and are not in these blocks.
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_QUOTES = str.maketrans("", "", "'\"`\u00b4\u2018\u2019\u201c\u201d\u201e\u02bc")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")

# `\w` has no combining marks, so the Brahmic blocks, whose vowels are marks, are named whole.
_LETTER = "[^\\W_\u0900-\u109f]|[\u0900-\u109f]"
# Han and kana are written without spaces: each character is a word.
_IDEOGRAPH = "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_WORD = re.compile(f"{_IDEOGRAPH}|(?:(?!{_IDEOGRAPH})(?:{_LETTER}))+(?:[.\\-/](?:(?!{_IDEOGRAPH})(?:{_LETTER}))+)*")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)?")
_NOT_ALPHANUMERIC = re.compile(f"(?!{_LETTER}).", re.DOTALL)
_DIGIT = re.compile(r"\d")

MIN_CODE_LENGTH = 4
TOKEN_TEXT_LIMIT = 20_000
"""Characters of a value that are cut into tokens; longer values are compared by their beginning."""


def normalise(text: str) -> str:
    """Return the normal form of a value: compatibility forms unified, case and accents gone, quotes gone, one space.

    Letters of every script stay. ASCII, the common case, takes a short cut.
    """
    if text.isascii():
        folded = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        folded = unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed)).casefold()
    return _SPACE.sub(" ", folded.translate(_QUOTES)).strip()


def squeeze(text: str) -> str:
    """Return only the letters and digits of a normalised text: ``404/351 -9533`` and ``404-351-9533`` agree."""
    return _NOT_ALPHANUMERIC.sub("", text)


def words(text: str) -> list[str]:
    """Words; points, hyphens and slashes inside a word belong to it, an ideograph is a word of its own."""
    return _WORD.findall(text[:TOKEN_TEXT_LIMIT])


def codes(text: str) -> list[str]:
    """Codes: words of at least 4 letters or digits with a digit, without punctuation, and such joined neighbours."""
    return _codes(words(text))


def numbers(text: str) -> list[str]:
    """Numbers in one spelling: ``1,299.50`` is ``1299.5`` and ``2001.0`` is ``2001``."""
    return [_canonical(found) for found in _NUMBER.findall(text[:TOKEN_TEXT_LIMIT])]


def trigrams(text: str) -> list[str]:
    """Runs of three characters, with one space before and after the text."""
    padded = f" {text[:TOKEN_TEXT_LIMIT]} "
    return [padded[start : start + 3] for start in range(len(padded) - 2)]


@dataclass(frozen=True)
class TokenSet:
    """A way to cut a text into a set of tokens.

    Attributes:
        name: The middle part of a feature's name.
        title: What the tokens are, for the feature table.
        tokenise: Normalised text to tokens, repeats allowed.
    """

    name: str
    title: str
    tokenise: Callable[[str], list[str]]


TOKEN_SETS = (
    TokenSet("words", "words", words),
    TokenSet("codes", "codes (words of 4 or more characters with a digit, punctuation removed)", codes),
    TokenSet("numbers", "numbers", numbers),
    TokenSet("trigrams", "character 3-grams", trigrams),
)


def sorted_words(text: str) -> str:
    """Return the words in alphabetical order, so that re-ordered names become equal."""
    return " ".join(sorted(words(text)))


def _codes(found: list[str]) -> list[str]:
    parts = [squeeze(word) for word in found]
    return [code for code in _with_neighbours(parts) if len(code) >= MIN_CODE_LENGTH and _DIGIT.search(code)]


def _with_neighbours(parts: list[str]) -> Iterator[str]:
    yield from parts
    for first, second in pairwise(parts):
        yield first + second


def _canonical(number: str) -> str:
    whole = number.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", number) else number
    whole = whole.replace(",", ".")
    return whole.rstrip("0").rstrip(".") if "." in whole else whole
