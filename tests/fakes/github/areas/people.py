"""Accounts, teams, and how many requests are left."""

import time

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.routing import LIMIT, Answer, Call, Problem, Routes
from tests.fakes.github.shapes import Json

ROUTES = Routes()
_COUNTS = ("public_repos", "public_gists", "followers", "following")
_UNSAID = ("name", "company", "blog", "location", "email", "hireable", "bio")
_OF_ORGANIZATION = ("repos", "events", "hooks", "issues")


def _person(call: Call, who: Account) -> Json:
    times = {"created_at": shapes.BEGAN, "updated_at": shapes.BEGAN}
    return shapes.account(call.urls, who) | dict.fromkeys(_UNSAID) | dict.fromkeys(_COUNTS, 0) | times


def _organization(call: Call) -> Json:
    """Return the organization that owns the repository."""
    owner = Account(call.state.owner)
    address = call.urls.top(f"/orgs/{owner.login}")
    return {
        "login": owner.login,
        "id": owner.number,
        "node_id": shapes.node("O", owner.number),
        "url": address,
        **{f"{name}_url": f"{address}/{name}" for name in _OF_ORGANIZATION},
        "members_url": f"{address}/members{{/member}}",
        "public_members_url": f"{address}/public_members{{/member}}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{owner.number}",
        "html_url": f"https://github.com/{owner.login}",
        "description": None,
        "has_organization_projects": True,
        "has_repository_projects": True,
        **dict.fromkeys(_COUNTS, 0),
        "created_at": shapes.BEGAN,
        "updated_at": shapes.BEGAN,
        "archived_at": None,
        "type": "Organization",
    }


def _refuse_others(call: Call) -> None:
    """Know no other organization than the owner of the repository."""
    owner = Account(call.state.owner)
    if owner.kind != "Organization" or call["org"].lower() != owner.login.lower():
        raise Problem(404)


@ROUTES("GET", "/users/{username}")
def get_user(call: Call) -> Answer:
    login = call["username"].lower()
    known = {name.lower(): Account(name) for name in (call.state.owner, *_tokens(call))} | call.state.people
    if login not in known:
        raise Problem(404)
    return Answer(200, _person(call, known[login]))


def _tokens(call: Call) -> list[str]:
    return [grant.account.login for grant in call.state.tokens.grants.values()]


@ROUTES("GET", "/user")
def get_self(call: Call) -> Answer:
    if call.account.kind == "Bot":
        raise Problem(403, "Resource not accessible by integration")
    return Answer(200, _person(call, call.account))


@ROUTES("GET", "/orgs/{org}")
def get_organization(call: Call) -> Answer:
    _refuse_others(call)
    return Answer(200, _organization(call))


@ROUTES("GET", "/orgs/{org}/teams/{team_slug}", "members")
def get_team(call: Call) -> Answer:
    _refuse_others(call)
    team = call.state.teams.get(call["team_slug"].lower())
    if team is None:
        raise Problem(404)
    times = {"created_at": team.created, "updated_at": team.created}
    counts = {"members_count": 1, "repos_count": 1}
    return Answer(200, shapes.team(call.urls, team) | times | counts | {"organization": _organization(call)})


@ROUTES("GET", "/rate_limit")
def get_limits(call: Call) -> Answer:
    reset = int(time.time()) + 3600

    def limit(name: str) -> Json:
        used = call.state.used[name]
        return {"limit": LIMIT, "used": used, "remaining": max(LIMIT - used, 0), "reset": reset}

    return Answer(200, {"resources": {name: limit(name) for name in ("core", "search", "graphql")},
                        "rate": limit("core")})  # fmt: skip
