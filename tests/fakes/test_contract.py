"""The description that exchanges with the stand-in are checked against."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.fakes.conftest import Ask
from tests.fakes.github import Hub, contract
from tests.fakes.github.areas import AREAS
from tests.fakes.github.contract import DESCRIPTION, Contract, description

PATHS = DESCRIPTION.with_name("openapi_paths.txt")
REPO = "/repos/{owner}/{repo}"
COMMENTS = f"{REPO}/issues/{{issue_number}}/comments"
SCRIPT = ROOT / "tools" / "slice_openapi.py"


def raw() -> dict[str, Any]:
    """Return the committed description as it is."""
    document: dict[str, Any] = json.loads(gzip.decompress(DESCRIPTION.read_bytes()))
    return document


def test_every_operation_of_the_stand_in_is_described() -> None:
    served = {(route.method, route.template) for area in AREAS for route in area.all}
    assert served - description().operations() == set()


def test_the_description_holds_the_paths_that_are_served_and_no_others() -> None:
    listed = PATHS.read_text(encoding="utf-8").split()
    assert listed == sorted(listed)
    assert set(listed) == {route.template for area in AREAS for route in area.all} == set(raw()["paths"])


def test_the_description_comes_with_its_notice() -> None:
    notice = DESCRIPTION.with_name("OPENAPI-LICENSE.txt").read_text(encoding="utf-8")
    assert "Octokit contributors" in notice
    assert raw()["info"]["license"]["name"] == "MIT"


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "problem"),
    [
        ("POST", COMMENTS, {}, {"body": 1}, "body: 1 is not of type 'string'"),
        ("POST", COMMENTS, {}, {}, "'body' is a required property"),
        ("POST", COMMENTS, {}, None, "a body is required"),
        ("GET", COMMENTS, {"per_page": "many"}, None, "per_page: the whole: 'many' is not of type 'integer'"),
        ("GET", COMMENTS, {"perpage": "9"}, None, "query parameter perpage is not described"),
        ("GET", COMMENTS, {}, {"x": 1}, "a body was sent where none is described"),
        ("POST", f"{REPO}/releases/{{release_id}}/assets", {}, None, "query parameter name is required"),
        ("POST", f"{REPO}/statuses/{{sha}}", {}, {"state": "green"}, "'green' is not one of"),
        ("GET", f"{REPO}/pulls", {"state": "merged"}, None, "'merged' is not one of"),
        ("GET", "/nowhere", {}, None, "GET /nowhere is not described"),
    ],
)
def test_a_request_that_the_description_forbids(
    method: str, path: str, query: dict[str, str], body: object, problem: str
) -> None:
    (found,) = description().request(method, path, query, body)
    assert problem in found


def test_a_request_that_the_description_allows() -> None:
    assert description().request("POST", COMMENTS, {}, {"body": "Judged."}) == []
    query = {"per_page": "100", "page": "2", "since": "2025-10-20T00:00:00Z"}
    assert description().request("GET", COMMENTS, query, None) == []
    assert description().request("GET", f"{REPO}/actions/runs", {"exclude_pull_requests": "true"}, None) == []


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "problem"),
    [
        ("GET", COMMENTS, 200, [{"id": 1}], "is a required property"),
        ("GET", COMMENTS, 202, [], "status 202 is not described, only 200"),
        ("POST", f"{REPO}/actions/workflows/{{workflow_id}}/dispatches", 204, {}, "a body was sent"),
        ("GET", COMMENTS, 404, {"message": 4}, "message: 4 is not of type 'string'"),
    ],
)
def test_an_answer_that_the_description_forbids(
    method: str, path: str, status: int, body: object, problem: str
) -> None:
    assert any(problem in found for found in description().answer(method, path, status, body))


def test_an_answer_that_the_description_allows() -> None:
    assert description().answer("GET", COMMENTS, 200, []) == []
    assert description().answer("GET", COMMENTS, 503, {"message": "down"}) == []
    assert description().answer("GET", f"{REPO}/releases/assets/{{asset_id}}", 200, b"", binary=True) == []


def test_a_bad_request_is_refused_changes_nothing_and_is_noted(hub: Hub, ask: Ask) -> None:
    number = hub.add_issue()
    refused = ask("POST", f"/issues/{number}/comments", json={"text": "x"})
    assert refused.status_code == 422
    assert refused.json()["message"].startswith("Invalid request.")
    assert hub.comments(number) == []
    assert "'body' is a required property" in hub.violations.pop()


def test_a_query_that_is_not_described_is_noted_and_served(hub: Hub, ask: Ask) -> None:
    assert ask("GET", "/issues?status=open").status_code == 200
    assert "query parameter status is not described" in hub.violations.pop()


@pytest.mark.parametrize("left_out", contract.LOOSENED, ids=lambda loose: loose.__name__)
def test_every_exception_from_the_description_is_needed(
    left_out: contract.Loose, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = f"{REPO}/issues/{{issue_number}}/labels"
    message = {"message": "x does not match", "documentation_url": "https://docs.github.com/rest"}
    pinned = {"strict": False, "checks": [{"context": "Gate", "app_id": 15368}]}
    left = dict.fromkeys(("enforce_admins", "required_pull_request_reviews", "restrictions"))

    def problems(judge: Contract) -> list[str]:
        schemas = judge.document["components"]["schemas"]
        commit = schemas["commit"]["properties"]["author"]
        state = schemas["release-asset"]["properties"]["state"]["enum"]
        log = schemas["deployment-status"]["properties"]["log_url"]
        return [
            *judge.request("POST", labels, {}, ["a", "b"]),
            *judge.answer("PUT", f"{REPO}/contents/{{path}}", 409, message),
            *judge.request(
                "PUT", f"{REPO}/branches/{{branch}}/protection", {}, {"required_status_checks": pinned, **left}
            ),
            *judge.answer("POST", f"{REPO}/rulesets", 422, message | {"errors": ["Name must be unique"]}),
            *([] if {"enum": [None]} in commit["oneOf"] else ["null"]),
            *([] if "starter" in state else ["starter"]),
            *(["log_url"] if "format" in log else []),
        ]

    assert problems(Contract(raw())) == []
    monkeypatch.setattr(contract, "LOOSENED", tuple(loose for loose in contract.LOOSENED if loose is not left_out))
    assert problems(Contract(raw())) != []


_B = {"$ref": "#/components/schemas/b"}
_A = {"description": "A", "content": {"application/json": {"schema": _B}}}
_GET = {"summary": "Get", "x-github": {}, "responses": {"200": {"$ref": "#/components/responses/a"}}}
SMALL: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"version": "1", "title": "Small", "license": {"name": "MIT"}},
    "paths": {path: {"get": _GET} for path in (*PATHS.read_text(encoding="utf-8").split(), "/zen")},
    "components": {
        "responses": {"a": _A},
        "schemas": {
            "b": {"type": "object", "title": "B", "properties": {"title": {"type": "string", "example": "x"}, "b": _B}},
            "unused": {},
        },
    },
}


def cut(tmp_path: Path, document: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run a copy of the script on a description, beside a copy of the list of paths."""
    script, fakes = tmp_path / "tools" / SCRIPT.name, tmp_path / "tests" / "fakes" / "github"
    for folder in (script.parent, fakes):
        folder.mkdir(parents=True, exist_ok=True)
    script.write_bytes(SCRIPT.read_bytes())
    (fakes / PATHS.name).write_bytes(PATHS.read_bytes())
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    command = [sys.executable, str(script), str(tmp_path / "api.json")]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own script


def test_the_script_keeps_what_the_paths_reach_without_texts_and_the_same_way_every_time(tmp_path: Path) -> None:
    result = tmp_path / "tests" / "fakes" / "github" / DESCRIPTION.name
    assert cut(tmp_path, SMALL).stderr == ""
    first = result.read_bytes()
    cut(tmp_path, SMALL)
    assert result.read_bytes() == first
    document = json.loads(gzip.decompress(first))
    assert "/zen" not in document["paths"]
    assert document["components"] == {
        "responses": {"a": {"content": {"application/json": {"schema": _B}}}},
        "schemas": {"b": {"type": "object", "properties": {"title": {"type": "string"}, "b": _B}}},
    }


def test_the_script_names_a_path_that_is_gone(tmp_path: Path) -> None:
    less = {**SMALL, "paths": {path: item for path, item in SMALL["paths"].items() if path != COMMENTS}}
    done = cut(tmp_path, less)
    assert done.returncode == 1
    assert f"The description has no path {COMMENTS}" in done.stderr
