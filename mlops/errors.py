"""Errors are letters to a person, and each class knows the exit code it ends the process with."""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a finished process says to the shell; verdicts and faults never share a number."""

    DONE = 0
    FAIL = 1
    USAGE = 2
    REFUSED = 3
    INCONCLUSIVE = 4
    UNAVAILABLE = 5
    CONFLICT = 6
    BUG = 70


class MlopsError(Exception):
    """A refusal or a fault that is explained: what happened, why probably, what to do now.

    Args:
        what: One sentence: what happened.
        why: The likely reason, if there is one worth saying.
        fix: What to do now, best with the one command that helps.
        file: The file concerned, as the user named it.
        field: The field, column or option concerned.
        expected: What would have been accepted.
        found: What was there instead.

    Attributes:
        manifest: The manifest that pins what is refused, where that is known: what a reviewer would look at.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.BUG

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        fix: str = "",
        file: object = "",
        field: str = "",
        expected: object = "",
        found: object = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix
        self.file = str(file)
        self.field = field
        self.expected = str(expected)
        self.found = str(found)
        self.manifest = ""

    def letter(self) -> str:
        """Return the whole message, one labelled part a line, control characters made visible."""
        parts = (
            ("", self.what),
            ("file", self.file),
            ("field", self.field),
            ("expected", self.expected),
            ("found", self.found),
            ("why", self.why),
            ("do now", self.fix),
        )
        return "\n".join(f"  {name}: {_visible(text)}" if name else _visible(text) for name, text in parts if text)

    def __str__(self) -> str:
        return self.letter()


class UsageRefusedError(MlopsError):
    """An option, an id, a date or the configuration is not acceptable."""

    exit_code = ExitCode.USAGE


class InputRefusedError(MlopsError):
    """A hash, checksum, schema, size or signature of an input does not hold."""

    exit_code = ExitCode.REFUSED


class NothingSettledError(InputRefusedError):
    """No row is old enough for its label to be final: there is nothing to learn from, or to judge by, yet."""


class UnavailableError(MlopsError):
    """GitHub, the network or storage did not do it in time; a rerun finishes it."""

    exit_code = ExitCode.UNAVAILABLE


class ConflictError(MlopsError):
    """The same id exists with other content."""

    exit_code = ExitCode.CONFLICT


_CAP = 2_000


def _visible(text: str) -> str:
    """Cap a text and escape what a terminal would act on, so that bad input cannot write over the message."""
    shown = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text[:_CAP])
    return shown + (" …" if len(text) > _CAP else "")
