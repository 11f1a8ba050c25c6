"""The one issue about a served model: opened, edited, closed with a comment, opened again; one training a cooldown."""

from datetime import timedelta

import pytest

from mlops.bot.dispatching import Request
from mlops.bot.issues import Subject
from mlops.bot.monitoring import Told, body_of, tell
from mlops.monitoring.document import Monitoring
from tests.bot import world
from tests.fakes.github import Hub
from tests.monitoring.reports import DAY, report

ACTIONS = "github-actions[bot]"
TRAIN = Request("train.yml", "main", {})


def told(hub: Hub, found: Monitoring, training: Request | None = None) -> Told:
    return tell(world.client(hub), found, author=ACTIONS, labels=("monitoring",), training=training)


def able(hub: Hub) -> None:
    """Give main a workflow that can be dispatched."""
    text = b"name: Train\non: workflow_dispatch\njobs: {train: {runs-on: ubuntu-latest, steps: [{run: 'true'}]}}\n"
    hub.state.bare.write("main", ".github/workflows/train.yml", text, "Train", "octocat")


def states(hub: Hub) -> list[str]:
    return [issue.state for issue in hub.state.issues.values()]


def test_one_issue_lives_as_long_as_the_alarm(hub: Hub) -> None:
    assert told(hub, report()) == Told("clean", "")
    assert told(hub, report("alarm")).status == "opened"
    (issue,) = hub.state.issues.values()
    assert (issue.labels, (issue.body or "").partition("\n")[0]) == (
        ["monitoring"],
        "<!-- mlops:monitoring:er alarm -->",
    )
    writes = len(hub.requests("POST")) + len(hub.requests("PATCH"))
    assert told(hub, report("alarm")).status == "unchanged"
    assert len(hub.requests("POST")) + len(hub.requests("PATCH")) == writes
    assert told(hub, report("alarm", psi=0.31)).status == "updated"
    assert "0.310" in (issue.body or "")
    assert told(hub, report(realised="unknown")).status == "updated"  # half of it is not known: nothing is over
    assert states(hub) == ["open"]
    assert [told(hub, report()).status for _ in range(2)] == ["closed", "clean"]
    [comment] = hub.comments(issue.number)
    assert "every measured part is well as of 2025-01-31" in comment.body
    assert told(hub, report(realised="unknown")).status == "unchanged"
    assert states(hub) == ["closed"]
    assert told(hub, report("alarm", as_of=DAY + timedelta(days=1))).status == "opened"
    assert states(hub) == ["open"]


def test_a_strangers_note_is_left_alone(hub: Hub) -> None:
    body = body_of(report("alarm"), Subject("monitoring:er", ""), None)
    number = hub.add_issue(author="stranger", body=body)
    assert told(hub, report("alarm")).url.endswith("/2")
    assert told(hub, report()).status == "closed"
    assert hub.state.issues[number].state == "open"


def test_a_training_is_dispatched_once_in_the_cooldown(hub: Hub) -> None:
    able(hub)
    first = told(hub, report("alarm", retrain="dispatch"), TRAIN)
    assert first.run_id
    assert told(hub, report("alarm", retrain="dispatch"), TRAIN).run_id == ""
    told(hub, report(as_of=DAY + timedelta(days=1)), TRAIN)  # over, and back within the cooldown
    again = told(hub, report("alarm", retrain="dispatch", as_of=DAY + timedelta(days=6)), TRAIN)
    assert (again.status, again.run_id, "none before 2025-02-07" in again.note) == ("opened", "", True)
    assert f"run {first.run_id}" in (hub.state.issues[1].body or "")
    later = told(hub, report("alarm", retrain="dispatch", as_of=DAY + timedelta(days=7)), TRAIN)
    assert later.run_id not in {"", first.run_id}
    assert len(hub.requests("POST", "/dispatches")) == 2


@pytest.mark.parametrize("policy", ["never", "ask"])
def test_no_training_without_the_policy_or_for_an_estimate_alone(hub: Hub, policy: str) -> None:
    able(hub)
    assert told(hub, report("alarm", retrain=policy), TRAIN).run_id == ""  # type: ignore[arg-type]  # one of the words
    guess = report("alarm", retrain="dispatch")
    guess = guess.model_copy(update={"retraining": guess.retraining.model_copy(update={"wanted": False})})
    assert told(hub, guess, TRAIN).run_id == ""
    assert "no workflow was named" in told(hub, report("alarm", retrain="dispatch")).note
    assert hub.requests("POST", "/dispatches") == []
