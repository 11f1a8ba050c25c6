"""The repository, its references and commits, as GraphQL shows them."""

from collections.abc import Callable

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.bare import NoSuchObjectError
from tests.fakes.github.graphql import board_things, checks, people, things
from tests.fakes.github.graphql.asking import Asked, Given, Record, Refusal, connection, missing
from tests.fakes.github.state import Issue


def repository(asked: Asked) -> Record:
    """Return the repository."""
    state = asked.state
    path = f"/{state.repository}"
    return {
        "__typename": "Repository",
        "id": shapes.node("R", shapes.REPOSITORY_ID),
        "databaseId": shapes.REPOSITORY_ID,
        "name": state.name,
        "nameWithOwner": state.repository,
        "owner": lambda asked, _: people.actor(asked, Account(state.owner)),
        "description": None,
        "homepageUrl": None,
        "url": f"https://github.com{path}",
        "resourcePath": path,
        "sshUrl": f"git@github.com:{state.repository}.git",
        "isArchived": state.archived,
        "isDisabled": False,
        "isEmpty": False,
        "isFork": False,
        "isInOrganization": True,
        "isLocked": False,
        "isPrivate": state.private,
        "isTemplate": False,
        "visibility": "PRIVATE" if state.private else "PUBLIC",
        "hasDiscussionsEnabled": False,
        "hasIssuesEnabled": True,
        "hasProjectsEnabled": True,
        "hasWikiEnabled": False,
        "mergeCommitAllowed": True,
        "rebaseMergeAllowed": True,
        "squashMergeAllowed": True,
        "autoMergeAllowed": False,
        "deleteBranchOnMerge": False,
        "viewerDefaultMergeMethod": "MERGE",
        "viewerPermission": "WRITE",
        "viewerCanAdminister": False,
        "createdAt": shapes.BEGAN,
        "updatedAt": shapes.BEGAN,
        "pushedAt": shapes.BEGAN,
        "archivedAt": None,
        "parent": None,
        "templateRepository": None,
        "defaultBranchRef": lambda asked, _: ref(asked, f"refs/heads/{shapes.MAIN}"),
        "ref": lambda asked, given: ref(asked, given["qualifiedName"]),
        **_lists(),
    }


def _lists() -> Record:
    """Return what the repository has many of."""
    return {
        "issue": lambda asked, given: _numbered(asked, given["number"], "an Issue", lambda each: not each.pull),
        "pullRequest": lambda asked, given: _numbered(asked, given["number"], "a PullRequest", lambda e: bool(e.pull)),
        "issueOrPullRequest": lambda asked, given: _numbered(
            asked, given["number"], "an issue or pull request", lambda _: True
        ),
        "issues": lambda asked, given: _issues(asked, given, pulls=False),
        "pullRequests": lambda asked, given: _issues(asked, given, pulls=True),
        "label": lambda asked, given: _label(asked, given["name"]),
        "labels": lambda asked, given: connection(
            "Label", list(asked.state.labels.values()), lambda each: things.label(asked, each), given
        ),
        "milestone": lambda asked, given: _milestone(asked, given["number"]),
        "milestones": lambda asked, given: connection(
            "Milestone", list(asked.state.milestones.values()), lambda each: things.milestone(asked, each), given
        ),
        "release": lambda asked, given: _release(asked, given["tagName"]),
        "projectV2": lambda asked, given: board_things.of_owner(asked, asked.state.owner, given["number"]),
        "projectsV2": lambda asked, given: board_things.all_of(asked, asked.state.owner, given),
    }


def _numbered(asked: Asked, number: int, what: str, wanted: Callable[[Issue], bool]) -> Record:
    """Return an issue or a pull request.

    Raises:
        Refusal: There is none, or it is the other.
    """
    found = asked.state.issues.get(number)
    if found is None or not wanted(found):
        raise missing(f"{what} with the number of", str(number))
    return things.whole(asked, found)


def _issues(asked: Asked, given: Given, *, pulls: bool) -> Record:
    """Return the issues, or the pull requests, that were asked for: as on GitHub oldest first."""
    filters = given.get("filterBy") or {}
    states, labels = given.get("states"), given.get("labels") or filters.get("labels") or ()
    order = given.get("orderBy") or {"direction": "ASC"}
    found = [
        issue
        for _, issue in sorted(asked.state.issues.items(), reverse=order["direction"] == "DESC")
        if bool(issue.pull) == pulls
        and (not states or state_of(issue) in states)
        and (not labels or {name.lower() for name in labels} & {name.lower() for name in issue.labels})
        and given.get("headRefName") in {None, issue.pull.head if issue.pull else ""}
        and given.get("baseRefName") in {None, issue.pull.base if issue.pull else ""}
    ]
    kind = "PullRequest" if pulls else "Issue"
    return connection(kind, found, lambda issue: things.whole(asked, issue), given)


def state_of(issue: Issue) -> str:
    """Return the state of an issue or a pull request."""
    return "MERGED" if issue.pull and issue.pull.merged_at else issue.state.upper()


def _label(asked: Asked, name: str) -> Record | None:
    found = asked.state.labels.get(name.lower())
    return things.label(asked, found) if found else None


def _milestone(asked: Asked, number: int) -> Record | None:
    found = asked.state.milestones.get(number)
    return things.milestone(asked, found) if found else None


def _release(asked: Asked, tag: str) -> Record | None:
    """Return a release; a draft, too, to who may write."""
    for release in asked.state.releases.values():
        if release.tag == tag:
            return {
                "__typename": "Release",
                "id": shapes.node("RE", release.number),
                "databaseId": release.number,
                "name": release.name,
                "tagName": release.tag,
                "isDraft": release.draft,
                "isPrerelease": release.prerelease,
                "createdAt": release.created,
                "publishedAt": release.published,
            }
    return None


def ref(asked: Asked, name: str) -> Record | None:
    """Return a branch or a tag by its full name; None when there is none."""
    full = name if name.startswith("refs/") else f"refs/heads/{name}"
    try:
        sha = asked.state.bare.text("rev-parse", "--quiet", "--verify", "--end-of-options", full)
    except NoSuchObjectError:
        return None
    prefix = "/".join(full.split("/")[:2]) + "/"
    return {
        "__typename": "Ref",
        "id": shapes.node("REF", full),
        "name": full.removeprefix(prefix),
        "prefix": prefix,
        "target": lambda asked, _: commit(asked, sha),
        "branchProtectionRule": None,
    }


def commit(asked: Asked, sha: str) -> Record:
    """Return a commit."""
    found = asked.state.bare.commit(sha)
    path = f"/{asked.state.repository}/commit/{sha}"
    headline, _, body = found.message.partition("\n")
    return {
        "__typename": "Commit",
        "id": shapes.node("C", sha),
        "oid": sha,
        "abbreviatedOid": sha[:7],
        "message": found.message,
        "messageHeadline": headline,
        "messageBody": body.strip(),
        "committedDate": found.committer[2],
        "authoredDate": found.author[2],
        "url": f"https://github.com{path}",
        "resourcePath": path,
        "statusCheckRollup": lambda asked, _: checks.rollup(asked, sha),
    }


def find(asked: Asked, given: Given) -> Record:
    """Return the repository by its owner and name, which is not case-sensitive.

    Raises:
        Refusal: It is another.
    """
    wanted = f"{given['owner']}/{given['name']}"
    former = given.get("followRenames", True) and wanted.lower() in asked.state.former
    if not former and wanted.lower() != asked.state.repository.lower():
        raise Refusal("NOT_FOUND", f"Could not resolve to a Repository with the name '{wanted}'.")
    return repository(asked)
