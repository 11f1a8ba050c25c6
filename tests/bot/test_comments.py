"""Comments: one for each subject, edited in place, found on all pages, and never a stranger's."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlops import documents
from mlops.artifact import GATE
from mlops.bot.announcing import news_of_verdict
from mlops.bot.comments import ACTIONS, LIMIT, Written, author_of, tell
from mlops.errors import UnavailableError, UsageRefusedError
from mlops.gate import GateReport
from mlops.reporting import Links
from tests.bot import world
from tests.fakes.github import Hub

KEY = "gate:er"


def text(words: str, *, key: str = KEY) -> str:
    return world.news(words, key=key).body(None)


def write(
    hub: Hub, number: int, words: str, *, token: str | None = None, author: str = ACTIONS, **asked: Any
) -> Written:
    return tell(world.client(hub, token=token), number, world.news(words, **asked), author=author)


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
    write(hub, number, "news", key="card:er_20251020")
    assert bodies(hub, number) == [text("one"), text("news", key="card:er_20251020")]


def test_among_a_thousand_comments_of_others_exactly_one_is_ours(hub: Hub) -> None:
    number = hub.add_issue()
    for n in range(1_000):
        hub.add_comment(number, f"chatter {n}")
        if n == 700:
            write(hub, number, "one")
    assert write(hub, number, "two").status == "edited"
    ours = [comment for comment in hub.comments(number) if comment.author.login == ACTIONS]
    assert [comment.body for comment in ours] == [text("two")]


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
    assert author_of(world.client(hub, token=hub.app_token), None) == "precision-gate[bot]"
    assert author_of(world.client(hub, token=hub.token_for("octocat")), None) == "octocat"
    assert author_of(world.client(hub), "someone") == "someone"
    hub.faults.answer("POST", "/graphql$", 404, times=2)
    client = world.client(hub, token=hub.app_token)
    assert author_of(client, None) == ACTIONS
    client.settings = replace(client.settings, login="precision-gate[bot]")
    assert author_of(client, None) == "precision-gate[bot]"


def test_an_issue_that_does_not_exist_is_told(hub: Hub) -> None:
    with pytest.raises(UsageRefusedError, match="does not know this"):
        write(hub, 99, "one")


def test_a_token_that_may_not_comment_is_told_the_line(hub: Hub) -> None:
    token = hub.token_for(ACTIONS, without=("issues", "pull_requests"))
    with pytest.raises(UnavailableError) as caught:
        write(hub, hub.add_issue(), "one", token=token)
    assert "`issues: write`" in caught.value.fix


def test_a_text_longer_than_github_takes_is_a_bug(hub: Hub) -> None:
    with pytest.raises(ValueError, match="not longer"):
        write(hub, hub.add_issue(), "x" * LIMIT)


@pytest.mark.parametrize(
    "words",
    ["\U0001f468\u200d\U0001f469\u200d\U0001f467 ✅", "שלום \u202eabc\u202c", "Zo\u0308e e\u0301\u0301", "x" * 65_000],
)
def test_unicode_and_long_texts_are_kept_as_they_are(hub: Hub, words: str) -> None:
    number = hub.add_issue()
    assert [write(hub, number, words).status for _ in range(2)] == ["created", "unchanged"]
    assert bodies(hub, number) == [text(words)]


def test_a_comment_that_is_deleted_before_it_is_edited_is_posted_once(hub: Hub) -> None:
    number = hub.add_issue()
    write(hub, number, "one")
    hub.faults.before("PATCH", r"/issues/comments/\d+$", hub.state.comments.clear)
    assert write(hub, number, "two").status == "created"
    assert bodies(hub, number) == [text("two")]


def test_a_comment_that_is_deleted_each_time_is_told(hub: Hub) -> None:
    number = hub.add_issue()
    for _ in range(9):
        hub.faults.after("POST", r"/comments$", hub.state.comments.clear)
    with pytest.raises(UnavailableError, match="gone each time"):
        write(hub, number, "one")


def test_a_closed_issue_takes_comments(hub: Hub) -> None:
    number = hub.add_issue()
    hub.state.issues[number].state = "closed"
    assert write(hub, number, "one").status == "created"


def test_a_locked_issue_is_told_with_what_opens_it(hub: Hub) -> None:
    number = hub.add_issue()
    hub.state.issues[number].locked = True
    with pytest.raises(UnavailableError, match="issue is locked") as caught:
        write(hub, number, "one")
    assert (caught.value.field, f"gh issue unlock {number}" in caught.value.fix) == (f"#{number}", True)


def test_an_archived_repository_is_told(hub: Hub) -> None:
    number = hub.add_issue()
    hub.state.archived = True
    with pytest.raises(UnavailableError, match="repository is archived"):
        write(hub, number, "one")


def test_a_renamed_repository_is_followed(hub: Hub) -> None:
    number = hub.add_issue()
    hub.state.former.add("acme/old-models")
    client = world.client(hub, repository="acme/old-models")
    assert tell(client, number, world.news("one"), author=ACTIONS).status == "created"
    assert bodies(hub, number) == [text("one")]


def test_any_text_of_a_verdict_lands_within_what_github_takes_and_is_found_again(hub: Hub, tmp_path: Path) -> None:
    number, report = hub.add_issue(), documents.read(world.judged(tmp_path / "a") / GATE, GateReport)
    strange = "\U0001f468\u200d\U0001f467 שלום \u202eabc e\u0301\u0301 \x00 -->"
    failed = report.criteria[0].model_copy(update={"verdict": "fail", "reason": strange * 20})
    hostile = report.model_copy(update={"verdict": "fail", "reason": "x" * 70_000, "criteria": (failed,) * 300})
    news = news_of_verdict(hostile, Links())
    assert [tell(world.client(hub), number, news, author=ACTIONS).status for _ in range(2)] == ["created", "unchanged"]
    (body,) = bodies(hub, number)
    assert LIMIT / 2 < len(body) <= LIMIT
    assert not {"\x00", "\u202e", "\u200d"} & set(body)


def test_a_comment_on_change_is_left_alone_while_nothing_changes(hub: Hub) -> None:
    number = hub.add_issue()
    assert write(hub, number, "one", when="change").status == "created"
    assert write(hub, number, "other words", when="change").status == "unchanged"
    assert write(hub, number, "two", when="change", precision=0.984).status == "edited"
    (body,) = bodies(hub, number)
    assert body.endswith("two\nsince verdict=pass precision=0.976000")
    assert (
        body.splitlines()[0]
        == "<!-- mlops:gate:er verdict=pass precision=0.984000 | verdict=pass precision=0.976000 -->"
    )


def test_a_comment_on_failure_is_silent_until_one_and_then_turned_into_the_good_news(hub: Hub) -> None:
    number = hub.add_issue()
    assert write(hub, number, "fine", when="failure") == Written("skipped", "")
    assert write(hub, number, "bad", when="failure", verdict="fail").status == "created"
    assert write(hub, number, "fine", when="failure").status == "edited"
    assert write(hub, number, "still fine", when="failure", precision=0.99).status == "unchanged"
    assert len(bodies(hub, number)) == 1


def test_a_rerun_shows_the_same_changes_and_so_writes_nothing(hub: Hub) -> None:
    number = hub.add_issue()
    write(hub, number, "one", precision=0.9)
    first = write(hub, number, "two")
    before = bodies(hub, number)
    assert (first.status, write(hub, number, "two").status) == ("edited", "unchanged")
    assert bodies(hub, number) == before
    assert "since verdict=pass precision=0.900000" in before[0]


def test_a_comment_in_an_older_form_is_edited_without_changes(hub: Hub) -> None:
    number = hub.add_issue()
    hub.add_comment(number, "<!-- mlops:gate:er card=abc -->\nold", author=ACTIONS)
    assert write(hub, number, "new").status == "edited"
    assert bodies(hub, number) == [text("new")]


def test_a_new_model_is_a_new_comment_that_leaves_the_older_ones_behind(hub: Hub) -> None:
    number = hub.add_issue()
    write(hub, number, "old", key="card:er_20251020", precision=0.968)
    hub.add_comment(number, text("forged", key="card:er_20251013"), author="mallory")
    written = write(hub, number, "new", key="card:er_20251027")
    assert written.status == "created"
    assert [comment.html_url for comment in written.outdated] == [
        write(hub, number, "old", key="card:er_20251020", precision=0.968).url
    ]
    assert "since verdict=pass precision=0.968000" in bodies(hub, number)[-1]
    assert write(hub, number, "old", key="card:er_20251020", precision=0.968).outdated == ()
