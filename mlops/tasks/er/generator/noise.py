"""Noise on one text: slips of the keyboard, misread scans, damaged encodings, shortened words."""

import re
import unicodedata
from collections.abc import Callable, Mapping

from mlops.draw import Draw

_KEY_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_MISREAD = {
    "0": "O", "O": "0", "o": "0", "1": "l", "l": "1", "I": "l", "i": "1", "5": "S", "S": "5", "s": "5", "8": "B",
    "B": "8", "2": "Z", "Z": "2", "6": "b", "b": "6", "g": "9", "m": "rn", "M": "IVI", "w": "vv", "W": "VV",
    "d": "cl", "h": "li", "u": "ii", "e": "c", "c": "e", "n": "ri", "E": "F", "D": "O",
}  # fmt: skip
_PLAIN_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "å": "aa", "Å": "Aa", "ø": "oe",
     "Ø": "Oe", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "İ": "I",
     "đ": "d", "œ": "oe"}
)  # fmt: skip
_STREET_ENDINGS = re.compile(r"(?<=\w)(straße|strasse)\b")


def typo(draw: Draw, text: str) -> str:
    """Return ``text`` with one slip: neighbouring key, lost, doubled, exchanged or misread character."""
    places = [index for index, mark in enumerate(text) if mark.isalnum()]
    if len(places) < 3:  # noqa: PLR2004  # a slip in one of two letters leaves nothing to recognise
        return text
    at = draw.pick(places)
    return _SLIPS[draw.weighted(_SLIP_WEIGHTS)](draw, text, at)


def _neighbouring_key(draw: Draw, text: str, at: int) -> str:
    mark = text[at]
    for row in _KEY_ROWS:
        place = row.find(mark.lower())
        if place >= 0:
            hit = draw.pick(row[max(0, place - 1) : place] + row[place + 1 : place + 2])
            return text[:at] + (hit.upper() if mark.isupper() else hit) + text[at + 1 :]
    return _exchanged(draw, text, at)


def _lost(draw: Draw, text: str, at: int) -> str:
    del draw
    return text[:at] + text[at + 1 :]


def _doubled(draw: Draw, text: str, at: int) -> str:
    del draw
    return text[: at + 1] + text[at:]


def _exchanged(draw: Draw, text: str, at: int) -> str:
    del draw
    first = max(0, at - 1)
    return text[:first] + text[first : first + 2][::-1] + text[first + 2 :]


def _misread(draw: Draw, text: str, at: int) -> str:
    misread = _MISREAD.get(text[at])
    return text[:at] + misread + text[at + 1 :] if misread else _exchanged(draw, text, at)


_SLIPS: dict[str, Callable[[Draw, str, int], str]] = {
    "neighbour": _neighbouring_key,
    "lost": _lost,
    "doubled": _doubled,
    "exchanged": _exchanged,
    "misread": _misread,
}
_SLIP_WEIGHTS: Mapping[str, float] = {"neighbour": 0.25, "lost": 0.25, "doubled": 0.1, "exchanged": 0.2, "misread": 0.2}


def plain_letters(text: str, *, digraphs: bool) -> str:
    """Return ``text`` without diacritics; ``digraphs`` writes ``ae`` for ``ä`` and so on, else ``a``."""
    spelled = text.translate(_PLAIN_LETTERS) if digraphs else text.translate(_SINGLE_LETTERS)
    decomposed = unicodedata.normalize("NFKD", spelled)
    return unicodedata.normalize("NFC", "".join(mark for mark in decomposed if not unicodedata.combining(mark)))


_SINGLE_LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "Ł": "L", "\N{LATIN SMALL LETTER DOTLESS I}": "i", "İ": "I", "đ": "d", "ø": "o", "Ø": "O"}
)


def garbled(text: str) -> str:
    """Return ``text`` as it looks when UTF-8 is read as Windows-1252: ``MÃ¼ller``."""
    return text.encode("utf-8").decode("cp1252", errors="replace")


def abbreviated(draw: Draw, text: str, table: Mapping[str, str], probability: float) -> str:
    """Return ``text`` with each word that has an abbreviation shortened with the given probability."""
    if not draw.chance(probability):
        return text
    shortened = [table.get(word, word) for word in text.split(" ")]
    return _STREET_ENDINGS.sub("str.", " ".join(shortened))


def reordered(draw: Draw, text: str) -> str:
    """Return ``text`` with its first word moved to the end, or two neighbouring words exchanged."""
    parts = text.split(" ")
    if len(parts) < 2:  # noqa: PLR2004  # nothing to exchange
        return text
    at = draw.below(len(parts) - 1)
    return " ".join([*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]])


def spaced(draw: Draw, text: str) -> str:
    """Return ``text`` with a special character more or less: a hyphen for a blank, a full stop lost."""
    swaps = [(old, new) for old, new in _SPECIAL if old in text]
    if not swaps:
        return text + draw.pick((".", ",", " -", "®", "*"))
    old, new = draw.pick(swaps)
    return text.replace(old, new, 1)


_SPECIAL = (
    (" & ", " + "),
    (" & ", " and "),
    (" & ", "&"),
    ("-", " "),
    (" ", "-"),
    (".", ""),
    ("'", ""),
    (" ", "  "),
)
