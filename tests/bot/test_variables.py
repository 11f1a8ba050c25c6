"""Variables: made, changed or left alone, and read back."""

import pytest

from mlops.bot.variables import of_dataset, set_all
from mlops.errors import UnavailableError
from tests import factories
from tests.bot import world
from tests.fakes.github import Hub

WANTED = {"ML_DATASET_DATE": "20251020", "ML_DATASET_HASH": factories.DATA_SHA256}


def set_them(hub: Hub) -> list[str]:
    return set_all(world.client(hub, token=hub.app_token), WANTED)


def test_a_manifest_says_what_they_are() -> None:
    assert of_dataset(factories.manifest()) == WANTED


def test_they_are_made_changed_and_left_alone(hub: Hub) -> None:
    hub.set_variable("ML_DATASET_DATE", "20240101")
    hub.set_variable("OTHER", "mine")
    assert set_them(hub) == ["ML_DATASET_DATE", "ML_DATASET_HASH"]
    assert hub.variables == {**WANTED, "OTHER": "mine"}
    writes = len(hub.requests("POST")) + len(hub.requests("PATCH"))
    assert set_them(hub) == []
    assert len(hub.requests("POST")) + len(hub.requests("PATCH")) == writes


@pytest.mark.parametrize("stored", [True, False])
def test_an_answer_that_was_lost_is_no_fault(hub: Hub, *, stored: bool) -> None:
    hub.faults.bad_gateway("POST", r"/variables$", stored=stored)
    set_them(hub)
    assert hub.variables == WANTED


def test_a_value_that_github_did_not_keep_is_told(hub: Hub) -> None:
    hub.set_variable("ML_DATASET_DATE", "20240101")
    hub.faults.after("PATCH", r"/variables/", lambda: hub.set_variable("ML_DATASET_DATE", "19990101"))
    with pytest.raises(UnavailableError, match="keeps another value") as caught:
        set_them(hub)
    assert (caught.value.expected, caught.value.found) == ("20251020", "19990101")


def test_the_token_of_a_workflow_is_told_that_it_never_may(hub: Hub) -> None:
    with pytest.raises(UnavailableError) as caught:
        set_all(world.client(hub), WANTED)
    assert caught.value.expected == "variables: write"
    assert "GITHUB_TOKEN can never do this" in caught.value.fix
