"""What a check found: letters that are told, not raised, so that one fault does not hide the next."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from mlops.errors import InputRefusedError, MlopsError


@dataclass(frozen=True)
class Findings:
    """What one part of the check found.

    Attributes:
        problems: What does not hold.
        notes: What holds and should be known, as sentences.
        looked_at: How many of what, in the words of a person.
    """

    problems: tuple[MlopsError, ...] = ()
    notes: tuple[str, ...] = ()
    looked_at: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def together(cls, parts: Iterable[Self]) -> Self:
        """Return all that ``parts`` found, in their order."""
        kept = tuple(parts)
        counted: Counter[str] = Counter()
        for part in kept:
            for name, count in part.looked_at.items():
                counted[name] += count
        return cls(
            problems=tuple(problem for part in kept for problem in part.problems),
            notes=tuple(note for part in kept for note in part.notes),
            looked_at=dict(counted),
        )


def problem(
    what: str, file: object, *, expected: str, found: str, fix: str, field: str = "", why: str = ""
) -> MlopsError:
    """Return a letter about something that does not hold; every part that a person needs is asked for."""
    return InputRefusedError(what, file=file, field=field, expected=expected, found=found, fix=fix, why=why)


def located(findings: Findings, root: Path) -> Findings:
    """Return ``findings`` with whole letters, whose files are named from ``root``, so that annotations find them."""
    for letter in findings.problems:
        letter.expected = letter.expected or "a file as mlops writes it"
        letter.found = letter.found or "something else"
        letter.fix = letter.fix or "Restore the file from git."
        path = Path(letter.file)
        if path.is_absolute() and path.is_relative_to(root):
            letter.file = path.relative_to(root).as_posix()
    return findings
