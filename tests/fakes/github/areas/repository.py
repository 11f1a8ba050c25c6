"""The repository itself, its branches, references and commits."""

from typing import Any

from tests.fakes.github import shapes
from tests.fakes.github.areas.rulesets import rules_of
from tests.fakes.github.bare import NoSuchObjectError
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, page

ROUTES = Routes()


@ROUTES("GET", REPO)
def get_repository(call: Call) -> Answer:
    return Answer(200, shapes.repository(call))


def short_branch(call: Call, name: str, sha: str) -> dict[str, Any]:
    """Return a branch as a list shows it; what is said of its protection is about the older form alone."""
    found = call.state.protections.get(name)
    level = "off" if found is None or found.strict is None else "everyone" if found.enforce_admins else "non_admins"
    required = found.checks if found else {}
    checks = [{"context": context, "app_id": app} for context, app in required.items()]
    return {
        "name": name,
        "commit": {"sha": sha, "url": call.urls.api(f"/commits/{sha}")},
        "protected": found is not None or bool(rules_of(call.state, name)),
        "protection": {
            "enabled": found is not None,
            "required_status_checks": {"enforcement_level": level, "contexts": list(required), "checks": checks},
        },
        "protection_url": call.urls.api(f"/branches/{name}/protection"),
    }


@ROUTES("GET", f"{REPO}/branches", "contents")
def list_branches(call: Call) -> Answer:
    found = [short_branch(call, name, sha) for name, sha in sorted(call.state.bare.branches().items())]
    wanted = call.query.get("protected")
    part, links = page(call, [each for each in found if wanted in {None, str(each["protected"]).lower()}])
    return Answer(200, list(part), links)


@ROUTES("GET", f"{REPO}/branches/{{branch}}", "contents")
def get_branch(call: Call) -> Answer:
    name = call["branch"]
    try:
        sha = call.state.bare.branch(name)
    except NoSuchObjectError as error:
        raise Problem(404, "Branch not found") from error
    links = {"self": call.urls.api(f"/branches/{name}"), "html": call.urls.html(f"/tree/{name}")}
    commit = shapes.commit(call.urls, call.state.bare.commit(sha))
    return Answer(200, short_branch(call, name, sha) | {"commit": commit, "_links": links})


@ROUTES("GET", f"{REPO}/commits", "contents")
def list_commits(call: Call) -> Answer:
    """Return the commits of a branch, the newest first; with ``path`` those that touched it."""
    start = call.state.bare.resolve(call.query.get("sha") or "main")
    path = [call.query["path"]] if call.query.get("path") else []
    part, links = page(call, call.state.bare.text("rev-list", start, "--", *path).splitlines())
    return Answer(200, [shapes.commit(call.urls, call.state.bare.commit(sha)) for sha in part], links)


@ROUTES("GET", f"{REPO}/commits/{{ref}}", "contents")
def get_commit(call: Call) -> Answer:
    try:
        found = call.state.bare.commit(call.state.bare.resolve(call["ref"]))
    except NoSuchObjectError as error:
        raise Problem(422, f"No commit found for SHA: {call['ref']}") from error
    stats = {"additions": 0, "deletions": 0, "total": 0}
    return Answer(200, shapes.commit(call.urls, found) | {"stats": stats, "files": []})


@ROUTES("GET", f"{REPO}/git/ref/{{ref}}", "contents")
def get_reference(call: Call) -> Answer:
    name = f"refs/{call['ref']}"
    sha = call.state.bare.text("rev-parse", "--quiet", "--verify", "--end-of-options", name)
    kind = call.state.bare.text("cat-file", "-t", sha)
    target = {"type": kind, "sha": sha, "url": call.urls.api(f"/git/{kind}s/{sha}")}
    address = call.urls.api(f"/git/{name}")
    return Answer(200, {"ref": name, "node_id": shapes.node("REF", name), "url": address, "object": target})
