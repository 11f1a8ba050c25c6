"""The required check, dispatched, on pull requests and in a merge queue."""

import pytest

from tests.e2e.campaign import Campaign
from tests.e2e.scenarios import world_of


@pytest.mark.scenario("gate-pass")
def test_a_dispatched_gate_finds_the_artifact_of_another_run_and_passes_it(campaign: Campaign) -> None:
    run = campaign["gate-pass"]
    assert run.code == 0, run.explain()
    gate = run["gate"]
    assert gate.result == "success"
    assert gate.outputs["verdict"] == "pass"
    assert gate.outputs["model-id"] == "er_20251020"
    assert "92 %" in gate.summary
    assert not gate.errors()


@pytest.mark.scenario("gate-pass")
def test_what_judges_is_the_model_that_the_training_run_left(campaign: Campaign) -> None:
    trained, judged = campaign["train"]["train"].outputs, campaign["gate-pass"]["gate"].outputs
    assert judged["artifact-sha256"] == trained["artifact-sha256"]
    assert judged["dataset-hash"] == trained["dataset-hash"]


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        pytest.param("gate-fail", "fail", marks=pytest.mark.scenario("gate-fail")),
        pytest.param("gate-inconclusive", "inconclusive", marks=pytest.mark.scenario("gate-inconclusive")),
    ],
)
def test_what_does_not_pass_turns_the_check_red_and_says_what_to_do(
    campaign: Campaign, name: str, verdict: str
) -> None:
    run = campaign[name]
    gate = run["gate"]
    assert run.code != 0
    assert gate.result == "failure"
    assert gate.outputs["verdict"] == verdict
    assert gate.steps["Keep the verdict"] == "success"
    assert "Keep the judged model" not in gate.steps
    assert verdict in gate.summary.lower()
    assert "precision" in "\n".join(gate.errors())


@pytest.mark.scenario("gate-unknown-hash")
def test_a_hash_that_nothing_pins_gets_no_verdict_and_a_red_check(campaign: Campaign) -> None:
    run = campaign["gate-unknown-hash"]
    assert run["evidence"].result == "failure"
    assert run["gate"].result == "failure"
    assert "verdict" not in run["gate"].outputs
    assert "what was not judged does not pass" in "\n".join(run["gate"].errors())


@pytest.mark.scenario("pr-unrelated")
def test_a_pull_request_that_touches_no_model_passes_without_one(campaign: Campaign) -> None:
    run = campaign["pr-unrelated"]
    assert run.code == 0, run.explain()
    assert run["evidence"].outputs["judge"] == "false"
    assert run["gate"].result == "success"
    assert run["gate"].steps["Check that what is committed agrees"] == "success"
    assert "Judge" not in run["gate"].steps


@pytest.mark.scenario("merge-queue")
def test_a_merge_queue_gets_its_report_too(campaign: Campaign) -> None:
    run = campaign["merge-queue"]
    assert run.code == 0, run.explain()
    assert run["gate"].result == "success"


@pytest.mark.scenario("gate-tampered")
def test_an_artifact_that_was_tampered_with_gets_no_verdict(campaign: Campaign) -> None:
    run = campaign["gate-tampered"]
    assert run["evidence"].result == "failure"
    assert "sha256" in "\n".join(run["evidence"].errors())
    assert run["gate"].result == "failure"
    assert "verdict" not in run["gate"].outputs


@pytest.mark.scenario("pr-model")
def test_a_pull_request_is_judged_by_the_base_policy_beside_the_model_in_production(campaign: Campaign) -> None:
    run = campaign["pr-model"]
    gate = run["gate"]
    assert run["evidence"].outputs["judge"] == "true", run.explain()
    assert run["evidence"].outputs["champion"] == "er_20251020"
    assert gate.steps["Train the candidate from the change's pins"] == "success", run.explain()
    assert gate.outputs["verdict"] in {"pass", "fail", "inconclusive"}
    assert "This change would loosen the policy" in gate.summary
    assert "0.92 on the base branch, 0.5 here; 0.92 holds" in "\n".join(a.message for a in gate.annotations)
    assert "er_20251020" in gate.summary
    assert gate.result == ("success" if gate.outputs["verdict"] == "pass" else "failure")


@pytest.mark.scenario("pr-comment")
def test_the_verdict_is_told_on_the_pull_request(campaign: Campaign) -> None:
    number, run = campaign["pr-comment"]
    assert run.code == 0, run.explain()
    [comment] = world_of(campaign).hub.comments(number)
    assert comment.body.startswith("<!-- mlops:gate:er ")
    assert campaign["pr-model"]["gate"].outputs["verdict"] in comment.body
    assert "This change would loosen" in comment.body
