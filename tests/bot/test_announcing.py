"""The same news on several issues: each gets its own, older comments are folded away, nothing else is touched."""

import pytest

from mlops.bot.announcing import say
from mlops.bot.client import GitHub
from mlops.bot.comments import ACTIONS
from mlops.bot.effects import StoppedError
from mlops.bot.folding import fold
from mlops.bot.spreading import spread, unfinished
from mlops.errors import ConflictError, MlopsError, UnavailableError, UsageRefusedError
from tests.bot import world
from tests.fakes.github import Hub

OLD, NEW = "card:er_20251020", "card:er_20251027"


def announce(client: GitHub, key: str, *numbers: int) -> list[tuple[str, int, str]]:
    said = say(client, numbers, world.news("news", key=key), author=ACTIONS)
    assert said.letters == ()
    return [(one.written.status, one.folded.comments, one.folded.refused) for _, one in said.done]


def minimized(hub: Hub, number: int) -> list[str | None]:
    return [comment.minimized for comment in hub.comments(number)]


def test_an_older_announcement_is_folded_away_once_and_never_deleted(hub: Hub) -> None:
    number = hub.add_issue()
    hub.add_comment(number, world.news("forged", key=OLD).body(None), author="mallory")
    announce(world.client(hub), OLD, number)
    assert announce(world.client(hub), NEW, number) == [("created", 1, "")]
    assert announce(world.client(hub), NEW, number) == [("unchanged", 0, "")]
    assert announce(world.client(hub), OLD, number) == [("unchanged", 0, "")]
    assert minimized(hub, number) == [None, "outdated", None]


@pytest.mark.parametrize("fault", ["FORBIDDEN", "no GraphQL"])
def test_a_comment_lands_where_folding_is_refused(hub: Hub, fault: str) -> None:
    number = hub.add_issue()
    announce(world.client(hub), OLD, number)
    if fault == "no GraphQL":
        hub.faults.answer("POST", "/graphql$", 404, times=None)
    else:
        body = {"data": {"minimizeComment": None}, "errors": [{"type": fault, "message": "Resource not accessible"}]}
        hub.faults.answer("POST", "/graphql$", 200, body=body, times=None)
    ((status, folded, refused),) = announce(world.client(hub), NEW, number)
    assert (status, folded, refused != "") == ("created", 0, True)
    assert minimized(hub, number) == [None, None]


def test_nothing_is_asked_where_nothing_is_outdated(hub: Hub) -> None:
    assert fold(world.client(hub), ()) == (0, "")
    assert hub.log == []


def test_one_issue_that_refuses_keeps_no_other_from_getting_its_comment(hub: Hub) -> None:
    numbers = [hub.add_issue() for _ in range(3)]
    hub.state.issues[numbers[1]].locked = True
    said = say(world.client(hub), [numbers[0], 99, *numbers[1:]], world.news("news"), author=ACTIONS)
    assert [number for number, _ in said.done] == [numbers[0], numbers[2]]
    assert [(number, type(letter).exit_code) for number, letter in said.letters] == [(99, 2), (numbers[1], 5)]
    assert [len(hub.comments(number)) for number in numbers] == [1, 0, 1]


def refusing(errors: dict[int, MlopsError]) -> MlopsError:
    """Return the letter about the issues 1 to 3, some of which refuse."""

    def one(number: int) -> None:
        if number in errors:
            raise errors[number]

    found = spread((1, 2, 3), one)
    return unfinished(found.letters, 3)


def test_the_letter_says_of_every_issue_what_is_missing() -> None:
    absent, locked = (
        UsageRefusedError("No such issue.", fix="Look."),
        UnavailableError("It is locked.", fix="Unlock it."),
    )
    letter = refusing({1: absent, 3: locked})
    assert (letter.what, letter.field) == ("2 of 3 issues did not get all that they should.", "#1, #3")
    assert (letter.found, letter.fix) == ("#1: No such issue.; #3: It is locked.", "Look.\nUnlock it.")
    assert letter.exit_code == 5
    assert refusing({2: absent}).exit_code == 2
    assert refusing({2: ConflictError("Another.")}).exit_code == 6
    assert unfinished([(7, locked)], 1) is locked


def test_a_cancelled_run_stops_at_once() -> None:
    with pytest.raises(StoppedError):
        refusing({1: StoppedError("The run was cancelled.")})
