"""Project boards as the stand-in remembers them: plain records, no GraphQL."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from tests.fakes.github.accounts import Account

TEXT, NUMBER, DATE, ITERATION, SINGLE_SELECT = "TEXT", "NUMBER", "DATE", "ITERATION", "SINGLE_SELECT"
# What every board has beside its own fields; an item's values of these follow from the issue itself.
BUILT_IN = {
    "Title": "TITLE",
    "Assignees": "ASSIGNEES",
    "Labels": "LABELS",
    "Linked pull requests": "LINKED_PULL_REQUESTS",
    "Milestone": "MILESTONE",
    "Repository": "REPOSITORY",
    "Reviewers": "REVIEWERS",
}
STATUS = ("Todo", "In Progress", "Done")
COLORS = ("GREEN", "YELLOW", "ORANGE", "RED", "PINK", "PURPLE", "BLUE", "GRAY")

Value = str | float
Kinds = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Choice:
    """An option of a single select, or an iteration that begins on a day and takes two weeks."""

    id: str
    name: str
    start: str = ""


@dataclass(frozen=True)
class Field:
    """A column of a board.

    Attributes:
        number: Unlike that of any other field.
        name: As people see it.
        kind: As GraphQL names it, such as ``TEXT``.
        choices: Options or iterations.
    """

    number: int
    name: str
    kind: str
    choices: tuple[Choice, ...] = ()

    def choice(self, name_or_id: str) -> Choice | None:
        """Return the option or the iteration of this name or id."""
        return next((choice for choice in self.choices if name_or_id in {choice.id, choice.name}), None)


@dataclass
class Item:
    """A row of a board.

    Attributes:
        number: Unlike that of any other item.
        issue: Number of its issue or pull request; None for a draft.
        title: Of a draft.
        body: Of a draft.
        archived: It was put away.
        redacted: Its content is one that the board's readers may not see.
        values: By the name of the field; of a single select and an iteration the id of the choice.
    """

    number: int
    issue: int | None = None
    title: str = ""
    body: str = ""
    archived: bool = False
    redacted: bool = False
    values: dict[str, Value] = field(default_factory=dict)


@dataclass
class Board:
    """A board.

    Attributes:
        number: Of its owner's boards.
        owner: Login.
        kind: ``organization`` or ``user``.
        title: As people see it.
        created: When.
        fields: Its columns, by name.
        items: Its rows, as they stand there.
        closed: It is not used any more.
        public: Everybody may read it.
        numbers: Gives items their numbers.
    """

    number: int
    owner: str
    kind: str
    title: str
    created: str
    fields: dict[str, Field]
    items: list[Item] = field(default_factory=list)
    closed: bool = False
    public: bool = False
    numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    @property
    def id(self) -> int:
        """A number that no other board has."""
        return Account(f"{self.owner}/{self.number}").number

    def add(
        self,
        issue: int | None = None,
        *,
        title: str = "",
        archived: bool = False,
        redacted: bool = False,
        **values: Value,
    ) -> Item:
        """Put an issue, a pull request, or without a number a draft on the board.

        Args:
            issue: Its number.
            title: Of a draft.
            archived: It was put away.
            redacted: The board's readers may not see its content.
            **values: By the name of the field, whose spaces may be written ``_``; a choice by its name.
        """
        item = Item(self.id * 1000 + self.numbers(), issue, title, "", archived, redacted)
        for name, value in values.items():
            self.set(item, name if name in self.fields else name.replace("_", " "), value)
        self.items.append(item)
        return item

    def set(self, item: Item, name: str, value: Value) -> None:
        """Give an item the value of a field, a choice by its name."""
        column = self.fields[name]
        chosen = column.choice(str(value)) if column.choices else None
        assert chosen or not column.choices, f"{name} has no choice {value!r}"
        item.values[name] = chosen.id if chosen else value

    def shown(self, item: Item) -> dict[str, Value]:
        """Return the values of an item as people see them: choices by their names."""
        return {
            name: chosen.name if (chosen := self.fields[name].choice(str(value))) else value
            for name, value in item.values.items()
        }

    def of(self, issue: int) -> Item | None:
        """Return the item of an issue."""
        return next((item for item in self.items if item.issue == issue), None)


def board(number: int, owner: str, kind: str, *, title: str, created: str, fields: Kinds) -> Board:
    """Return a new board with GitHub's own fields and others.

    Args:
        number: Of its owner's boards.
        owner: Login.
        kind: ``organization`` or ``user``.
        title: As people see it.
        created: When.
        fields: By name: ``text``, ``number``, ``date``, ``iteration``, or the options of a single select.
    """
    made = Board(number, owner, kind, title, created, {})
    for index, (name, wanted) in enumerate({**BUILT_IN, "Status": STATUS, **fields}.items(), made.id * 100):
        made.fields[name] = _field(index, name, wanted)
    return made


def _field(number: int, name: str, wanted: str | Sequence[str]) -> Field:
    if not isinstance(wanted, str):
        choices = tuple(Choice(f"{number:x}{index:02x}", option) for index, option in enumerate(wanted))
        return Field(number, name, SINGLE_SELECT, choices)
    if wanted.upper() == ITERATION:
        days = ("2025-10-06", "2025-10-20", "2025-11-03")
        sprints = (Choice(f"{number:x}{index:02x}", f"{name} {index + 1}", day) for index, day in enumerate(days))
        return Field(number, name, ITERATION, tuple(sprints))
    return Field(number, name, wanted.upper())
