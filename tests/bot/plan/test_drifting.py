"""The one issue about drift: opened, edited, closed, opened again; a stranger's stays a stranger's."""

import pytest

from mlops.bot.issues import Watched
from mlops.bot.plan.drifting import KEY, TITLE, body_of, watch
from mlops.bot.plan.model import Change, Plan, Refusal
from tests.bot import world
from tests.fakes.github import Hub

ACTIONS = "github-actions[bot]"
CHANGE = Change(section="labels", name="x", field="color", kind="change", before="ffffff", after="b60205")
CLEAN = Plan(repository="acme/er-models", managed=1)
DRIFT = Plan(repository="acme/er-models", managed=1, changes=(CHANGE,))
OTHER = Plan(repository="acme/er-models", managed=1, changes=(CHANGE.model_copy(update={"before": "aaaaaa"}),))
UNKNOWN = Plan(repository="acme/er-models", managed=1, unknown=(Refusal(section="variables", what="denied"),))


def watched(hub: Hub, plan: Plan, *, author: str = ACTIONS, token: str = "") -> Watched:
    """Let the bot look after the issue."""
    return watch(world.client(hub, token=token or hub.token), plan, author=author, labels=("drift",))


def issues(hub: Hub) -> list[tuple[str, str | None]]:
    """Return the state and the reason of every issue."""
    return [(issue.state, issue.reason) for issue in hub.state.issues.values()]


def test_one_issue_lives_as_long_as_there_is_drift(hub: Hub) -> None:
    assert watched(hub, CLEAN) == ("clean", "")
    assert watched(hub, DRIFT).status == "opened"
    (issue,) = hub.state.issues.values()
    assert (issue.title, issue.labels) == (TITLE, ["drift"])
    assert (issue.body or "").startswith(f"<!-- mlops:{KEY} ")
    writes = len(hub.requests("POST")) + len(hub.requests("PATCH"))
    assert watched(hub, DRIFT).status == "unchanged"
    assert len(hub.requests("POST")) + len(hub.requests("PATCH")) == writes
    assert watched(hub, OTHER).status == "updated"
    assert "aaaaaa" in (issue.body or "")
    assert (watched(hub, CLEAN).status, issues(hub)) == ("closed", [("closed", "completed")])
    assert watched(hub, CLEAN).status == "clean"
    assert (watched(hub, DRIFT).status, issues(hub)) == ("opened", [("open", "reopened")])
    assert hub.comments(issue.number) == []


def test_what_could_not_be_read_keeps_it_open(hub: Hub) -> None:
    assert watched(hub, UNKNOWN).status == "opened"
    assert "nobody knows" in (hub.state.issues[1].body or "")


def test_a_strangers_note_is_left_alone(hub: Hub) -> None:
    number = hub.add_issue(author="stranger", body=body_of(DRIFT))
    assert watched(hub, DRIFT).url.endswith("/2")
    assert watched(hub, CLEAN).status == "closed"
    assert hub.state.issues[number].state == "open"


@pytest.mark.parametrize("stored", [True, False])
def test_an_answer_that_was_lost_makes_no_second_issue(hub: Hub, *, stored: bool) -> None:
    hub.faults.bad_gateway("POST", r"/issues$", stored=stored)
    watched(hub, DRIFT)
    assert watched(hub, DRIFT).status == "unchanged"
    assert len(hub.state.issues) == 1


def test_a_wrong_guess_of_the_author_makes_no_second_open_issue(hub: Hub) -> None:
    first = watched(hub, DRIFT, author="precision-gate[bot]", token=hub.app_token)
    again = watched(hub, OTHER, token=hub.app_token)
    assert (first.url, again.url) == (again.url, first.url)
    assert [state for state, _ in issues(hub)].count("open") == 1
    assert "aaaaaa" in (hub.state.issues[1].body or "")


def test_thousands_of_differences_fit(hub: Hub) -> None:
    many = tuple(CHANGE.model_copy(update={"name": f"{n} {'é' * 40}"}) for n in range(3_000))
    assert watched(hub, Plan(repository="acme/er-models", managed=1, changes=many)).status == "opened"
    assert "`mlops bot plan`" in (hub.state.issues[1].body or "")[-200:]
