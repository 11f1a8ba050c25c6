"""Which issues of a board are meant: pure functions of what stands there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mlops.bot.boards import Board, Item
from mlops.errors import UsageRefusedError

_KINDS = ("TEXT", "NUMBER", "DATE", "ITERATION", "SINGLE_SELECT")


@dataclass(frozen=True)
class Wanted:
    """What an issue must have; all of it.

    Attributes:
        labels: Names of labels.
        milestone: Title of its milestone; empty for any.
        fields: Names of columns, and the value in each.
        closed: Whether closed issues count, too.
    """

    labels: tuple[str, ...] = ()
    milestone: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    closed: bool = False


class Chosen(NamedTuple):
    """What was chosen, and what else fits but is passed over, with the reason."""

    items: tuple[Item, ...]
    passed_over: tuple[str, ...]


def parse_field(text: str) -> tuple[str, str]:
    """Return name and value of ``NAME=VALUE``.

    Raises:
        UsageRefusedError: It is something else.
    """
    name, sign, value = text.partition("=")
    if not (name.strip() and sign and value.strip()):
        raise UsageRefusedError(
            "This is not a field and its value.", field="--field", expected="NAME=VALUE, such as Status=Todo",
            found=ascii(text[:100]), fix="For example: --field 'Status=In Progress'",
        )  # fmt: skip
    return name.strip(), value.strip()


def check(board: Board, wanted: Wanted) -> None:
    """Refuse what nothing on the board can fulfil: a column that it lacks, an option that its column lacks.

    Raises:
        UsageRefusedError: With the columns or options that there are.
    """
    for name, value in wanted.fields:
        field = board.field(name)
        if field.dataType not in _KINDS:
            raise UsageRefusedError(
                "The values of this column cannot be compared.", field="--field", found=f"{name}, {field.dataType}",
                expected="a text, number, date, iteration or single select",
                fix="Use --label or --milestone for what the issue itself says.",
            )  # fmt: skip
        options = [option.name for option in field.options]
        if field.dataType == "SINGLE_SELECT" and not any(_same(value, option) for option in options):
            raise UsageRefusedError(
                f"The field {field.name} has no option of this name.", field="--field", found=ascii(value[:100]),
                expected=", ".join(options)[:500], fix=f"Look at the options of the column on {board.url}",
            )  # fmt: skip


def choose(items: Iterable[Item], wanted: Wanted, repository: str) -> Chosen:
    """Return the issues of one repository that have everything wanted, and what is passed over.

    Args:
        items: Of the board.
        wanted: What an issue must have.
        repository: Id of the repository.
    """
    chosen: list[Item] = []
    passed_over: list[str] = []
    hidden = 0
    for item in items:
        if item.isArchived:
            continue
        hidden += item.type == "REDACTED"
        if item.type != "ISSUE" or not item.issue.number or not _fits(item, wanted):
            continue
        reason = _reason(item, wanted, repository)
        if reason:
            passed_over.append(f"{item.issue.repository.nameWithOwner}#{item.issue.number}: {reason}")
        else:
            chosen.append(item)
    if hidden:
        passed_over.append(f"{hidden} item{'s' * (hidden > 1)} that the token may not see")
    return Chosen(tuple(sorted(chosen, key=lambda item: item.issue.number)), tuple(passed_over))


def of_issue(items: Sequence[Item], number: int, repository: str) -> Item | None:
    """Return the row of an issue of one repository that is not archived; None where it is not on the board."""
    return next(
        (
            item
            for item in items
            if (item.issue.number, item.issue.repository.id, item.isArchived) == (number, repository, False)
        ),
        None,
    )


def _fits(item: Item, wanted: Wanted) -> bool:
    issue = item.issue
    labels = {label.name.casefold() for label in issue.labels.nodes} if issue.labels else set()
    return (
        labels.issuperset(label.casefold() for label in wanted.labels)
        and (not wanted.milestone or (issue.milestone is not None and _same(wanted.milestone, issue.milestone.title)))
        and all(_same(value, item.value(name)) for name, value in wanted.fields)
    )


def _reason(item: Item, wanted: Wanted, repository: str) -> str:
    if item.issue.repository.id != repository:
        return "an issue of another repository"
    return "closed; --closed takes it, too" if item.issue.state != "OPEN" and not wanted.closed else ""


def _same(wanted: str, found: str) -> bool:
    """Tell whether two values are the same to a person: as text whatever the case, or as numbers."""
    if wanted.casefold() == found.casefold():
        return True
    try:
        return float(wanted) == float(found)
    except ValueError:
        return False
