"""Project boards over GraphQL: found, read on all pages, and set."""

import pytest

from mlops.bot import boards
from mlops.errors import UnavailableError, UsageRefusedError
from tests.bot import world
from tests.fakes.github import Hub

FIELDS = {"Model": "text", "Stage": ("new", "er_20251020"), "Size": "number", "Sprint": "iteration", "Due": "date"}


def test_an_organizations_board_is_found_and_then_a_persons(hub: Hub) -> None:
    hub.add_board(8, fields=FIELDS, title="Data")
    hub.add_board(3, owner="octocat", kind="user", title="Mine")
    board = boards.find(world.client(hub, token=hub.app_token), "acme", 8)
    assert (board.title, board.field("stage").options[1].name) == ("Data", "er_20251020")
    classic = world.client(hub, token=hub.token_for("octocat", scopes=("repo", "project")))
    assert boards.find(classic, "octocat", 3).title == "Mine"
    with pytest.raises(UsageRefusedError, match="classic token with the scope"):
        boards.find(world.client(hub, token=hub.app_token), "octocat", 3)


def test_a_classic_token_without_the_scope_is_told_so(hub: Hub) -> None:
    hub.add_board(3, owner="octocat", kind="user")
    with pytest.raises(UnavailableError, match="scope `project`") as caught:
        boards.find(world.client(hub, token=hub.token_for("octocat", scopes=("repo",))), "octocat", 3)
    assert "read:project" in caught.value.found


def test_a_persons_board_is_found_though_the_token_may_not_ask_for_organizations(hub: Hub) -> None:
    hub.add_board(3, owner="octocat", kind="user", title="Mine")
    denied = {"errors": [{"type": "INSUFFICIENT_SCOPES", "message": "The 'login' field requires: ['read:org']"}]}
    hub.faults.answer("POST", "/graphql$", 200, body=denied)
    client = world.client(hub, token=hub.token_for("octocat", scopes=("repo", "project")))
    assert boards.find(client, "octocat", 3).title == "Mine"


def test_numbers_are_compared_with_all_their_digits(hub: Hub) -> None:
    made = hub.add_board(8, fields=FIELDS)
    made.add(hub.add_issue(), Size=20251020)
    client = world.client(hub, token=hub.app_token)
    (row,) = boards.items(client, boards.find(client, "acme", 8))
    assert row.value("Size") == "20251020"


def test_all_items_are_read_with_their_values(hub: Hub) -> None:
    made = hub.add_board(8, fields=FIELDS)
    for _ in range(250):
        made.add(hub.add_issue(), Size=8, Model="er_20251013", Sprint="Sprint 2", Due="2025-10-27", Status="Todo")
    client = world.client(hub, token=hub.app_token)
    rows = list(boards.items(client, boards.find(client, "acme", 8)))
    assert [row.issue.number for row in rows] == list(range(1, 251))
    assert len(hub.requests("POST", "/graphql$")) == 4
    values = [rows[-1].value(name) for name in ("size", "Model", "Sprint", "Due", "Status", "Stage")]
    assert values == ["8", "er_20251013", "Sprint 2", "2025-10-27", "Todo", ""]


def test_a_field_is_set_only_when_it_says_something_else(hub: Hub) -> None:
    made = hub.add_board(8, fields=FIELDS)
    row = made.add(hub.add_issue())
    client = world.client(hub, token=hub.app_token)
    board = boards.find(client, "acme", 8)

    def set_both() -> list[bool]:
        (item,) = boards.items(client, board)
        return [boards.set_value(client, board, item, board.field(name), "er_20251020") for name in ("Model", "Stage")]

    assert (set_both(), set_both()) == ([True, True], [False, False])
    assert made.shown(row) == {"Model": "er_20251020", "Stage": "er_20251020"}


@pytest.mark.parametrize(("owner", "number"), [("acme", 9), ("nobody", 8)])
def test_a_board_that_is_not_there_is_told_with_what_token_it_takes(hub: Hub, owner: str, number: int) -> None:
    hub.add_board(8)
    with pytest.raises(UsageRefusedError, match=f"no project board {number} of {owner}") as caught:
        boards.find(world.client(hub, token=hub.app_token), owner, number)
    assert "Projects: read and write" in caught.value.fix
    assert ("with the number 9" in caught.value.found) == (owner == "acme")


def test_the_token_of_a_workflow_sees_no_board(hub: Hub) -> None:
    hub.add_board(8)
    with pytest.raises(UsageRefusedError, match="GITHUB_TOKEN can never see"):
        boards.find(world.client(hub), "acme", 8)


def test_github_that_is_down_is_no_missing_board(hub: Hub) -> None:
    hub.add_board(8)
    hub.faults.bad_gateway("POST", "/graphql$", times=None)
    with pytest.raises(UnavailableError, match="did not do it in time"):
        boards.find(world.client(hub, token=hub.app_token, deadline=3), "acme", 8)
