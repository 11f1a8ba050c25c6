"""Rendering text for people, in which no value can change the structure of the page.

Everything that a template prints passes :func:`inert`, unless it is a number or explicitly :class:`Safe`. Sentences
that were reviewed or written by this package pass the filter ``prose`` instead, which is as strict but reads as text.
Values are never rendered again. Where the package's templates stand: ``mlops/templates``.
"""

import re
from functools import cache
from typing import Any

from jinja2 import PackageLoader, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

CAP = 300
PROSE_CAP = 2_000

_WORD = re.compile(
    r"""["'(]*                                  # an opening quote or bracket
    (?: [^\W\d_]+ (?: ['\u2019/-] [^\W\d_]+ )* \d?      # a word, or words joined: "and/or", "out-of-fold", "F1"
      | [+-]? \d+ (?: [.,/] \d+ )* %?             # a number: 1,234 or 0.92 or 95%
      | \d{1,3} - [^\W\d_]+                      # "3-grams"
      | [%=<>≥≤\u2013-]+ )                          # a sign between words
    [.,;:!?)"']*""",
    re.VERBOSE,
)
_AROUND = re.compile(r"(?P<before>\(?)(?P<word>[\w.\"\[\]-]*[\w\"\]])(?P<after>\)?[.,;:]?)")  # a name in a sentence
_COMMIT_LENGTHS = range(7, 65)
_QUIET = frozenset(",;:(!?%/'\"\u2019\u2013≥≤")  # harmless wherever a plain word can have them


class Safe(str):
    """Text of our own that is printed as it stands: ids that were parsed, hashes, formatted numbers, fixed words.

    Joining a ``Safe`` with anything yields a plain ``str``, which is inert again.
    """

    __slots__ = ()


def inert(text: str, cap: int = CAP) -> Safe:
    """Return ``text`` as inline code that Markdown and HTML show and never act on.

    Non-printable characters (line ends, controls, bidirectional marks) are dropped, the length is capped, and every
    character that is neither a letter, a digit nor a space becomes a numeric entity. A comment after ``@`` keeps
    GitHub's autolinker, which works on decoded text, from seeing an address.

    Args:
        text: Anything.
        cap: Characters kept at most; what was cut is marked by an ellipsis.
    """
    shown = _printable(text, cap)
    return Safe(f"<code>{_entities(shown)}</code>") if shown else Safe("<code>&#8203;</code>")


def prose(text: str, cap: int = PROSE_CAP) -> Safe:
    """Return a sentence as inert text: plain words and numbers as they are, anything else as :func:`inert`.

    A word is plain when no renderer reads anything into it: letters, numbers, hyphens between letters and the marks
    of a sentence around them. Mentions, issue and commit references, addresses, mark-up and file names are not.
    """
    words = (_printable(word, cap) for word in text[: 2 * cap].split())
    kept: list[str] = []
    length = 0
    for word in filter(None, words):
        length += len(word) + 1
        if length > cap:
            kept.append("…")
            break
        kept.append(_legible(word) if _is_plain(word) else _quoted(word))
    return Safe(" ".join(kept))


def finalize(value: object) -> str:
    """Return what a template prints for ``value``: numbers and :class:`Safe` as they are, text inert.

    Raises:
        TypeError: The value is neither text nor a number: a template that prints None or an object is wrong.
        UndefinedError: The template names what it was not given.
    """
    if isinstance(value, Undefined):
        return str(value)  # raises, and says what is missing
    if isinstance(value, Safe):
        return value
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"a template may print text and numbers, not {type(value).__name__}")


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Return the one environment in which the package renders: sandboxed, strict, inert by default."""
    made = ImmutableSandboxedEnvironment(
        loader=PackageLoader("mlops"),
        undefined=StrictUndefined,
        finalize=finalize,
        autoescape=False,  # `finalize` is stricter than HTML escaping and covers Markdown too
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["prose"] = prose
    return made


def render(template: str, facts: dict[str, Any]) -> str:
    """Render the package's ``template`` with ``facts``.

    Args:
        template: Its name below ``mlops/templates``.
        facts: The values; a name that the template uses and that is missing here is an error.
    """
    return environment().get_template(template).render(facts)


def _printable(text: str, cap: int) -> str:
    """Return at most ``cap`` printable characters of ``text``; white space of any kind becomes one space."""
    spaced = re.sub(r"\s+", " ", text[: 10 * cap])
    if not spaced.isprintable():
        spaced = "".join(character for character in spaced if character.isprintable())
    shown = spaced.strip()
    return shown if len(shown) <= cap else shown[: cap - 1].rstrip() + "…"


def _entities(text: str) -> str:
    """Return ``text`` with each character that is no letter, digit or space as a numeric entity."""
    if text.isalnum():
        return text
    encoded = (character if character.isalnum() or character == " " else f"&#{ord(character)};" for character in text)
    return "".join(encoded).replace("&#64;", "&#64;<!-- -->")


def _legible(word: str) -> str:
    """Return a plain ``word`` with those of its marks as entities that could begin a list, a rule or a tag."""
    if word.isalnum():
        return word

    def quiet(at: int, mark: str) -> bool:
        if mark in ".)":  # "1." and "1)" begin a list, "0.92" and "end." do not
            return not word[:at].isdigit() or word[at + 1 :][:1].isdigit()
        return mark in _QUIET or (mark == "-" and word[:at][-1:].isalnum())

    return "".join(mark if quiet(at, mark) else _entities(mark) for at, mark in enumerate(word))


def _quoted(word: str) -> str:
    """Return a word that is not plain as inert code, the marks of the sentence around it left outside."""
    core = _AROUND.fullmatch(word)
    if core is None or core["before"] + core["after"] == word:
        return inert(word)
    return f"{_legible(core['before'])}{inert(core['word'])}{_legible(core['after'])}"


def _is_plain(word: str) -> bool:
    """Whether no renderer reads anything into ``word``: neither a reference nor a commit."""
    bare = word.strip("\"'().,;:!?")
    hexadecimal = len(bare) in _COMMIT_LENGTHS and all(c in "0123456789abcdef" for c in bare.lower())
    return _WORD.fullmatch(word) is not None and not hexadecimal
