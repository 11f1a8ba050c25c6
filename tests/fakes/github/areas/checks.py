"""Check runs and commit statuses. Only Apps write check runs."""

from typing import Any

from tests.fakes.github import shapes
from tests.fakes.github.bare import NoSuchObjectError
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, page
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import CheckRun, Status

ROUTES = Routes()
_BLANK_ANNOTATION = {"start_column": None, "end_column": None, "title": None, "raw_details": None}


def check_json(call: Call, check: CheckRun) -> Json:
    """Return a check run."""
    address = call.urls.api(f"/check-runs/{check.number}")
    html = call.urls.html(f"/runs/{check.number}")
    return {
        "id": check.number,
        "node_id": shapes.node("CR", check.number),
        "head_sha": check.head_sha,
        "external_id": check.external_id,
        "url": address,
        "html_url": html,
        "details_url": check.details_url or html,
        "status": check.status,
        "conclusion": check.conclusion,
        "started_at": check.started,
        "completed_at": check.completed,
        "output": {
            "title": check.title,
            "summary": check.summary,
            "text": check.text,
            "annotations_count": len(check.annotations),
            "annotations_url": f"{address}/annotations",
        },
        "name": check.name,
        "check_suite": {"id": check.author.number},
        "app": shapes.app(call.urls, check.author),
        "pull_requests": [],
    }


def _apply(call: Call, check: CheckRun, body: Json) -> None:
    """Take over what a request says of a check run."""
    output = body.get("output", {})
    if body.get("status") == "completed" and "conclusion" not in body:
        raise Problem(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.')
    for name in ("name", "details_url", "external_id", "status"):
        setattr(check, name, body.get(name, getattr(check, name)))
    for name in ("title", "summary", "text"):
        setattr(check, name, output.get(name, getattr(check, name)))
    blobs = call.urls.html(f"/blob/{check.head_sha}")
    check.annotations += [annotation(given, f"{blobs}/{given['path']}") for given in output.get("annotations", [])]
    check.started = body.get("started_at", check.started)
    if "conclusion" in body:
        check.status, check.conclusion = "completed", body["conclusion"]
        check.completed = body.get("completed_at", call.state.now())
    elif check.status != "completed":
        check.conclusion = check.completed = None


def annotation(given: Json, href: str) -> Json:
    """Return an annotation with all that the API says of one; ``href`` is the page of its line."""
    return {**_BLANK_ANNOTATION, "blob_href": href, **given}


def _refuse_people(call: Call) -> None:
    if call.account.app_id is None:
        raise Problem(403, "You must authenticate via a GitHub App.")


@ROUTES("POST", f"{REPO}/check-runs", "checks")
def create_check(call: Call) -> Answer:
    _refuse_people(call)
    sha: str = call.body["head_sha"]
    try:
        call.state.bare.commit(sha)
    except NoSuchObjectError as error:
        raise Problem(422, f"No commit found for SHA: {sha}") from error
    check = CheckRun(call.state.numbers(), call.body["name"], sha, call.account, call.state.now())
    _apply(call, check, call.body)
    call.state.checks[check.number] = check
    return Answer(201, check_json(call, check))


@ROUTES("GET", f"{REPO}/check-runs/{{check_run_id}}", "checks")
def get_check(call: Call) -> Answer:
    return Answer(200, check_json(call, call.find(call.state.checks, "check_run_id")))


@ROUTES("PATCH", f"{REPO}/check-runs/{{check_run_id}}", "checks")
def update_check(call: Call) -> Answer:
    _refuse_people(call)
    check = call.find(call.state.checks, "check_run_id")
    if check.author != call.account:
        raise Problem(403, f"Invalid app_id `{check.author.app_id}` - check run can only be modified by the GitHub App "
                           "that created it.")  # fmt: skip
    _apply(call, check, call.body)
    return Answer(200, check_json(call, check))


@ROUTES("GET", f"{REPO}/check-runs/{{check_run_id}}/annotations", "checks")
def list_annotations(call: Call) -> Answer:
    part, links = page(call, call.find(call.state.checks, "check_run_id").annotations)
    return Answer(200, list(part), links)


@ROUTES("GET", f"{REPO}/commits/{{ref}}/check-runs", "checks")
def list_checks(call: Call) -> Answer:
    query, sha = call.query, _commit(call, call["ref"])
    found = [
        check
        for _, check in sorted(call.state.checks.items(), reverse=True)
        if check.head_sha == sha
        and query.get("check_name", check.name) == check.name
        and query.get("status", check.status) == check.status
        and query.get("app_id", str(check.author.app_id)) == str(check.author.app_id)
    ]
    if query.get("filter", "latest") == "latest":
        found = list({(check.name, check.author): check for check in reversed(found)}.values())[::-1]
    part, links = page(call, found)
    return Answer(200, {"total_count": len(found), "check_runs": [check_json(call, check) for check in part]}, links)


def _commit(call: Call, ref: str) -> str:
    try:
        return call.state.bare.resolve(ref)
    except NoSuchObjectError as error:
        raise Problem(422, f"No commit found for SHA: {ref}") from error


def _status(call: Call, status: Status) -> Json:
    """Return a status as the combined status mentions it."""
    return {
        "id": status.number,
        "node_id": shapes.node("SC", status.number),
        "url": call.urls.api(f"/statuses/{status.sha}"),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{status.author.number}",
        "state": status.state,
        "description": status.description,
        "target_url": status.target_url,
        "context": status.context,
        "created_at": status.created,
        "updated_at": status.created,
    }


def _owned(call: Call, status: Status) -> Json:
    return _status(call, status) | {"creator": shapes.account(call.urls, status.author)}


@ROUTES("POST", f"{REPO}/statuses/{{sha}}", "statuses")
def create_status(call: Call) -> Answer:
    body: dict[str, Any] = call.body
    sha = _commit(call, call["sha"])
    status = Status(call.state.numbers(), sha, body["state"], body.get("context", "default"), call.account,
                    call.state.now(), body.get("description"), body.get("target_url"))  # fmt: skip
    call.state.statuses.insert(0, status)
    return Answer(201, _owned(call, status))


def _of_commit(call: Call) -> tuple[str, list[Status]]:
    sha = _commit(call, call["ref"])
    return sha, [status for status in call.state.statuses if status.sha == sha]


@ROUTES("GET", f"{REPO}/commits/{{ref}}/statuses", "statuses")
def list_statuses(call: Call) -> Answer:
    part, links = page(call, _of_commit(call)[1])
    return Answer(200, [_owned(call, status) for status in part], links)


@ROUTES("GET", f"{REPO}/commits/{{ref}}/status", "statuses")
def combined_status(call: Call) -> Answer:
    sha, found = _of_commit(call)
    latest = {status.context: status for status in reversed(found)}
    states = {status.state for status in latest.values()}
    combined = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    part, links = page(call, list(latest.values()))
    address = call.urls.api(f"/commits/{sha}")
    return Answer(
        200,
        {
            "state": combined,
            "statuses": [_status(call, status) for status in part],
            "sha": sha,
            "total_count": len(latest),
            "repository": shapes.small_repository(call.urls, private=call.state.private),
            "commit_url": address,
            "url": f"{address}/status",
        },
        links,
    )
