"""Text as the matcher sees it: one normal form for every script, and the tokens cut from it."""

import re
import unicodedata

# Accents of Latin, Greek and Cyrillic. Vowel signs of Indic scripts and the Japanese voicing marks carry the word
# itself and are not in these blocks.
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_QUOTES = str.maketrans("", "", "'\"`\u00b4\u2018\u2019\u201c\u201d\u201e\u02bc")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")

# `\w` has no combining marks, so the Brahmic blocks, whose vowels are marks, are named whole.
_LETTER = "[^\\W_\u0900-\u109f]|[\u0900-\u109f]"
# Han and kana are written without spaces: each character is a word.
_IDEOGRAPH = "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_RUN = f"(?:(?!{_IDEOGRAPH})(?:{_LETTER}))+"
_WORD = re.compile(f"{_IDEOGRAPH}|{_RUN}(?:[.\\-/]{_RUN})*")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:[.\-/][a-z0-9]+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_NUMBER = re.compile(rf"{_THOUSANDS.pattern}(?!\d)|\d+(?:[.,]\d+)?")
_NOT_ALPHANUMERIC = re.compile(f"(?:(?!{_LETTER}).)+", re.DOTALL)
_ASCII_ALPHANUMERIC = b"abcdefghijklmnopqrstuvwxyz0123456789"
_ASCII_NOT_ALPHANUMERIC = bytes(set(range(128)) - set(_ASCII_ALPHANUMERIC))
_ASCII_IN_NUMBERS = bytes(byte if byte in b"0123456789.," else ord(" ") for byte in range(256))
_DIGIT = re.compile(r"\d")

MIN_CODE_LENGTH = 4
TOKEN_TEXT_LIMIT = 20_000
"""Characters of a value that are cut into tokens; longer values are compared by their beginning."""


def normalise(text: str) -> str:
    """Return the normal form of a value: compatibility forms unified, case and accents gone, quotes gone, one space.

    Letters of every script stay. ASCII, the common case, takes a short cut.
    """
    if text.isascii():
        if text.isprintable():
            return " ".join(text.lower().replace("'", "").replace('"', "").replace("`", "").split())
        folded = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        folded = unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed).casefold())
    return _SPACE.sub(" ", folded.translate(_QUOTES)).strip()


def squeeze(text: str) -> str:
    """Return only the letters and digits of a normalised text: ``404/351 -9533`` and ``404-351-9533`` agree."""
    if text.isascii():
        return text.encode("ascii").translate(None, _ASCII_NOT_ALPHANUMERIC).decode("ascii")
    return _NOT_ALPHANUMERIC.sub("", text)


def words(text: str) -> list[str]:
    """Return the words; points, hyphens and slashes inside a word belong to it, an ideograph is a word of its own."""
    cut = text[:TOKEN_TEXT_LIMIT]
    return (_ASCII_WORD if cut.isascii() else _WORD).findall(cut)


def with_digit(text: str) -> bool:
    """Tell whether a text has a digit of any script."""
    return _DIGIT.search(text) is not None


def codes(found: list[str]) -> list[str]:
    """Return the codes among words and joined neighbours: 4 or more letters and digits, of which one is a digit."""
    parts = list(found)
    with_digits: list[int] = []
    for at, word in enumerate(found):
        if not word.isalpha():
            if not word.isalnum():
                parts[at] = squeeze(word)
            if _DIGIT.search(word):
                with_digits.append(at)
    ends = dict.fromkeys(end for at in with_digits for end in (at, at + 1) if 0 < end < len(parts))
    single = [parts[at] for at in with_digits]
    joined = [parts[end - 1] + parts[end] for end in ends]
    return [code for code in single + joined if len(code) >= MIN_CODE_LENGTH]


def numbers(text: str) -> list[str]:
    """Return the numbers in one spelling: ``1,299.50`` is ``1299.5`` and ``2001.0`` is ``2001``."""
    cut = text[:TOKEN_TEXT_LIMIT]
    if not cut.isascii():
        return [_canonical(found) for found in _NUMBER.findall(cut)]
    # The pattern is slow to find where a number begins, and most runs of digits are numbers as they stand.
    runs = cut.encode("ascii").translate(_ASCII_IN_NUMBERS).decode("ascii").split()
    return [number for run in runs for number in ((run,) if run.isdigit() else map(_canonical, _NUMBER.findall(run)))]


def _canonical(number: str) -> str:
    if number.isdigit():
        return number
    point = number.replace(",", "" if _THOUSANDS.fullmatch(number) else ".")
    return point.rstrip("0").rstrip(".") if "." in point else point
