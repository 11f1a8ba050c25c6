"""Pull requests of branches of the bare repository."""

from tests.fakes.github import shapes
from tests.fakes.github.accounts import WORKFLOW, Account
from tests.fakes.github.areas.issues import association, check_text, issue_json, next_number, turn
from tests.fakes.github.areas.labels import labels
from tests.fakes.github.bare import Bare, NoSuchObjectError
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, invalid, page, refused
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import Issue, Pull, State

ROUTES = Routes()
_SAME_IN_ISSUES = ("number", "title", "body", "user", "state", "labels", "assignee", "assignees", "milestone", "locked",
                   "active_lock_reason", "created_at", "updated_at", "closed_at", "html_url", "comments_url",
                   "author_association")  # fmt: skip
NOT_ALLOWED = "GitHub Actions is not permitted to create or approve pull requests."


def open_pull(
    state: State, author: Account, title: str, head: str, base: str, *, body: str | None = None, draft: bool = False
) -> Issue:
    """Open a pull request.

    Args:
        state: Where.
        author: Who opens it.
        title: Its title.
        head: Branch that it comes from, with or without the owner before it.
        base: Branch that it goes to.
        body: Its text.
        draft: It is not ready yet.

    Raises:
        Problem: As GitHub refuses it: a branch that is not there, nothing new on it, a pull request that is open.
    """
    owner, _, branch = head.rpartition(":")
    head_sha = _tip(state.bare, branch if owner in {"", state.owner} else "", "head")
    base_sha = _tip(state.bare, base, "base")
    if any(pull.head == branch and pull.base == base for issue, pull in pulls(state) if issue.state == "open"):
        raise refused("PullRequest", f"A pull request already exists for {state.owner}:{branch}.")
    if not state.bare.between(base_sha, head_sha):
        raise refused("PullRequest", f"No commits between {base} and {branch}")
    now, number = state.now(), next_number(state)
    issue = Issue(number, title, body, author, now, now, pull=Pull(branch, base, head_sha, base_sha, draft))
    state.issues[number] = issue
    return issue


def _tip(bare: Bare, branch: str, field: str) -> str:
    """Return the commit of a branch that a field of a pull request names."""
    try:
        return bare.branch(branch)
    except NoSuchObjectError as error:
        raise invalid("PullRequest", field) from error


def pulls(state: State) -> list[tuple[Issue, Pull]]:
    """Return the pull requests, newest first, with their heads where their branches are now."""
    for issue in state.issues.values():
        if issue.pull and issue.state == "open":
            follow(state, issue.pull)
    return [(issue, issue.pull) for _, issue in sorted(state.issues.items(), reverse=True) if issue.pull]


def follow(state: State, pull: Pull) -> None:
    """Move the commits of an open pull request to where its branches are now."""
    branches = state.bare.branches()
    pull.head_sha = branches.get(pull.head, pull.head_sha)
    pull.base_sha = branches.get(pull.base, pull.base_sha)
    pull.commits = state.bare.between(pull.base_sha, pull.head_sha)


def merge(state: State, issue: Issue, author: str) -> str:
    """Merge a pull request in the bare repository, and return the merge commit."""
    assert issue.pull is not None, f"#{issue.number} is no pull request"
    follow(state, issue.pull)
    message = f"Merge pull request #{issue.number} from {state.owner}/{issue.pull.head}"
    issue.pull.merge_commit = state.bare.merge(issue.pull.base, issue.pull.head_sha, message, author)
    turn(state, issue, "closed")
    issue.pull.merged_at = issue.closed
    return issue.pull.merge_commit


def close(state: State, issue: Issue) -> None:
    """Close a pull request without merging it."""
    turn(state, issue, "closed")


def pull_json(call: Call, issue: Issue, pull: Pull) -> Json:
    """Return a pull request as a list shows it."""
    address, html = call.urls.api(f"/pulls/{issue.number}"), call.urls.html(f"/pull/{issue.number}")
    shared = issue_json(call, issue)
    urls = {
        "issue_url": shared["url"],
        "comments_url": shared["comments_url"],
        "commits_url": f"{address}/commits",
        "review_comments_url": f"{address}/comments",
        "review_comment_url": f"{call.urls.api('/pulls/comments')}{{/number}}",
        "statuses_url": call.urls.api(f"/statuses/{pull.head_sha}"),
    }
    ends = {"self": address, "html": html, "issue": urls["issue_url"], "comments": urls["comments_url"],
            "review_comments": urls["review_comments_url"], "review_comment": urls["review_comment_url"],
            "commits": urls["commits_url"], "statuses": urls["statuses_url"]}  # fmt: skip
    return {name: shared[name] for name in _SAME_IN_ISSUES} | urls | {
        "id": 2 * shapes.REPOSITORY_ID + issue.number,
        "node_id": shapes.node("PR", issue.number),
        "url": address,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "labels": labels(call, issue),
        "head": _end(call, pull.head, pull.head_sha),
        "base": _end(call, pull.base, pull.base_sha),
        "draft": pull.draft,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit,
        "requested_reviewers": [],
        "requested_teams": [],
        "auto_merge": None,
        "_links": {name: {"href": target} for name, target in ends.items()},
    }  # fmt: skip


def _end(call: Call, branch: str, sha: str) -> Json:
    owner = Account(call.state.owner)
    return {"label": f"{owner.login}:{branch}", "ref": branch, "sha": sha, "user": shapes.account(call.urls, owner),
            "repo": shapes.repository(call)}  # fmt: skip


def _whole(call: Call, issue: Issue) -> Json:
    """Return a pull request with everything it says of itself."""
    pull = _pull(issue)
    if issue.state == "open":
        follow(call.state, pull)
    shared = issue_json(call, issue)
    return pull_json(call, issue, pull) | {
        "merged": pull.merged_at is not None,
        "mergeable": None if issue.state == "closed" else True,
        "rebaseable": None if issue.state == "closed" else True,
        "mergeable_state": "unknown" if issue.state == "closed" else "clean",
        "merged_by": None,
        "comments": shared["comments"],
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(pull.commits),
        "additions": 1,
        "deletions": 0,
        "changed_files": 1,
        "author_association": association(call.state, issue.author),
    }


def _pull(issue: Issue) -> Pull:
    if issue.pull is None:
        raise Problem(404)
    return issue.pull


@ROUTES("GET", f"{REPO}/pulls", "pull_requests")
def list_pulls(call: Call) -> Answer:
    state, base = call.query.get("state", "open"), call.query.get("base", "")
    # GitHub, too, leaves a head without its owner unread, and lists all.
    head = call.query["head"] if ":" in call.query.get("head", "") else ""
    found = [
        (issue, pull)
        for issue, pull in pulls(call.state)
        if state in {"all", issue.state} and base in {"", pull.base} and head in {"", f"{call.state.owner}:{pull.head}"}
    ]
    if call.query.get("direction") == "asc":
        found.reverse()
    part, links = page(call, found)
    return Answer(200, [pull_json(call, issue, pull) for issue, pull in part], links)


@ROUTES("POST", f"{REPO}/pulls", "pull_requests")
def create_pull(call: Call) -> Answer:
    if call.account.login == WORKFLOW and not call.state.actions_open_pulls:
        raise Problem(403, NOT_ALLOWED)
    if not call.body.get("title"):
        raise invalid("PullRequest", "title", "missing_field")
    check_text("PullRequest", call.body.get("body"))
    issue = open_pull(
        call.state, call.account, call.body["title"], call.body["head"], call.body["base"],
        body=call.body.get("body"), draft=call.body.get("draft", False),
    )  # fmt: skip
    return Answer(201, _whole(call, issue))


@ROUTES("GET", f"{REPO}/pulls/{{pull_number}}", "pull_requests")
def get_pull(call: Call) -> Answer:
    return Answer(200, _whole(call, call.find(call.state.issues, "pull_number")))


@ROUTES("PATCH", f"{REPO}/pulls/{{pull_number}}", "pull_requests")
def update_pull(call: Call) -> Answer:
    issue = call.find(call.state.issues, "pull_number")
    pull = _pull(issue)
    check_text("PullRequest", call.body.get("body"))
    if "base" in call.body:
        pull.base_sha, pull.base = _tip(call.state.bare, call.body["base"], "base"), call.body["base"]
    issue.title = call.body.get("title") or issue.title
    issue.body = call.body.get("body", issue.body)
    to = call.body.get("state", issue.state)
    if to == "open" and pull.merged_at:
        raise refused("PullRequest", "state cannot be changed. The pull request cannot be reopened.")
    turn(call.state, issue, to)
    return Answer(200, _whole(call, issue))


@ROUTES("GET", f"{REPO}/commits/{{commit_sha}}/pulls", "pull_requests", "contents")
def list_pulls_of_commit(call: Call) -> Answer:
    sha = call["commit_sha"]
    try:
        call.state.bare.commit(sha)
    except NoSuchObjectError as error:
        raise Problem(422, f"No commit found for SHA: {sha}") from error
    found = [
        (issue, pull)
        for issue, pull in pulls(call.state)
        if (issue.state == "open" or pull.merged_at) and (sha in pull.commits or sha == pull.merge_commit)
    ]
    part, links = page(call, found)
    return Answer(200, [pull_json(call, issue, pull) for issue, pull in part], links)
