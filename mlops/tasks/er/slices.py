"""Slices of pairs: the groups of rows in which a matcher may behave differently, computed from the records alone."""

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_SPECIAL = r"[^A-Za-z0-9\s.,'()\-@/+:#_]"
_LENGTHS = (40, 120)


def compute(left: pd.DataFrame, right: pd.DataFrame) -> dict[str, NDArray[np.object_]]:
    """Return the slices of (n, k) left and (n, m) right texts, each an (n,) array of str.

    ``script``: ``latin`` or ``non_latin`` (a letter of another script on either side). ``characters``: ``plain`` or
    ``special`` (diacritics, other scripts, symbols: anything besides ASCII letters and digits and the punctuation of
    addresses, phone numbers and email).
    ``missing``: share of empty cells of both records, ``none``, ``some`` or ``half_or_more``. ``length``: characters
    of the shorter record, ``short`` (< 40), ``medium`` or ``long`` (> 120).
    """
    texts = [_joined(left), _joined(right)]
    both = texts[0] + " " + texts[1]
    foreign = _non_latin_letters(both)
    pattern = "[" + "".join(map(re.escape, sorted(foreign))) + "]" if foreign else None
    script = both.str.contains(pattern, regex=True).to_numpy() if pattern else np.zeros(len(both), dtype=bool)
    special = both.str.contains(_SPECIAL, regex=True).to_numpy()
    cells = np.concatenate([left.isna().to_numpy(), right.isna().to_numpy()], axis=1)
    missing = cells.mean(axis=1)
    shorter = np.minimum(texts[0].str.len().to_numpy(), texts[1].str.len().to_numpy())
    return {
        "script": _named(["latin", "non_latin"], script.astype(int)),
        "characters": _named(["plain", "special"], special.astype(int)),
        "missing": _named(["none", "some", "half_or_more"], (missing > 0).astype(int) + (missing >= 0.5)),  # noqa: PLR2004  # half, as its name says
        "length": _named(["short", "medium", "long"], np.digitize(shorter, [_LENGTHS[0], _LENGTHS[1] + 1])),
    }


def seen(left: NDArray[np.object_], right: NDArray[np.object_], training: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Return for each pair whether training pairs show ``both``, ``one`` or ``neither`` of its records, (n,).

    Args:
        left: (n,) record keys of the left records.
        right: (n,) record keys of the right records.
        training: (n,) whether the pair is a training pair.
    """
    known = pd.unique(np.concatenate([left[training], right[training]]))
    count = pd.Series(left).isin(known).to_numpy().astype(int) + pd.Series(right).isin(known).to_numpy()
    return _named(["neither", "one", "both"], count)


def _joined(side: pd.DataFrame) -> "pd.Series[Any]":
    joined = side.iloc[:, 0].fillna("").astype(str)
    for name in side.columns[1:]:
        joined = joined + " " + side[name].fillna("").astype(str)
    return joined.str.strip()


def _non_latin_letters(texts: "pd.Series[Any]") -> set[str]:
    characters: set[str] = set()
    for text in texts.unique():
        characters.update(text)
    return {c for c in characters if c.isalpha() and not c.isascii() and "LATIN" not in unicodedata.name(c, "")}


def _named(names: list[str], codes: NDArray[Any]) -> NDArray[np.object_]:
    found: NDArray[np.object_] = np.array(names, dtype=object)[codes]
    return found
