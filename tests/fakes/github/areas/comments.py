"""Comments on issues and pull requests."""

from tests.fakes.github import shapes
from tests.fakes.github.accounts import Account
from tests.fakes.github.areas.issues import association, check_text
from tests.fakes.github.areas.labels import SCOPES
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, invalid, page
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import Comment, Issue, State

ROUTES = Routes()


def comment_json(call: Call, comment: Comment) -> Json:
    """Return a comment."""
    issue = call.state.issues[comment.issue]
    html = call.urls.html(f"/{'pull' if issue.pull else 'issues'}/{issue.number}#issuecomment-{comment.number}")
    return {
        "id": comment.number,
        "node_id": shapes.node("IC", comment.number),
        "url": call.urls.api(f"/issues/comments/{comment.number}"),
        "html_url": html,
        "issue_url": call.urls.api(f"/issues/{comment.issue}"),
        "body": comment.body,
        "user": shapes.account(call.urls, comment.author),
        "created_at": comment.created,
        "updated_at": comment.updated,
        "author_association": association(call.state, comment.author),
        "performed_via_github_app": shapes.app(call.urls, comment.author),
        "minimized": {"reason": comment.minimized} if comment.minimized else None,
    }


def add_comment(state: State, author: Account, issue: Issue, body: str) -> Comment:
    """Comment on an issue or a pull request.

    Raises:
        Problem: As GitHub refuses it.
    """
    # Apps are no collaborators: none of their permissions opens a locked conversation.
    if issue.locked and (author.kind == "Bot" or association(state, author) == "NONE"):
        raise Problem(403, "Unable to create comment because issue is locked.")
    _check(body)
    now, number = state.now(), state.numbers()
    comment = Comment(number, issue.number, body, author, now, now)
    state.comments[number] = comment
    return comment


def _check(body: str) -> None:
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field")
    check_text("IssueComment", body)


@ROUTES("GET", f"{REPO}/issues/{{issue_number}}/comments", *SCOPES)
def list_comments(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    since = call.query.get("since", "")
    found = [c for _, c in sorted(call.state.comments.items()) if c.issue == issue.number and c.updated >= since]
    part, links = page(call, found)
    return Answer(200, [comment_json(call, comment) for comment in part], links)


@ROUTES("POST", f"{REPO}/issues/{{issue_number}}/comments", *SCOPES)
def create_comment(call: Call) -> Answer:
    issue = call.find(call.state.issues, "issue_number")
    return Answer(201, comment_json(call, add_comment(call.state, call.account, issue, call.body["body"])))


@ROUTES("GET", f"{REPO}/issues/comments/{{comment_id}}", *SCOPES)
def get_comment(call: Call) -> Answer:
    return Answer(200, comment_json(call, call.find(call.state.comments, "comment_id")))


@ROUTES("PATCH", f"{REPO}/issues/comments/{{comment_id}}", *SCOPES)
def update_comment(call: Call) -> Answer:
    comment = call.find(call.state.comments, "comment_id")
    _refuse_strangers(call, comment)
    _check(call.body["body"])
    comment.body, comment.updated = call.body["body"], call.state.now()
    return Answer(200, comment_json(call, comment))


@ROUTES("DELETE", f"{REPO}/issues/comments/{{comment_id}}", *SCOPES)
def delete_comment(call: Call) -> Answer:
    comment = call.find(call.state.comments, "comment_id")
    _refuse_strangers(call, comment)
    del call.state.comments[comment.number]
    return Answer(204)


def _refuse_strangers(call: Call, comment: Comment) -> None:
    """Let people with write access edit every comment, but strangers only their own."""
    if call.account != comment.author and association(call.state, call.account) == "NONE":
        raise Problem(403, "Must have admin rights to Repository.")
