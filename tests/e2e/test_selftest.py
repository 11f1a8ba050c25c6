"""The repository's own use of its actions, with assertions that stand in the workflow itself."""

import pytest

from tests.e2e.campaign import Campaign


@pytest.mark.scenario("selftest")
def test_the_actions_say_what_they_should(campaign: Campaign) -> None:
    run = campaign["selftest"]
    assert run.code == 0, run.explain()
    assert "All seven said what they should." in run["verdicts"].log
    assert {name: job.result for name, job in run.jobs.items()} == {
        "setup": "success", "verdicts": "success", "selftest": "success",
    }  # fmt: skip
