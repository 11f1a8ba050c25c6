"""Comparing, merging and telling: pure functions of what is declared and what GitHub answers."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.bot.answers import DeniedError
from mlops.bot.plan import checks, environments, lists, protecting, rulesets
from mlops.bot.plan.checks import ANY, Entry
from mlops.bot.plan.desired import desired
from mlops.bot.plan.difference import changes_of, plan_of
from mlops.bot.plan.environments import Environment, Policy, Reviewer
from mlops.bot.plan.model import Change, Plan, Refusal, Seen, Value, Wanted
from mlops.bot.plan.page import plan_page
from mlops.bot.plan.words import heading, shown
from mlops.bot.variables import Variable
from mlops.errors import UsageRefusedError
from mlops.github_settings import GitHubSettings
from tests import factories

ACTIONS = 15368
PINNED: dict[str, Value] = {"checks.CI": f"app {ACTIONS}"}


def settings(**tables: Any) -> GitHubSettings:
    """Return settings as the TOML would give them."""
    return GitHubSettings.model_validate(tables, strict=False)


def wanted(fields: Mapping[str, Value], section: str = "branches", name: str = "main", form: str = "") -> Wanted:
    """Return one declared setting."""
    return Wanted(section, name, fields, form)  # type: ignore[arg-type]  # a test names the section


# What is declared


def test_everything_that_is_declared_is_wanted_once() -> None:
    found = desired(
        settings(
            dataset_variables="er",
            variables={"B": "2"},
            labels={"drift": {"color": "#B60205"}},
            environments={"p": {"reviewers": ["octocat", "acme/ml"], "branches": ["main"]}, "q": {}},
            branches={"main": {"as": "protection", "strict": True, "checks": [{"context": "CI", "app_id": ACTIONS}]}},
        ),
        factories.manifest(),
        owner="acme",
    )
    assert [(each.section, each.name, dict(each.fields)) for each in found] == [
        ("variables", "B", {"value": "2"}),
        ("variables", "ML_DATASET_DATE", {"value": "20251020"}),
        ("variables", "ML_DATASET_HASH", {"value": factories.DATA_SHA256}),
        ("labels", "drift", {"color": "b60205"}),
        ("environments", "p", {"reviewers": ("acme/ml", "octocat"), "branches": ("main",)}),
        ("environments", "q", {}),
        ("branches", "main", {"strict": True, "checks.CI": "app 15368"}),
    ]


def test_a_team_of_another_organisation_cannot_review() -> None:
    declared = settings(environments={"p": {"reviewers": ["other/ml"]}})
    with pytest.raises(UsageRefusedError) as refusal:
        desired(declared, None, owner="acme")
    assert refusal.value.field == "github.environments.p.reviewers"


# What differs

VALUES = st.one_of(st.booleans(), st.integers(), st.text(), st.tuples(st.text(), st.text()))


@given(st.dictionaries(st.text(min_size=1), VALUES))
def test_equal_states_give_an_empty_plan(fields: dict[str, Value]) -> None:
    assert list(changes_of(wanted(fields), dict(fields))) == []


@given(st.dictionaries(st.text(min_size=1), VALUES, min_size=1), st.data())
def test_every_field_that_differs_is_told_and_no_other(fields: dict[str, Value], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(fields)))
    changes = list(changes_of(wanted(fields), fields | {name: "something else", "foreign": 1}))
    assert [(each.field, each.kind) for each in changes] == (
        [(name, "change")] if fields[name] != "something else" else []
    )


def test_what_is_missing_is_created_with_all_its_fields_even_if_there_are_none() -> None:
    found = list(changes_of(wanted({"a": 0, "b": False}), None))
    assert [(each.kind, each.field, each.before, each.after) for each in found] == [
        ("create", "a", None, 0),
        ("create", "b", None, False),
    ]
    assert [(each.kind, each.field) for each in changes_of(wanted({}), None)] == [("create", "")]
    assert list(changes_of(wanted({}), {})) == []


def test_false_and_zero_are_not_the_same() -> None:
    assert len(list(changes_of(wanted({"a": False}), {"a": 0}))) == 1


def test_what_could_not_be_read_is_no_difference_and_not_clean() -> None:
    unknown = Refusal(section="branches", what="denied")
    plan = plan_of("acme/x", [wanted({"a": 1})], Seen({}, (unknown,)))
    assert (plan.changes, plan.unknown, plan.clean, plan.managed) == ((), (unknown,), False, 1)


@pytest.mark.parametrize(("there", "same"), [("x", True), ("x\n", True), ("x \r\n", True), ("X", False), (" x", False)])
def test_white_space_at_the_end_of_a_variable_is_no_difference(there: str, *, same: bool) -> None:
    each = wanted({"value": "x"}, "variables", "A")
    assert (list(changes_of(each, lists.variable_fields(each, Variable(name="A", value=there)))) == []) is same


def test_a_label_is_compared_in_what_is_declared_of_it() -> None:
    found = lists.Label(name="Drift", color="B60205", description=None)
    colour = wanted({"color": "b60205"}, "labels", "drift")
    assert list(changes_of(colour, lists.label_fields(colour, found))) == []
    described = wanted({"color": "b60205", "description": ""}, "labels", "drift")
    assert list(changes_of(described, lists.label_fields(described, found))) == []


# Required checks


@pytest.mark.parametrize(
    ("entries", "seen"),
    [
        ([], None),
        ([Entry("CI", ANY)], "any app"),
        ([Entry("CI", 7)], "app 7"),
        ([Entry("CI", ACTIONS)], "app 15368"),
        ([Entry("CI", ANY), Entry("CI", ACTIONS)], "app 15368"),
        ([Entry("CI", ANY), Entry("CI", 7)], "any app, app 7"),
        ([Entry("Other", ACTIONS)], None),
    ],
)
def test_the_source_of_a_check_is_compared(entries: list[Entry], seen: str | None) -> None:
    assert checks.seen(PINNED, entries, strict=True) == {"checks.CI": seen}


def test_a_check_without_a_declared_app_may_come_from_the_app_that_github_chose() -> None:
    for app in (ANY, 7):
        assert checks.seen({"checks.CI": "required"}, [Entry("CI", app)], strict=None) == {"checks.CI": "required"}


def test_other_required_checks_stay_where_they_are() -> None:
    there = [Entry("Lint", ANY), Entry("CI", ANY), Entry("Build", 7)]
    assert checks.merged(PINNED, there) == [Entry("Lint", ANY), Entry("CI", ACTIONS), Entry("Build", 7)]
    assert checks.merged(PINNED, [Entry("CI", ANY), Entry("CI", 7)]) == [Entry("CI", ACTIONS)]
    assert checks.merged(PINNED | {"checks.Gate": "required"}, []) == [Entry("CI", ACTIONS), Entry("Gate", None)]


@given(st.lists(st.builds(Entry, st.sampled_from(["CI", "A", "B"]), st.sampled_from([ANY, 1, ACTIONS]))))
def test_after_merging_nothing_differs_and_nothing_foreign_is_lost(there: list[Entry]) -> None:
    after = checks.merged(PINNED, there)
    assert checks.seen(PINNED, after, strict=True) == PINNED
    assert set(checks.foreign(PINNED, after)) == set(checks.foreign(PINNED, there))


# Protection


def actors(*names: str) -> dict[str, Any]:
    """Return people, a team and an App as GitHub answers them."""
    users, teams, apps = ([{key: f"{name}-{key}", "id": 1} for name in names] for key in ("login", "slug", "slug"))
    return {"users": users, "teams": teams, "apps": apps, "users_url": "u", "url": "x"}


GUARDED: dict[str, Any] = {
    "url": "x",
    "enforce_admins": {"url": "x", "enabled": True},
    "required_pull_request_reviews": {
        "url": "x",
        "dismiss_stale_reviews": True,
        "require_code_owner_reviews": True,
        "required_approving_review_count": 2,
        "require_last_push_approval": True,
        "dismissal_restrictions": actors("lead"),
        "bypass_pull_request_allowances": actors("bot", "another"),
    },
    "restrictions": actors("pusher"),
    "required_signatures": {"enabled": True},
    "required_linear_history": {"enabled": True},
    "allow_force_pushes": {"enabled": False},
    "lock_branch": {"enabled": True},
    "block_creations": {"enabled": True},
    "allow_fork_syncing": {"enabled": True},
    "required_conversation_resolution": {"enabled": True},
}


def test_a_protection_without_checks_is_written_back_whole_with_ours() -> None:
    names = {kind: [f"lead-{key}"] for kind, key in (("users", "login"), ("teams", "slug"), ("apps", "slug"))}
    body = protecting.whole_body(wanted(PINNED), GUARDED)
    assert body["required_status_checks"] == {
        "strict": False,
        "checks": [{"context": "CI", "app_id": ACTIONS}],
    }
    assert body["enforce_admins"] is True
    reviews = body["required_pull_request_reviews"]
    assert reviews["dismissal_restrictions"] == names
    assert reviews["bypass_pull_request_allowances"]["users"] == ["another-login", "bot-login"]
    assert (reviews["required_approving_review_count"], reviews["require_last_push_approval"]) == (2, True)
    assert body["restrictions"]["apps"] == ["pusher-slug"]
    switches = ("required_linear_history", "lock_branch", "block_creations", "required_conversation_resolution")
    assert [body[name] for name in (*switches, "allow_fork_syncing", "allow_force_pushes")] == [*[True] * 5, False]


def test_restrictions_that_name_nobody_are_kept() -> None:
    body = protecting.whole_body(wanted(PINNED), {"restrictions": {"users": [], "teams": [], "apps": []}})
    assert body["restrictions"] == {"users": [], "teams": [], "apps": []}


def test_a_new_protection_asks_for_nothing_but_the_checks() -> None:
    body = protecting.whole_body(wanted(PINNED | {"strict": True}), None)
    assert body.pop("required_status_checks")["strict"] is True
    assert body == {"enforce_admins": None, "required_pull_request_reviews": None, "restrictions": None}


def test_a_foreign_check_from_any_app_is_not_pinned_by_writing_it_back() -> None:
    there = {"required_status_checks": {"strict": True, "checks": [{"context": "Lint", "app_id": None}]}}
    assert protecting.required_body(wanted(PINNED), there) == {
        "strict": True,
        "checks": [{"context": "Lint", "app_id": -1}, {"context": "CI", "app_id": ACTIONS}],
    }


def test_an_older_server_names_contexts_alone() -> None:
    there = {"required_status_checks": {"strict": False, "contexts": ["CI"]}}
    assert protecting.fields(wanted(PINNED), there) == {"checks.CI": "any app"}


@pytest.mark.parametrize("name", [name for name in GUARDED if name != "url"])
def test_whatever_else_changes_in_a_protection_is_noticed(name: str) -> None:
    each = wanted(PINNED)
    without = {key: value for key, value in GUARDED.items() if key != name}
    assert protecting.foreign(each, without) != protecting.foreign(each, GUARDED)
    with_ours = GUARDED | {"required_status_checks": {"strict": True, "checks": [{"context": "CI", "app_id": 1}]}}
    assert protecting.foreign(each, with_ours) == protecting.foreign(each, GUARDED | {"url": "y"})


# Rulesets

FORM = "ruleset Precision Gate"
RULED = rulesets.declared("main") | PINNED
THERE: dict[str, Any] = {
    "id": 1,
    "name": "Precision Gate",
    "target": "branch",
    "enforcement": "disabled",
    "bypass_actors": [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}],
    "conditions": {"ref_name": {"include": ["refs/heads/next"], "exclude": ["refs/heads/main", "refs/heads/x"]}},
    "rules": [
        {"type": "deletion"},
        {
            "type": "required_status_checks",
            "parameters": {
                "strict_required_status_checks_policy": True,
                "do_not_enforce_on_create": True,
                "required_status_checks": [{"context": "Lint"}, {"context": "CI", "integration_id": 7}],
            },
        },
        {"type": "required_linear_history"},
    ],
    "updated_at": "2025-10-20T00:00:00Z",
}


def test_a_ruleset_keeps_its_other_rules_checks_branches_and_whom_it_lets_by() -> None:
    each = wanted(RULED, form=FORM)
    body = rulesets.body(each, THERE)
    assert (body["enforcement"], body["bypass_actors"]) == ("active", THERE["bypass_actors"])
    assert body["conditions"]["ref_name"] == {
        "include": ["refs/heads/next", "refs/heads/main"],
        "exclude": ["refs/heads/x"],
    }
    assert [rule["type"] for rule in body["rules"]] == ["deletion", "required_status_checks", "required_linear_history"]
    assert body["rules"][1]["parameters"] == {
        "strict_required_status_checks_policy": True,
        "do_not_enforce_on_create": True,
        "required_status_checks": [{"context": "Lint"}, {"context": "CI", "integration_id": ACTIONS}],
    }
    assert "updated_at" not in body
    assert list(changes_of(each, rulesets.fields(each, body))) == []
    assert rulesets.foreign(each, body) == rulesets.foreign(each, THERE)


def test_a_ruleset_whose_bypass_is_not_shown_is_not_written() -> None:
    hidden = {name: value for name, value in THERE.items() if name != "bypass_actors"}
    with pytest.raises(DeniedError, match="not shown") as refusal:
        rulesets.body(wanted(RULED, form=FORM), hidden)
    assert refusal.value.expected == "administration: write"


@pytest.mark.parametrize(
    ("include", "exclude", "branch", "covered"),
    [
        (["refs/heads/main"], [], "main", True),
        (["refs/heads/main"], [], "maint", False),
        (["~ALL"], [], "anything", True),
        (["~DEFAULT_BRANCH"], [], "main", True),
        (["~DEFAULT_BRANCH"], [], "next", False),
        (["refs/heads/rel/*"], [], "rel/1", True),
        (["refs/heads/rel/*"], [], "rel/1/2", False),
        (["refs/heads/rel/**/*"], [], "rel/1/2", True),
        (["refs/heads/**"], [], "rel/1/2", True),
        (["refs/heads/m?in"], [], "main", True),
        (["refs/heads/*"], ["refs/heads/main"], "main", False),
        (["refs/heads/*"], [], "rel*", False),
        (["refs/heads/rel*"], [], "rel*", True),
        ([], [], "main", False),
    ],
)
def test_whether_a_ruleset_is_about_a_branch(
    include: list[str], exclude: list[str], branch: str, *, covered: bool
) -> None:
    raw = {"conditions": {"ref_name": {"include": include, "exclude": exclude}}, "default_branch": "main"}
    assert rulesets.covers(raw, branch) is covered


# Environments

OCTOCAT, TEAM = Reviewer("User", 1, "OctoCat"), Reviewer("Team", 2, "acme/ml")


def test_people_are_compared_whatever_the_order_and_the_capitals() -> None:
    each = wanted({"reviewers": ("acme/ml", "octocat")}, "environments", "p")
    assert environments.fields(each, Environment((OCTOCAT, TEAM))) == each.fields
    changes = changes_of(each, environments.fields(each, Environment((TEAM,))))
    assert next(changes).before == ("acme/ml",)


def test_branches_are_compared_whatever_the_order_and_tags_are_not_ours() -> None:
    patterns = (Policy(id=1, name="v*", type="tag"), Policy(id=2, name="rel/*"), Policy(id=3, name="main"))
    found = Environment(policy="custom", patterns=patterns)
    each = wanted({"branches": ("main", "rel/*")}, "environments", "p")
    assert environments.fields(each, found) == each.fields
    assert environments.fields(each, Environment()) == {"branches": "every branch"}
    assert environments.fields(each, Environment(policy="protected")) == {"branches": "protected"}


def test_what_is_not_declared_of_an_environment_is_written_back() -> None:
    there = Environment((OCTOCAT,), prevent_self_review=True, wait_minutes=30, policy="protected", admins_bypass=False)
    body = environments.body(wanted({"wait_minutes": 0}, "environments", "p"), there, ())
    assert body == {
        "wait_timer": 0,
        "prevent_self_review": True,
        "reviewers": [{"type": "User", "id": 1}],
        "deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False},
        "can_admins_bypass": False,
    }


def test_what_was_never_asked_for_is_not_mentioned_because_plans_refuse_even_its_default() -> None:
    each = wanted({"wait_minutes": 0, "prevent_self_review": False, "reviewers": ()}, "environments", "p")
    assert environments.body(each, None, ()) == {}
    assert environments.body(each, Environment((OCTOCAT,)), ()) == {"reviewers": []}


def test_without_reviewers_nobody_is_kept_from_reviewing_himself() -> None:
    each = wanted({"reviewers": ()}, "environments", "p")
    there = Environment((OCTOCAT,), prevent_self_review=True)
    assert environments.body(each, there, ()) == {"reviewers": [], "prevent_self_review": False}


# Words


def test_two_long_values_that_begin_alike_are_told_apart() -> None:
    one, other = "x" * 100 + "1", "x" * 100 + "2"
    assert shown(one, other) != shown(other, one)
    assert [shown(value) for value in (None, True, (), ("a", "b"), 3, "")] == [
        "nothing", "true", "nobody", "a, b", "3", '""',
    ]  # fmt: skip


def test_a_plan_in_one_line() -> None:
    change: dict[str, Any] = {"section": "labels", "name": "x", "field": "color", "kind": "create", "after": "aaaaaa"}
    plan = Plan(repository="acme/x", managed=1)
    assert heading(plan) == "nothing to change; 1 setting is declared"
    plan = Plan(
        repository="acme/x",
        managed=3,
        changes=(Change(**change), Change(**change | {"field": "description"})),
        unknown=(Refusal(section="variables", what=""), Refusal(section="branches", name="main", what="")),
    )
    assert heading(plan) == "1 to create, variables and branches main unknown; 3 settings are declared"


def test_hostile_text_leaves_the_page_as_it_is() -> None:
    hostile = "a\n| x | <img src=x> @acme/team #1 [link](http://evil.example) ```"
    change = Change(
        section="variables", name=hostile, form=hostile, field=hostile, kind="change", before=hostile, after=1
    )
    unknown = Refusal(section="branches", name=hostile, what=hostile, needs=hostile, found=hostile, fix=hostile)
    page = plan_page(Plan(repository="acme/x", managed=1, changes=(change,), unknown=(unknown,)))
    assert [line.count("|") for line in page.splitlines() if line.startswith("|")] == [6, 6, 6, 7, 7, 7]
    for forbidden in ("<img", "@acme", " #1", "](", "```"):
        assert forbidden not in page


def test_a_reviewer_whose_account_is_gone_approves_nothing() -> None:
    gone = {"type": "User", "reviewer": None}
    there = {"type": "User", "reviewer": {"id": 1, "login": "octocat"}}
    raw = {"name": "p", "protection_rules": [{"type": "required_reviewers", "reviewers": [gone, there]}]}
    assert environments.parsed(raw, "acme").reviewers == (Reviewer("User", 1, "octocat"),)
