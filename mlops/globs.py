"""The grammar of globs over the paths of a repository: ``*`` and ``?`` inside one name, ``**`` for any folders between.

A glob that matches a folder means everything in it, so that naming too much is easy and naming too little is not.
"""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

ANYTHING = "**"

_GLOB = re.compile(r"[^/\\\s\x00-\x1f\x7f]+(?:/[^/\\\s\x00-\x1f\x7f]+)*")


def check_glob(text: str) -> str:
    """Return ``text`` if it is a glob.

    Raises:
        ValueError: It is absolute, leaves the repository, or holds backslashes, white space or an empty name.
    """
    names = text.split("/")
    if _GLOB.fullmatch(text) is None or {".", ".."} & set(names) or any(ANYTHING in n and n != ANYTHING for n in names):
        raise ValueError(
            "a glob is a path relative to the repository, with `/` between names and without `.`, `..` and spaces; `*` "
            "and `?` stay inside one name, and `**` is a name of its own"
        )
    return text


def matches(path: str, globs: Iterable[str]) -> bool:
    """Tell whether one of ``globs`` means the file at ``path``, or a folder above it.

    Args:
        path: Relative to the repository, with ``/``.
        globs: As :func:`check_glob` accepts them.
    """
    return any(_follow(path.split("/"), glob.split("/")) == _MATCHED for glob in globs)


def may_match_below(folder: str, globs: Iterable[str]) -> bool:
    """Tell whether one of ``globs`` could mean something in ``folder``, whatever is in there."""
    return any(_follow(folder.split("/"), glob.split("/")) for glob in globs)


_MATCHED = frozenset({-1})


def _follow(names: Sequence[str], glob: Sequence[str]) -> frozenset[int]:
    """Return the places of ``glob`` that can come next after ``names``; none where it leads elsewhere.

    All places are followed at once, so that no glob takes longer than its length times that of the path.
    """
    places = _with_skipped(frozenset({0}), glob)
    for name in names:
        stepped = (
            place if glob[place] == ANYTHING else place + 1
            for place in places
            if place < len(glob) and (glob[place] == ANYTHING or fnmatchcase(name, glob[place]))
        )
        places = _with_skipped(frozenset(stepped), glob)
        if len(glob) in places:
            return _MATCHED
        if not places:
            break
    return places


def _with_skipped(places: frozenset[int], glob: Sequence[str]) -> frozenset[int]:
    """Return ``places`` and those behind each ``**``, which may stand for no folder at all."""
    found = set(places)
    for place in sorted(places):
        behind = place
        while behind < len(glob) and glob[behind] == ANYTHING:
            behind += 1
            found.add(behind)
    return frozenset(found)
