"""What came of a deployment, as GitHub shows it: a deployment for each task and model, and how it stands."""

from collections.abc import Mapping
from typing import Any

import pytest

from mlops.bot import deployments
from mlops.bot.deployments import Subject
from mlops.bot.recorded import Line, record
from mlops.deploy.outcome import Outcome, Reconciled
from mlops.hashing import sha256_bytes
from tests.bot import world
from tests.fakes.github import Hub

OLD, NEW = "er_20251020", "er_20251027"
SHA256 = {model: sha256_bytes(model.encode()) for model in (OLD, NEW)}


def said(
    hub: Hub, state: str = "live", model: str = NEW, declared: Mapping[str, str] | None = None, **changes: str
) -> Line:
    sha256 = SHA256.get(model, "")
    values = {"state": state, "model_id": model, "artifact_sha256": sha256, "serves": model, **changes}
    tasks = {"er": Outcome.model_validate(values)}
    report = Reconciled(environment="production", target="served", commit=world.head(hub), tasks=tasks)
    [line] = record(world.client(hub), report, declared)
    return line


def newest(hub: Hub) -> dict[str, str]:
    """Return by model how its deployment stands."""
    found = hub.state.deployments.values()
    return {one.payload["model_id"]: one.statuses[-1].state for one in found if isinstance(one.payload, dict)}


def test_what_is_live_succeeded_and_what_it_replaced_is_ended(hub: Hub) -> None:
    said(hub, model=OLD)
    done = said(hub, model=NEW)
    assert (done.state, done.url) == ("success", "https://github.com/acme/er-models/deployments/production")
    assert newest(hub) == {OLD: "inactive", NEW: "success"}
    assert deployments.active(world.client(hub), "production") == {"er": NEW}


def test_a_second_time_nothing_is_said(hub: Hub) -> None:
    said(hub)
    writes = len(world.writes(hub))
    said(hub)
    assert len(world.writes(hub)) == writes


def test_row_45_a_model_that_was_not_taken_failed_and_both_versions_are_named(hub: Hub) -> None:
    said(hub, model=OLD)
    line = said(hub, "rolled back", serves=OLD, reason="The server does not answer: timed out")
    assert newest(hub) == {OLD: "success", NEW: "failure"}
    last = next(one for one in hub.state.deployments.values() if newest(hub).get(NEW) == one.statuses[-1].state)
    text = f"{NEW} was not taken; {OLD} is served again. The server does not answer: timed out"
    assert last.statuses[-1].description == text
    assert text in line.text


def test_a_long_reason_is_cut_where_github_would_refuse_it(hub: Hub) -> None:
    said(hub, "failed", serves="", reason="x" * 500)
    [found] = hub.state.deployments.values()
    assert len(found.statuses[-1].description or "") == 140


def test_a_trial_is_in_progress_and_ends_nothing(hub: Hub) -> None:
    said(hub, model=OLD)
    said(hub, "on trial", serves=OLD, reason="The canary answers 5 % of the entities.")
    assert newest(hub) == {OLD: "success", NEW: "in_progress"}
    said(hub)
    assert newest(hub) == {OLD: "inactive", NEW: "success"}


def test_what_is_taken_out_is_ended(hub: Hub) -> None:
    said(hub, model=OLD)
    other = Subject("production", "claims_20251006", SHA256[OLD], world.head(hub))
    deployments.record(world.client(hub), other, "success")
    assert said(hub, "taken out", model="").state == "inactive"
    assert newest(hub) == {OLD: "inactive", "claims_20251006": "success"}
    assert deployments.active(world.client(hub), "production") == {"claims": "claims_20251006"}


def test_a_model_without_a_card_has_no_deployment(hub: Hub) -> None:
    assert said(hub, "failed", artifact_sha256="", serves="", reason="No card.").state == "failure"
    assert hub.state.deployments == {}


@pytest.mark.parametrize(
    "wrong", [{"model_id": "claims_20251006"}, {"serves": "claims_20251006"}, {"state": "taken out"}, {"state": "done"}]
)
def test_a_report_that_contradicts_itself_is_none(hub: Hub, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"claims|named|Input should be"):
        said(hub, **wrong)


def test_a_report_that_was_overtaken_turns_nothing_back(hub: Hub) -> None:
    said(hub, model=OLD)
    said(hub, model=NEW)
    assert said(hub, model=OLD, declared={"er": NEW}).state == "inactive"
    assert said(hub, "taken out", model="", declared={"er": NEW}).state == "inactive"
    assert newest(hub) == {OLD: "inactive", NEW: "success"}
    assert said(hub, model=NEW, declared={"er": NEW}).state == "success"


def test_a_fault_while_a_model_is_served_on_does_not_say_that_it_failed(hub: Hub) -> None:
    said(hub)
    assert said(hub, "failed", reason="The target did not answer.").state == "success"
    assert newest(hub) == {NEW: "success"}


def test_what_could_not_be_taken_out_is_told(hub: Hub) -> None:
    line = said(hub, "failed", model="", serves=OLD, reason="The pointer is damaged.")
    assert (line.state, "could not be taken out" in line.text) == ("failure", True)
