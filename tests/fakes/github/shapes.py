"""The JSON of what many answers mention: accounts, Apps, the repository, commits."""

from typing import Any
from urllib.parse import quote

from tests.fakes.github.accounts import ACTIONS_APP_ID, Account
from tests.fakes.github.bare import Commit
from tests.fakes.github.routing import Call, Urls
from tests.fakes.github.settings import Team

MAIN = "main"
REPOSITORY_ID = 20251020
BEGAN = "2025-01-01T00:00:00Z"

Json = dict[str, Any]

_OF_ACCOUNT = (
    "followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events", "received_events"
)  # fmt: skip
_OF_REPOSITORY = (
    "archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare", "contents",
    "contributors", "deployments", "downloads", "events", "forks", "git_commits", "git_refs", "git_tags", "hooks",
    "issue_comment", "issue_events", "issues", "keys", "labels", "languages", "merges", "milestones", "notifications",
    "pulls", "releases", "stargazers", "statuses", "subscribers", "subscription", "tags", "teams", "trees",
)  # fmt: skip
_COUNTS = ("forks", "forks_count", "network_count", "open_issues", "open_issues_count", "size", "stargazers_count",
           "subscribers_count", "watchers", "watchers_count")  # fmt: skip


def node(kind: str, number: object) -> str:
    """Return the id that GraphQL would use."""
    return f"{kind}_stand_in_{number}"


def account(urls: Urls, who: Account) -> Json:
    """Return an account."""
    address = urls.top(f"/users/{quote(who.login)}")
    return {
        "login": who.login,
        "id": who.number,
        "node_id": node("U", who.number),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{who.number}",
        "gravatar_id": "",
        "url": address,
        "html_url": f"https://github.com/{who.login.removesuffix('[bot]')}",
        **{f"{name}_url": f"{address}/{name}" for name in _OF_ACCOUNT},
        "type": who.kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def client_id(who: Account) -> str:
    """Return the client id of the App behind an account."""
    return f"Iv1.{who.app_id:016x}"


def app(urls: Urls, who: Account) -> Json | None:
    """Return the App behind an account; None for a person."""
    if who.app_id is None:
        return None
    slug = who.login.removesuffix("[bot]")
    ours = who.app_id == ACTIONS_APP_ID
    return {
        "id": who.app_id,
        "slug": slug,
        "node_id": node("A", who.app_id),
        "client_id": client_id(who),
        "owner": account(urls, Account("github" if ours else urls.repository.partition("/")[0])),
        "name": "GitHub Actions" if ours else slug.replace("-", " ").title(),
        "description": "",
        "external_url": f"https://github.com/apps/{slug}",
        "html_url": f"https://github.com/apps/{slug}",
        "created_at": BEGAN,
        "updated_at": BEGAN,
        "permissions": {"metadata": "read"},
        "events": [],
    }


def team(urls: Urls, found: Team) -> Json:
    """Return a team as other things mention it."""
    owner = Account(urls.repository.partition("/")[0])
    address = urls.top(f"/organizations/{owner.number}/team/{found.number}")
    return {
        "id": found.number,
        "node_id": node("T", found.number),
        "name": found.name,
        "slug": found.slug,
        "description": "",
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "pull",
        "url": address,
        "html_url": f"https://github.com/orgs/{owner.login}/teams/{found.slug}",
        "members_url": f"{address}/members{{/member}}",
        "repositories_url": f"{address}/repos",
        "type": "organization",
        "organization_id": owner.number,
        "parent": None,
    }


def small_repository(urls: Urls, full_name: str = "", *, private: bool = False) -> Json:
    """Return the repository (or another, a fork) as other things mention it."""
    name = full_name or urls.repository
    address = urls.top(f"/repos/{name}")
    number = repository_id(urls, name)
    return {
        "id": number,
        "node_id": node("R", number),
        "name": name.partition("/")[2],
        "full_name": name,
        "private": private,
        "owner": account(urls, Account(name.partition("/")[0])),
        "html_url": f"https://github.com/{name}",
        "description": None,
        "fork": name != urls.repository,
        "url": address,
        **{f"{part}_url": f"{address}/{part}" for part in _OF_REPOSITORY},
    }


def repository_id(urls: Urls, full_name: str) -> int:
    """Return the id of the repository, or of another."""
    return REPOSITORY_ID if full_name == urls.repository else Account(full_name).number


def repository(call: Call) -> Json:
    """Return the repository with all that it says of itself, and of what the one who asks may do there."""
    urls, state, grant = call.urls, call.state, call.grant
    html, admin, push = urls.html(), grant.allows("administration"), grant.allows("contents")
    return small_repository(urls, private=state.private) | dict.fromkeys(_COUNTS, 0) | {
        "default_branch": MAIN,
        "archived": state.archived,
        "disabled": False,
        "has_issues": True,
        "has_projects": True,
        "has_wiki": False,
        "has_pages": False,
        "has_downloads": False,
        "has_discussions": False,
        "homepage": None,
        "language": "Python",
        "license": None,
        "mirror_url": None,
        "visibility": "private" if state.private else "public",
        "is_template": False,
        "topics": [],
        "pushed_at": BEGAN,
        "created_at": BEGAN,
        "updated_at": BEGAN,
        "clone_url": f"{html}.git",
        "git_url": f"git://github.com/{urls.repository}.git",
        "ssh_url": f"git@github.com:{urls.repository}.git",
        "svn_url": html,
        "allow_merge_commit": True,
        "allow_squash_merge": True,
        "allow_rebase_merge": True,
        "delete_branch_on_merge": False,
        "permissions": {"admin": admin, "maintain": admin, "push": push, "triage": push, "pull": True},
    }  # fmt: skip


def person(who: tuple[str, str, str]) -> Json:
    """Return who wrote a commit, as git records it."""
    name, email, date = who
    return {"name": name, "email": email, "date": date}


def git_commit(urls: Urls, commit: Commit) -> Json:
    """Return the part of a commit that git itself records."""
    return {
        "url": urls.api(f"/git/commits/{commit.sha}"),
        "author": person(commit.author),
        "committer": person(commit.committer),
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": urls.api(f"/git/trees/{commit.tree}")},
        "comment_count": 0,
        "verification": {
            "verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None
        },
    }  # fmt: skip


def parents(urls: Urls, commit: Commit) -> list[Json]:
    """Return the parents of a commit."""
    return [
        {"sha": sha, "url": urls.api(f"/commits/{sha}"), "html_url": urls.html(f"/commit/{sha}")}
        for sha in commit.parents
    ]


def commit(urls: Urls, found: Commit) -> Json:
    """Return a commit; nobody's account is known from an address in git."""
    address = urls.api(f"/commits/{found.sha}")
    return {
        "sha": found.sha,
        "node_id": node("C", found.sha),
        "commit": git_commit(urls, found),
        "url": address,
        "html_url": urls.html(f"/commit/{found.sha}"),
        "comments_url": f"{address}/comments",
        "author": None,
        "committer": None,
        "parents": parents(urls, found),
    }
