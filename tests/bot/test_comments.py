"""Comments: one for each subject, edited in place, found on all pages, and never a stranger's."""

import threading

import pytest

from mlops.bot.comments import ACTIONS, LIMIT, Written, author_of, upsert
from mlops.bot.pages import marker
from mlops.errors import UnavailableError, UsageRefusedError
from tests.bot import world
from tests.fakes.github import Hub

KEY = "gate:er"


def text(words: str) -> str:
    return f"{marker(KEY, 'verdict=pass')}\n{words}"


def write(hub: Hub, number: int, words: str, *, token: str | None = None, author: str = ACTIONS) -> Written:
    return upsert(world.client(hub, token=token), number, text(words), key=KEY, author=author)


def bodies(hub: Hub, number: int) -> list[str]:
    return [comment.body for comment in hub.comments(number)]


def test_it_is_posted_then_left_alone_then_edited(hub: Hub) -> None:
    number = hub.add_issue()
    first = write(hub, number, "one")
    assert first.status == "created"
    assert write(hub, number, "one") == Written("unchanged", first.url)
    assert write(hub, number, "two") == Written("edited", first.url)
    assert bodies(hub, number) == [text("two")]


def test_another_subject_has_a_comment_of_its_own(hub: Hub) -> None:
    number = hub.add_issue()
    write(hub, number, "one")
    body = f"{marker('card:er_20251020')}\nnews"
    upsert(world.client(hub), number, body, key="card:er_20251020", author=ACTIONS)
    assert bodies(hub, number) == [text("one"), body]


def test_ours_is_found_behind_many_others(hub: Hub) -> None:
    number = hub.add_issue()
    for n in range(150):
        hub.add_comment(number, f"chatter {n}")
    write(hub, number, "one")
    for n in range(60):
        hub.add_comment(number, f"more chatter {n}")
    assert write(hub, number, "two").status == "edited"
    assert sum(KEY in body for body in bodies(hub, number)) == 1


def test_a_marker_that_is_only_quoted_is_not_ours(hub: Hub) -> None:
    number = hub.add_issue()
    hub.add_comment(number, f"> {text('quoted')}", author=ACTIONS)
    assert write(hub, number, "one").status == "created"


def test_duplicates_of_an_earlier_time_are_removed(hub: Hub) -> None:
    number = hub.add_issue()
    for _ in range(3):
        hub.add_comment(number, text("old"), author=ACTIONS)
    assert write(hub, number, "new").status == "edited"
    assert bodies(hub, number) == [text("new")]


def test_runs_at_once_leave_one_comment(hub: Hub) -> None:
    number = hub.add_issue()
    barrier = threading.Barrier(3)

    def run(words: str) -> None:
        barrier.wait()
        write(hub, number, words)

    threads = [threading.Thread(target=run, args=(words,)) for words in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (body,) = bodies(hub, number)
    assert body in {text(words) for words in "abc"}


def test_a_wrong_author_still_leads_to_one_comment(hub: Hub) -> None:
    number = hub.add_issue()
    write(hub, number, "one", token=hub.app_token)
    write(hub, number, "two", token=hub.app_token)
    assert bodies(hub, number) == [text("two")]


def test_as_whom_a_token_writes(hub: Hub) -> None:
    assert author_of(world.client(hub), None) == ACTIONS
    assert author_of(world.client(hub), "someone") == "someone"
    hub.faults.answer("GET", "^/user$", 200, body={"login": "octocat"})
    assert author_of(world.client(hub, token=hub.token_for("octocat")), None) == "octocat"


def test_an_issue_that_does_not_exist_is_told(hub: Hub) -> None:
    with pytest.raises(UsageRefusedError, match="does not know this"):
        write(hub, 99, "one")


def test_a_token_that_may_not_comment_is_told_the_line(hub: Hub) -> None:
    token = hub.token_for(ACTIONS, without=("issues", "pull_requests"))
    with pytest.raises(UnavailableError) as caught:
        write(hub, hub.add_issue(), "one", token=token)
    assert "`issues: write`" in caught.value.fix


def test_a_text_without_its_marker_or_too_long_is_a_bug(hub: Hub) -> None:
    client = world.client(hub)
    for body in ("no marker", text("x" * LIMIT)):
        with pytest.raises(ValueError, match="begins with its marker"):
            upsert(client, 1, body, key=KEY, author=ACTIONS)


@pytest.mark.parametrize("key", ["", "a b", "a-->", "a--b", "A"])
def test_a_key_cannot_end_its_marker(key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        marker(key)
