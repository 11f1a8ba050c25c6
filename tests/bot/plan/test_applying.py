"""Planning and applying over HTTP: few requests, no write too many, and nothing touched that is not declared."""

from copy import deepcopy
from typing import Any

import pytest

from mlops.bot.effects import StoppedError
from mlops.bot.plan.actual import seen
from mlops.bot.plan.applying import apply
from mlops.bot.plan.desired import desired
from mlops.bot.plan.difference import plan_of
from mlops.bot.plan.model import Applied, Plan, Wanted
from mlops.bot.reading import Reader
from mlops.errors import UnavailableError
from mlops.github_settings import GitHubSettings
from tests import factories
from tests.bot import world
from tests.conftest import git
from tests.fakes.github import Hub

ACTIONS = 15368
CHECK = {"context": "ER Precision Gate", "app_id": ACTIONS}
RULESET = {"main": {"checks": [CHECK]}}
PROTECTION = {"main": {"as": "protection", "checks": [CHECK]}}


def declared(**tables: Any) -> tuple[Wanted, ...]:
    """Return the settings that a table ``[github]`` declares."""
    settings = GitHubSettings.model_validate(tables, strict=False)
    return desired(settings, factories.manifest() if settings.dataset_variables else None, owner="acme")


def planned(hub: Hub, wanted: tuple[Wanted, ...], token: str = "") -> Plan:
    """Return the plan, made by a client that cannot write."""
    client = world.client(hub, token=token or hub.app_token)
    reader = Reader(client.settings, client.deadline, seconds_between_requests=None, seconds_between_writes=None)
    return plan_of(hub.repository, wanted, seen(reader, wanted))


def applied(hub: Hub, wanted: tuple[Wanted, ...], token: str = "") -> Applied:
    """Apply and return what was done."""
    return apply(world.client(hub, token=token or hub.app_token), wanted)


def writes(hub: Hub) -> int:
    """Return how many requests were not GETs."""
    return sum(exchange.method != "GET" for exchange in hub.log)


def thirty() -> tuple[Wanted, ...]:
    """Return thirty settings of all kinds, three environments among them."""
    limits = {"reviewers": ["octocat", "acme/ml-platform"], "prevent_self_review": True, "wait_minutes": 5}
    return declared(
        dataset_variables="er",
        variables={f"NAME_{n}": str(n) for n in range(13)},
        labels={f"label {n}": {"color": "b60205", "description": "x"} for n in range(10)},
        environments={
            name: limits | {"branches": ["main", "rel/*"]} for name in ("production", "staging", "mlops-bot")
        },
        branches=RULESET | {"next": {"as": "protection", "strict": True, "checks": [CHECK]}},
    )


@pytest.fixture
def branched(hub: Hub) -> Hub:
    """Return a stand-in with people, a team and a second branch."""
    hub.add_user("octocat")
    hub.add_team("ml-platform")
    git(hub.bare, "branch", "next", "main")
    return hub


def test_thirty_settings_are_planned_applied_and_planned_again(branched: Hub) -> None:
    wanted = thirty()
    assert len(wanted) == 30
    before = planned(branched, wanted)
    assert ({change.kind for change in before.changes}, writes(branched)) == ({"create"}, 0)

    done = applied(branched, wanted)
    assert (done.changed, done.refused) == (before.changes, ())
    for _ in range(2):
        branched.log.clear()
        assert planned(branched, wanted).clean
        assert len(branched.log) <= 12
        assert writes(branched) == 0

    branched.log.clear()
    again = applied(branched, wanted)
    assert (again.changed, again.refused, writes(branched)) == ((), (), 0)


def test_only_what_differs_is_written(branched: Hub) -> None:
    wanted = thirty()
    applied(branched, wanted)
    branched.set_variable("NAME_3", "other")
    branched.add_label("LABEL 4", "ffffff", "x")
    branched.state.environments["staging"].wait_timer = 0
    branched.state.protections["next"].strict = False
    branched.log.clear()
    done = applied(branched, wanted)
    assert [(each.section, each.name, each.field, each.before, each.after) for each in done.changed] == [
        ("variables", "NAME_3", "value", "other", "3"),
        ("labels", "label 4", "color", "ffffff", "b60205"),
        ("environments", "staging", "wait_minutes", 0, 5),
        ("branches", "next", "strict", False, True),
    ]
    assert [(each.method, each.path.rpartition("er-models/")[2]) for each in branched.log if each.method != "GET"] == [
        ("PATCH", "actions/variables/NAME_3"),
        ("PATCH", "labels/label%204"),
        ("PUT", "environments/staging"),
        ("PATCH", "branches/next/protection/required_status_checks"),
    ]
    assert planned(branched, wanted).clean


def test_a_ruleset_that_is_there_is_extended(hub: Hub) -> None:
    bypass = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "pull_request"}]
    lint = {"context": "Lint", "integration_id": 7}
    checks = {"type": "required_status_checks", "parameters": {
        "strict_required_status_checks_policy": True, "required_status_checks": [lint]}}  # fmt: skip
    hub.add_ruleset("precision gate", [{"type": "deletion"}, checks], bypass_actors=bypass)
    hub.add_ruleset("Another", [{"type": "non_fast_forward"}], of_organization=True)
    before = deepcopy(hub.ruleset("precision gate"))
    another = deepcopy(hub.ruleset("Another"))
    plan = planned(hub, declared(branches=RULESET))
    assert [(each.kind, each.field) for each in plan.changes] == [("change", "checks.ER Precision Gate")]
    assert applied(hub, declared(branches=RULESET)).refused == ()

    after = deepcopy(hub.ruleset("precision gate"))
    required = after.rules[1]["parameters"].pop("required_status_checks")
    before.rules[1]["parameters"].pop("required_status_checks")
    assert required == [lint, {"context": "ER Precision Gate", "integration_id": ACTIONS}]
    after.updated = before.updated
    assert (after, hub.ruleset("Another")) == (before, another)
    assert planned(hub, declared(branches=RULESET)).clean


def test_patterns_of_an_environment_become_exactly_the_declared_ones(hub: Hub) -> None:
    environment = hub.add_environment("Production", reviewers=["octocat"], wait_timer=7, branches=["*", "main"])
    environment.patterns[0].kind = "tag"
    environment.patterns[0].name = "v*"
    wanted = declared(environments={"production": {"branches": ["main", "rel/*"]}})
    applied(hub, wanted)
    found = hub.state.environments["production"]
    assert [(each.name, each.kind) for each in found.patterns] == [
        ("v*", "tag"),
        ("main", "branch"),
        ("rel/*", "branch"),
    ]
    assert (len(found.reviewers), found.wait_timer) == (1, 7)
    assert hub.requests("PUT") == []
    hub.state.environments["production"].patterns.pop()
    applied(hub, declared(environments={"production": {"branches": ["rel/*"]}}))
    assert [each.name for each in found.patterns] == ["v*", "rel/*"]


def test_reviewers_and_patterns_may_be_given_up(hub: Hub) -> None:
    hub.add_environment("p", reviewers=["octocat"], prevent_self_review=True, branches=["v*"]).patterns[0].kind = "tag"
    done = applied(hub, declared(environments={"p": {"reviewers": [], "branches": "protected"}}))
    assert ([each.field for each in done.changed], done.refused) == (["reviewers", "branches"], ())


def test_everybody_may_deploy_until_branches_are_named(hub: Hub) -> None:
    hub.add_environment("production", reviewers=["octocat"])
    for branches, policy in ((["main"], "custom"), ("protected", "protected")):
        wanted = declared(environments={"production": {"branches": branches}})
        assert applied(hub, wanted).refused == ()
        found = hub.state.environments["production"]
        assert (found.policy, len(found.reviewers)) == (policy, 1)
        assert planned(hub, wanted).clean


def test_a_plan_without_reviewers_refuses_them_and_takes_the_rest(hub: Hub) -> None:
    hub.state.protectable = False
    wanted = declared(
        environments={"a": {"branches": ["main"]}, "b": {"reviewers": ["octocat"]}},
        branches=RULESET | {"next": {"as": "protection", "checks": [CHECK]}},
    )
    plan = planned(hub, wanted)
    assert [(each.section, each.name) for each in plan.unknown] == [("branches", "main"), ("branches", "next")]
    assert "no such feature" in plan.unknown[0].what
    assert "public" in plan.unknown[0].fix
    done = applied(hub, wanted)
    assert [each.name for each in done.changed] == ["a"]
    assert [each.name for each in done.refused] == ["main", "next", "b"]
    assert "billing plan" in done.refused[2].found


def test_a_person_whom_github_does_not_know_is_refused_by_name(hub: Hub) -> None:
    done = applied(hub, declared(environments={"p": {"reviewers": ["nobody-here"]}}, variables={"A": "1"}))
    assert (hub.variables, [each.name for each in done.refused]) == ({"A": "1"}, ["p"])
    assert hub.state.environments == {}


def test_what_github_drops_without_a_word_is_told(hub: Hub) -> None:
    wanted = declared(environments={"p": {"reviewers": ["octocat"], "wait_minutes": 5}})

    def lose() -> None:
        hub.state.environments["p"].reviewers.clear()

    hub.faults.after("PUT", r"/environments/p$", lose)
    done = applied(hub, wanted)
    assert [each.field for each in done.changed] == ["wait_minutes"]
    assert [(each.name, each.found) for each in done.refused] == [("p: reviewers", "declared octocat, kept nobody")]


def test_what_changes_beside_the_declared_is_told(hub: Hub) -> None:
    hub.protect("main", {"required_status_checks": {"strict": True, "checks": []}, "enforce_admins": True})
    switches = hub.state.protections["main"].switches
    switches["required_linear_history"] = True
    hub.faults.after("PATCH", r"/required_status_checks$", switches.clear)
    done = applied(hub, declared(branches=PROTECTION))
    assert [each.what for each in done.refused] == ["More changed than what is declared."]


def test_who_was_faster_is_not_overwritten(hub: Hub) -> None:
    hub.set_variable("A", "old")
    hub.faults.after("GET", r"/actions/variables$", lambda: hub.set_variable("A", "new"))
    done = applied(hub, declared(variables={"A": "new"}))
    assert (done.changed, done.refused, writes(hub)) == ((), (), 0)


@pytest.mark.parametrize(("branch", "what"), [("gone", "does not know"), ("main", "lacks a permission")])
def test_a_protection_that_cannot_be_read_is_unknown_and_not_absent(hub: Hub, branch: str, what: str) -> None:
    wanted = declared(branches={branch: PROTECTION["main"]})
    token = hub.app_token if branch == "gone" else hub.token
    plan = planned(hub, wanted, token)
    assert (plan.changes, [each.name for each in plan.unknown]) == ((), [branch])
    assert what in plan.unknown[0].what
    assert applied(hub, wanted, token).refused[0].name == branch
    assert writes(hub) == 0


def test_a_protection_that_is_not_there_is_made(hub: Hub) -> None:
    wanted = declared(branches=PROTECTION)
    assert {each.kind for each in planned(hub, wanted).changes} == {"create"}
    assert applied(hub, wanted).refused == ()
    assert hub.state.protections["main"].checks == {"ER Precision Gate": ACTIONS}


def test_variables_are_found_on_all_pages_of_which_github_fills_none_with_more_than_thirty(hub: Hub) -> None:
    for n in range(65):
        hub.set_variable(f"A_{n:02}", "1")
    assert planned(hub, declared(variables={"A_64": "1"})).clean
    assert len(hub.log) == 3


def test_a_github_that_does_not_answer_is_no_unknown_setting(hub: Hub) -> None:
    hub.faults.answer("GET", r"/actions/variables$", 503, times=100)
    client = world.client(hub, token=hub.app_token, deadline=1)
    with pytest.raises(UnavailableError, match="did not do it in time"):
        seen(client, declared(variables={"A": "1"}))


def test_being_stopped_ends_it_at_once(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise StoppedError("cancelled")

    client = world.client(hub, token=hub.app_token)
    monkeypatch.setattr(client, "make", stop)
    with pytest.raises(StoppedError):
        apply(client, declared(variables={"A": "1", "B": "2"}))
