"""Which labelled predictions become data, and which are held out with a reason (pure)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple, get_args

from mlops import documents
from mlops.dataset.writing import is_writable
from mlops.feedback.reading import Logged

Reason = Literal["revised", "unnamed", "same_name", "same_inputs", "unwritable", "incomplete", "repeated"]
REASONS: Mapping[Reason, str] = {
    "revised": "labels of this one prediction contradict each other",
    "unnamed": "the client gave the row no id, and the contract needs one",
    "same_name": "another prediction of this id has another label",
    "same_inputs": "another prediction of the same inputs has another label",
    "unwritable": "a text holds NUL, or more than a cell of a table can",
    "incomplete": "a column that the contract requires was neither sent nor recorded",
    "repeated": "asked again later; the newest stands in the data",
}
KEEPABLE: tuple[Reason, ...] = ("revised", "same_inputs")
"""Conflicts that a person may let into the data all the same."""


class Held(NamedTuple):
    """A labelled prediction that does not become data, and why."""

    row: Logged
    reason: Reason


class Chosen(NamedTuple):
    """What becomes of the answered predictions of a window; each is counted once.

    Attributes:
        rows: Become data.
        held: Do not, with reasons.
        immature: Too young: labels had less time to come than all others had.
        undecided: Old enough, without a label.
    """

    rows: tuple[Logged, ...]
    held: tuple[Held, ...]
    immature: int
    undecided: int

    @property
    def answered(self) -> int:
        """All of them."""
        return len(self.rows) + len(self.held) + self.immature + self.undecided

    def counts(self) -> dict[str, int]:
        """Return how many are held, by reason."""
        return {reason: sum(one.reason == reason for one in self.held) for reason in get_args(Reason)}


def is_mature(day: date, maturity_days: int, as_of: date) -> bool:
    """Tell whether labels of a day's predictions had their time to come."""
    return day + timedelta(days=maturity_days) <= as_of


def choose(
    rows: Iterable[Logged], *, maturity_days: int, as_of: date, named: bool, keep: Collection[Reason] = (),
    incomplete: Callable[[Sequence[Logged]], set[int]] = lambda _rows: set(),
) -> Chosen:  # fmt: skip
    """Divide the answered predictions of a window.

    Labels that come fast are seldom like those that come late, so a prediction counts only after ``maturity_days``,
    whether its label is there already or not.

    Args:
        rows: In the order of the log.
        maturity_days: Days that a label gets.
        as_of: The day on which the log was read.
        named: Whether the client's id of a row names what the row is about (a claim), so that each name may stand in
            the data once; if not, inputs do.
        keep: Conflicts that become data all the same.
        incomplete: Returns the numbers of those rows that lack a column which the data must have.
    """
    every = tuple(rows)
    old = [row for row in every if is_mature(row.day, maturity_days, as_of)]
    labelled = [row for row in old if row.label is not None]
    held: list[Held] = []
    left = labelled
    tests: list[tuple[Reason, Callable[[Sequence[Logged]], set[int]]]] = [
        ("revised", lambda some: {row.number for row in some if row.revised}),
        ("unnamed", lambda some: {row.number for row in some if named and not row.row}),
        ("same_name", lambda some: _contradicting(some, _name) if named else set()),
        ("same_inputs", lambda some: _contradicting(some, inputs_of)),
        ("unwritable", lambda some: {row.number for row in some if not all(map(is_writable, _texts(row)))}),
        ("incomplete", incomplete),
        ("repeated", lambda some: _older(some, _name if named else inputs_of)),
    ]
    for reason, test in tests:
        if reason in keep:
            continue
        out = test(left)
        held += [Held(_shown(row), reason) for row in left if row.number in out]
        left = [row for row in left if row.number not in out]
    return Chosen(
        tuple(left),
        tuple(sorted(held, key=lambda one: one.row.number)),
        len(every) - len(old),
        len(old) - len(labelled),
    )


def inputs_of(row: Logged) -> str:
    """Return a row's inputs as one text: the same for the same inputs."""
    return documents.canonical_json(dict(row.inputs)).decode()


def _texts(row: Logged) -> Iterable[str]:
    return (row.row, *(value for value in row.inputs.values() if isinstance(value, str)))


def _shown(row: Logged) -> Logged:
    """Return a row with an id that a table can hold: clients were free in what they called rows."""
    return row if is_writable(row.row) else row._replace(row=row.row.replace("\0", "\N{SYMBOL FOR NULL}"))


def _name(row: Logged) -> str:
    return row.row


def _groups(rows: Sequence[Logged], key: Callable[[Logged], str]) -> Iterable[list[Logged]]:
    groups: dict[str, list[Logged]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups.values()


def _contradicting(rows: Sequence[Logged], key: Callable[[Logged], str]) -> set[int]:
    return {row.number for group in _groups(rows, key) if len({row.label for row in group}) > 1 for row in group}


def _older(rows: Sequence[Logged], key: Callable[[Logged], str]) -> set[int]:
    return {row.number for group in _groups(rows, key) for row in group[:-1]}
