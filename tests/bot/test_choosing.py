"""Which issues of a board are meant, decided from its rows."""

from typing import Any

import pytest

from mlops.bot.boards import Board, Item, value_for
from mlops.bot.choosing import Wanted, check, choose, of_issue, parse_field
from mlops.errors import UsageRefusedError

HERE, ELSEWHERE = "R_1", "R_2"
BOARD = Board.model_validate(
    {
        "id": "PVT_1",
        "title": "Data",
        "url": "https://github.com/orgs/acme/projects/8",
        "repository": HERE,
        "fields": [
            {"id": "F_1", "name": "Model", "dataType": "TEXT"},
            {
                "id": "F_2",
                "name": "Status",
                "dataType": "SINGLE_SELECT",
                "options": [{"id": "o", "name": "In Progress"}],
            },
            {"id": "F_3", "name": "Labels", "dataType": "LABELS"},
        ],
    }
)


def item(number: int = 1, *, kind: str = "ISSUE", archived: bool = False, values: Any = (), **content: Any) -> Item:
    """Return a row of the board; one that is no issue has no content that counts."""
    issue = {"number": number, "state": "OPEN", "repository": {"id": HERE, "nameWithOwner": "acme/er-models"}} | content
    return Item.model_validate(
        {
            "id": f"PVTI_{number}",
            "isArchived": archived,
            "type": kind,
            "content": issue if kind == "ISSUE" else None if kind == "REDACTED" else {},
            "fieldValues": {"nodes": [{}, *values]},
        }
    )


def value(field: str, **said: Any) -> dict[str, Any]:
    return {"field": {"name": field}, **said}


def numbers(wanted: Wanted, *items: Item) -> list[int]:
    return [one.issue.number for one in choose(items, wanted, HERE).items]


def test_every_open_issue_of_the_repository_is_meant_unless_more_is_asked() -> None:
    found = choose(
        (
            item(3),
            item(2),
            item(4, kind="DRAFT_ISSUE"),
            item(5, kind="PULL_REQUEST"),
            item(6, kind="REDACTED"),
            item(7, archived=True),
            item(8, state="CLOSED"),
            item(9, repository={"id": ELSEWHERE, "nameWithOwner": "acme/other"}),
        ),
        Wanted(),
        HERE,
    )
    assert [one.issue.number for one in found.items] == [2, 3]
    assert found.passed_over == (
        "acme/er-models#8: closed; --closed takes it, too",
        "acme/other#9: an issue of another repository",
        "1 item that the token may not see",
    )
    assert numbers(Wanted(closed=True), item(8, state="CLOSED")) == [8]


def test_what_does_not_fit_is_not_worth_a_word() -> None:
    wanted = Wanted(labels=("refresh",))
    assert choose((item(8, state="CLOSED"), item(9, repository={"id": ELSEWHERE})), wanted, HERE).passed_over == ()


LABELS: dict[str, Any] = {"nodes": [{"name": "Refresh"}, {"name": "er"}]}
VALUES = [
    value("Status", name="In Progress"),
    value("Model", text="er_20251020"),
    value("Size", number=8.0),
    value("Sprint", title="Sprint 7"),
    value("Due", date="2025-10-27"),
    value("Note", text=""),
]


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Wanted(labels=("refresh",)), True),
        (Wanted(labels=("refresh", "ER")), True),
        (Wanted(labels=("refresh", "claims")), False),
        (Wanted(milestone="q4"), True),
        (Wanted(milestone="Q3"), False),
        (Wanted(fields=(("status", "in progress"),)), True),
        (
            Wanted(fields=(("Status", "In Progress"), ("Size", "8"), ("Sprint", "Sprint 7"), ("Due", "2025-10-27"))),
            True,
        ),
        (Wanted(fields=(("Status", "In Progress"), ("Size", "9"))), False),
        (Wanted(fields=(("Status", "In"),)), False),
        (Wanted(fields=(("Note", "x"),)), False),
        (Wanted(fields=(("Model", "er_20251020"),), labels=("er",), milestone="Q4"), True),
    ],
)
def test_all_that_is_asked_must_hold(wanted: Wanted, *, fits: bool) -> None:
    assert numbers(wanted, item(1, values=VALUES, milestone={"title": "Q4"}, labels=LABELS)) == [1] * fits
    assert numbers(wanted, item(1)) == []


def test_the_row_of_an_issue_is_that_of_this_repository() -> None:
    rows = [item(1, repository={"id": ELSEWHERE}), item(1, archived=True), item(1), item(2)]
    assert of_issue(rows, 1, HERE) is rows[2]
    assert of_issue(rows, 3, HERE) is None


@pytest.mark.parametrize("text", ["", "Status", "=x", "Status=", " = "])
def test_a_field_without_name_or_value_is_refused(text: str) -> None:
    with pytest.raises(UsageRefusedError, match="NAME=VALUE"):
        parse_field(text)


def test_a_field_may_hold_spaces_and_signs() -> None:
    assert parse_field(" Status = In Progress ") == ("Status", "In Progress")
    assert parse_field("Note=a=b") == ("Note", "a=b")


@pytest.mark.parametrize(
    ("field", "word"),
    [(("Stage", "x"), "Model, Status, Labels"), (("Status", "Done"), "In Progress"), (("labels", "x"), "--label")],
)
def test_what_nothing_on_the_board_can_fulfil_is_refused(field: tuple[str, str], word: str) -> None:
    with pytest.raises(UsageRefusedError, match=word):
        check(BOARD, Wanted(fields=(field,)))
    check(BOARD, Wanted(fields=(("status", "in progress"), ("Model", "anything"))))


def test_what_a_field_is_set_to() -> None:
    model, status, labels = BOARD.fields
    assert value_for(model, "er_20251027") == {"text": "er_20251027"}
    assert value_for(status, "In Progress") == {"singleSelectOptionId": "o"}
    with pytest.raises(UsageRefusedError, match="Add the option er_20251027"):
        value_for(status, "er_20251027")
    with pytest.raises(UsageRefusedError, match="takes no text"):
        value_for(labels, "er_20251027")
