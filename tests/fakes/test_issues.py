"""Issues, labels and comments of the stand-in."""

import pytest
from github import GithubException
from github.Repository import Repository

from tests.fakes.conftest import Ask, client
from tests.fakes.github import Hub


def test_an_issue_is_opened_labelled_changed_and_closed(hub: Hub, repo: Repository) -> None:
    issue = repo.create_issue("Certify", body="Three passes.", labels=["certification"])
    issue.add_to_labels("claims", "certification")
    issue.edit(title="Certify the model", body="Four passes.", state="closed")
    issue.remove_from_labels("claims")
    found = repo.get_issue(issue.number)
    assert (found.title, found.body, found.state) == ("Certify the model", "Four passes.", "closed")
    assert [label.name for label in found.labels] == ["certification"]
    assert hub.state.issues[1].closed is not None
    assert [each.number for each in repo.get_issues(state="all", labels=["certification"])] == [1]
    assert list(repo.get_issues()) == []


def test_labels_are_set_as_a_whole(hub: Hub, repo: Repository) -> None:
    issue = repo.get_issue(hub.add_issue())
    issue.set_labels("a", "b")
    issue.set_labels("c")
    assert [label.name for label in issue.get_labels()] == ["c"]
    with pytest.raises(GithubException, match="Label does not exist"):
        issue.remove_from_labels("a")


def test_a_comment_says_who_wrote_it_and_through_which_app(hub: Hub, repo: Repository) -> None:
    issue = repo.get_issue(hub.add_issue())
    ours = issue.create_comment("Judged.")
    hub.add_comment(issue.number, "Thanks", author="stranger")
    theirs = list(issue.get_comments())[1]
    assert (ours.user.login, ours.user.type) == ("github-actions[bot]", "Bot")
    assert ours.raw_data["performed_via_github_app"]["id"] == 15368
    assert (theirs.user.login, theirs.user.type) == ("stranger", "User")
    assert theirs.raw_data["performed_via_github_app"] is None
    assert theirs.raw_data["author_association"] == "NONE"


def test_a_comment_is_edited_and_deleted(hub: Hub, repo: Repository) -> None:
    issue = repo.get_issue(hub.add_issue())
    comment = issue.create_comment("Judged.")
    comment.edit("Judged again.")
    assert [each.body for each in hub.comments(issue.number)] == ["Judged again."]
    comment.delete()
    assert hub.comments(issue.number) == []
    with pytest.raises(GithubException, match="404"):
        comment.edit("Gone")


def test_a_stranger_edits_only_their_own_comments(hub: Hub) -> None:
    number = hub.add_issue()
    ours = hub.add_comment(number, "Ours", author="github-actions[bot]")
    stranger = client(hub, hub.token_for("stranger"))
    issue = stranger.get_repo(hub.repository).get_issue(number)
    with pytest.raises(GithubException, match="admin rights"):
        issue.get_comment(ours).edit("Theirs")
    own = issue.create_comment("Own")
    own.edit("Own, better")
    assert [each.body for each in hub.comments(number)] == ["Ours", "Own, better"]
    stranger.close()


def test_lists_have_pages_and_links_between_them(hub: Hub, repo: Repository, ask: Ask) -> None:
    number = hub.add_issue()
    for index in range(65):
        hub.add_comment(number, f"comment {index}")
    assert [comment.body for comment in repo.get_issue(number).get_comments()] == [f"comment {n}" for n in range(65)]
    pages = hub.requests("GET", "/comments$")
    assert [each.query.get("page") for each in pages] == [None, "2", "3"]
    middle = ask("GET", f"/issues/{number}/comments?per_page=20&page=2")
    assert {name: link["url"].rpartition("=")[2] for name, link in middle.links.items()} == {
        "prev": "1",
        "next": "3",
        "last": "4",
        "first": "1",
    }
    assert len(ask("GET", f"/issues/{number}/comments?per_page=1000").json()) == 65
    assert ask("GET", f"/issues/{number}/comments?per_page=100").links == {}
    assert ask("GET", f"/issues/{number}/comments?page=9").json() == []


def test_a_text_longer_than_github_keeps_is_refused(hub: Hub, repo: Repository) -> None:
    issue = repo.get_issue(hub.add_issue())
    issue.create_comment("x" * 65_536)
    with pytest.raises(GithubException, match="too long"):
        issue.create_comment("x" * 65_537)
    with pytest.raises(GithubException, match="too long"):
        repo.create_issue("Long", body="x" * 65_537)
    with pytest.raises(GithubException, match="Validation Failed"):
        issue.create_comment(" ")
    assert len(hub.comments(issue.number)) == 1


def test_what_is_not_there_is_not_found(repo: Repository) -> None:
    with pytest.raises(GithubException, match="Not Found"):
        repo.get_issue(77)
