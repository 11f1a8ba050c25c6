"""Issues, pull requests, their comments, labels and milestones, as GraphQL shows them."""

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.areas.issues import association
from tests.fakes.github.areas.labels import known
from tests.fakes.github.areas.pulls import follow
from tests.fakes.github.graphql import board_things, checks, people, repositories
from tests.fakes.github.graphql.asking import Asked, Given, Record, connection, empty
from tests.fakes.github.settings import Label, Milestone
from tests.fakes.github.state import Comment, Issue, Pull

_REACTIONS = ("THUMBS_UP", "THUMBS_DOWN", "LAUGH", "HOORAY", "CONFUSED", "HEART", "ROCKET", "EYES")


def label(asked: Asked, shown: Label) -> Record:
    """Return a label."""
    path = f"/{asked.state.repository}/labels/{shown.name}"
    return {
        "__typename": "Label",
        "id": shapes.node("LA", shown.number),
        "name": shown.name,
        "color": shown.color,
        "description": shown.description,
        "isDefault": False,
        "url": f"https://github.com{path}",
        "resourcePath": path,
        "createdAt": shapes.BEGAN,
        "updatedAt": shapes.BEGAN,
        "repository": lambda asked, _: repositories.repository(asked),
    }


def milestone(asked: Asked, shown: Milestone) -> Record:
    """Return a milestone."""
    path = f"/{asked.state.repository}/milestone/{shown.number}"
    return {
        "__typename": "Milestone",
        "id": shapes.node("MI", shown.number),
        "number": shown.number,
        "title": shown.title,
        "description": shown.description,
        "state": shown.state.upper(),
        "closed": shown.state == "closed",
        "closedAt": shown.closed,
        "dueOn": shown.due,
        "createdAt": shown.created,
        "updatedAt": shown.updated,
        "url": f"https://github.com{path}",
        "resourcePath": path,
        "creator": lambda asked, _: people.actor(asked, shown.creator),
        "repository": lambda asked, _: repositories.repository(asked),
    }


def comment(asked: Asked, shown: Comment) -> Record:
    """Return a comment; its id is the one that the REST API calls ``node_id``."""
    issue = asked.state.issues[shown.issue]
    path = f"{_path(asked, issue)}#issuecomment-{shown.number}"
    edited = shown.updated != shown.created
    return {
        "__typename": "IssueComment",
        "id": shapes.node("IC", shown.number),
        "databaseId": shown.number,
        "fullDatabaseId": str(shown.number),
        "author": lambda asked, _: people.actor(asked, shown.author),
        "authorAssociation": association(asked.state, shown.author),
        "body": shown.body,
        "bodyText": shown.body,
        "createdAt": shown.created,
        "updatedAt": shown.updated,
        "publishedAt": shown.created,
        "lastEditedAt": shown.updated if edited else None,
        "includesCreatedEdit": edited,
        "isMinimized": shown.minimized is not None,
        "minimizedReason": shown.minimized,
        "viewerDidAuthor": asked.account == shown.author,
        "viewerCanMinimize": association(asked.state, asked.account) != "NONE",
        "url": f"https://github.com{path}",
        "resourcePath": path,
        "reactionGroups": reactions(),
        "issue": lambda asked, _: whole(asked, issue),
        "pullRequest": lambda asked, _: whole(asked, issue) if issue.pull else None,
        "repository": lambda asked, _: repositories.repository(asked),
    }


def reactions() -> list[Record]:
    """Return the reactions to something that nobody reacted to."""
    nobody = {"totalCount": 0}
    return [{"content": name, "users": lambda *_: nobody, "reactors": lambda *_: nobody} for name in _REACTIONS]


def whole(asked: Asked, issue: Issue) -> Record:
    """Return an issue, or the pull request that it is."""
    path = _path(asked, issue)
    shown: Record = {
        "__typename": "PullRequest" if issue.pull else "Issue",
        "id": shapes.node("PR" if issue.pull else "I", issue.number),
        "databaseId": shapes.REPOSITORY_ID + issue.number,
        "fullDatabaseId": str(shapes.REPOSITORY_ID + issue.number),
        "number": issue.number,
        "title": issue.title,
        "body": issue.body or "",
        "bodyText": issue.body or "",
        "state": issue.state.upper(),
        "closed": issue.state == "closed",
        "closedAt": issue.closed,
        "createdAt": issue.created,
        "updatedAt": issue.updated,
        "publishedAt": issue.created,
        "locked": issue.locked,
        "activeLockReason": issue.lock_reason.upper().replace("-", "_") if issue.lock_reason else None,
        "url": f"https://github.com{path}",
        "resourcePath": path,
        "authorAssociation": association(asked.state, issue.author),
        "viewerDidAuthor": asked.account == issue.author,
        "author": lambda asked, _: people.actor(asked, issue.author),
        "repository": lambda asked, _: repositories.repository(asked),
        "comments": lambda asked, given: _comments(asked, issue, given),
        "labels": lambda asked, given: _labels(asked, issue, given),
        "milestone": lambda asked, _: _milestone(asked, issue),
        "assignees": empty("User"),
        "participants": lambda asked, given: connection(
            "User", [issue.author], lambda who: people.actor(asked, who), given
        ),
        "reactionGroups": reactions(),
        "projectItems": lambda asked, given: board_things.items_of(asked, issue.number, given),
    }
    return shown | (_pull(asked, issue, issue.pull) if issue.pull else _issue(issue))


def _path(asked: Asked, issue: Issue) -> str:
    return f"/{asked.state.repository}/{'pull' if issue.pull else 'issues'}/{issue.number}"


def _comments(asked: Asked, issue: Issue, given: Given) -> Record:
    found = [each for _, each in sorted(asked.state.comments.items()) if each.issue == issue.number]
    return connection("IssueComment", found, lambda each: comment(asked, each), given)


def _labels(asked: Asked, issue: Issue, given: Given) -> Record:
    return connection("Label", issue.labels, lambda name: label(asked, known(asked.state, name)), given)


def _milestone(asked: Asked, issue: Issue) -> Record | None:
    return None if issue.milestone is None else milestone(asked, asked.state.milestones[issue.milestone])


def _issue(issue: Issue) -> Record:
    """Return what only an issue has."""
    return {
        "stateReason": issue.reason.upper() if issue.reason else None,
        "issueType": None,
        "blockedBy": empty("Issue"),
        "blocking": empty("Issue"),
        "subIssuesSummary": {"total": 0, "completed": 0, "percentCompleted": 0},
        "isPinned": False,
        "closedByPullRequestsReferences": empty("PullRequest"),
        "subIssues": empty("Issue"),
        "parent": None,
    }


def _pull(asked: Asked, issue: Issue, pull: Pull) -> Record:
    """Return what only a pull request has."""
    if issue.state == "open":
        follow(asked.state, pull)
    owner = Account(asked.state.owner)
    merged = pull.merged_at is not None
    return {
        "state": "MERGED" if merged else issue.state.upper(),
        "isDraft": pull.draft,
        "merged": merged,
        "mergedAt": pull.merged_at,
        "mergedBy": None,
        "mergeable": "UNKNOWN" if issue.state == "closed" else "MERGEABLE",
        "mergeStateStatus": "UNKNOWN" if issue.state == "closed" else _standing(asked, pull),
        "mergeCommit": {"__typename": "Commit", "oid": pull.merge_commit} if pull.merge_commit else None,
        "potentialMergeCommit": None,
        "baseRefName": pull.base,
        "baseRefOid": pull.base_sha,
        "headRefName": pull.head,
        "headRefOid": pull.head_sha,
        "headRef": lambda asked, _: repositories.ref(asked, f"refs/heads/{pull.head}"),
        "headRepository": lambda asked, _: repositories.repository(asked),
        "headRepositoryOwner": lambda asked, _: people.actor(asked, owner),
        "isCrossRepository": False,
        "isInMergeQueue": False,
        "isMergeQueueEnabled": False,
        "maintainerCanModify": False,
        "autoMergeRequest": None,
        "additions": 1,
        "deletions": 0,
        "changedFiles": 1,
        "reviewDecision": None,
        "closingIssuesReferences": empty("Issue"),
        "reviewRequests": empty("ReviewRequest"),
        "reviews": empty("PullRequestReview"),
        "latestReviews": empty("PullRequestReview"),
        "commits": lambda asked, given: _commits(asked, pull, given),
        "statusCheckRollup": lambda asked, _: checks.rollup(asked, pull.head_sha),
    }


def _standing(asked: Asked, pull: Pull) -> str:
    """Return whether an open pull request can be merged."""
    if pull.draft:
        return "DRAFT"
    return "BLOCKED" if checks.missing(asked.state, pull) else "CLEAN"


def _commits(asked: Asked, pull: Pull, given: Given) -> Record:
    def shown(sha: str) -> Record:
        return {"__typename": "PullRequestCommit", "commit": repositories.commit(asked, sha)}

    return connection("PullRequestCommit", pull.commits, shown, given)
