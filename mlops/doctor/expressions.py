"""Conditions of jobs: do they hold whatever happens? Three answers: yes, no, and that it depends (pure).

Source: "Evaluate expressions in workflows and actions", GitHub Docs. ``cancelled()`` counts as false: a job that a
cancelled run leaves out, and for no other reason, reports `cancelled`, which does not pass.
"""

import re
from collections.abc import Sequence

_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<sign>\|\||&&|[=!<>]=|[!<>(),\[\].*])|(?P<word>[\w-]+))")
_STATUS = re.compile(r"\b(?:always|success|failure|cancelled)\s*\(", re.IGNORECASE)
_WRAPPED = re.compile(r"\s*\$\{\{(?P<inside>(?:(?!\}\}).)*)\}\}\s*", re.DOTALL)

Value = str | bool | None
"""A literal, or None: it depends."""


def inside(condition: str) -> str:
    """Return a condition without its ``${{ }}``."""
    whole = _WRAPPED.fullmatch(condition)
    return (whole["inside"] if whole else condition).strip()


def holds(condition: str, *, event: str, needs: bool) -> bool:
    """Tell whether a job's condition is true whatever happens.

    Args:
        condition: What stands behind ``if:``; empty for none.
        event: What started the workflow.
        needs: Whether the job waits for others, which may fail.
    """
    text = inside(condition)
    if "${{" in text:
        return False
    if needs and _STATUS.search(text) is None:
        return False  # GitHub adds `success() &&`
    if not text:
        return True
    try:
        value = _Reader(_tokens(text), event, needs=needs).whole()
    except (_UnreadableError, RecursionError):
        return False
    return value is not None and _truth(value)


class _UnreadableError(ValueError):
    pass


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _UnreadableError
        found.append(match[0].strip())
        place = match.end()
    return found


def _truth(value: str | bool) -> bool:  # a value, no option
    return value not in {"", "0", False}


def _plain(value: Value) -> str | None:
    return None if value is None else str(value).lower()  # GitHub compares without regard to case


class _Reader:
    """Reads a condition by its grammar: ``||`` binds least, then ``&&``, comparisons, ``!``."""

    def __init__(self, tokens: Sequence[str], event: str, *, needs: bool) -> None:
        self._tokens = [*tokens, ""]
        self._place = 0
        self._event = event
        self._needs = needs

    def whole(self) -> Value:
        value = self._either()
        if self._next():
            raise _UnreadableError
        return value

    def _next(self) -> str:
        return self._tokens[self._place]

    def _take(self, *wanted: str) -> str:
        token = self._next()
        if wanted and token not in wanted:
            return ""
        self._place += bool(token)
        return token

    def _either(self) -> Value:
        value = self._both()
        while self._take("||"):
            other = self._both()
            if any(each is not None and _truth(each) for each in (value, other)):
                value = True
            else:
                value = None if None in {value, other} else False
        return value

    def _both(self) -> Value:
        value = self._compared()
        while self._take("&&"):
            other = self._compared()
            if any(each is not None and not _truth(each) for each in (value, other)):
                value = False
            else:
                value = None if None in {value, other} else True
        return value

    def _compared(self) -> Value:
        value = self._negated()
        sign = self._take("==", "!=", "<", ">", "<=", ">=")
        if not sign:
            return value
        one, other = _plain(value), _plain(self._negated())
        if one is None or other is None or sign not in {"==", "!="}:
            return None
        return (one == other) == (sign == "==")

    def _negated(self) -> Value:
        if self._take("!"):
            value = self._negated()
            return None if value is None else not _truth(value)
        return self._term()

    def _term(self) -> Value:
        if self._take("("):
            value = self._either()
            if not self._take(")"):
                raise _UnreadableError
            return value
        token = self._take()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if re.fullmatch(r"[\w-]+", token) is None:
            raise _UnreadableError
        return self._call(token.lower()) if self._next() == "(" else self._name(token.lower())

    def _call(self, name: str) -> Value:
        self._take("(")
        while self._next() != ")":
            self._either()
            if not self._take(",") and self._next() != ")":
                raise _UnreadableError
        self._take(")")
        known: dict[str, Value] = {"always": True, "cancelled": False}
        if not self._needs:
            known |= {"success": True, "failure": False}
        value = known.get(name)
        return value if self._path(name) == name else None

    def _name(self, first: str) -> Value:
        name = self._path(first)
        known: dict[str, Value] = {"true": True, "false": False, "github.event_name": self._event}
        return known.get(name, name if name.isdigit() else None)

    def _path(self, name: str) -> str:
        """Return a name with all that is reached through it."""
        while sign := self._take(".", "["):
            if sign == ".":
                name += f".{self._take().lower()}"
            else:
                self._either()
                name += "[]"
                if not self._take("]"):
                    raise _UnreadableError
        return name
