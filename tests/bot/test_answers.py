"""Refusals of GitHub as letters: which class, which exit code, and the line to add."""

import json

import pytest

from mlops.bot.answers import Answer, Part, read, refuse
from mlops.bot.permissions import WRITE_CHECKS, WRITE_VARIABLES
from mlops.errors import ConflictError, ExitCode, MlopsError, UnavailableError, UsageRefusedError


def answered(status: int, body: object = None, **headers: str) -> MlopsError:
    text = body if isinstance(body, str) else json.dumps(body if body is not None else {"message": "Not now"})
    with pytest.raises(MlopsError) as caught:
        refuse(Answer("POST /check-runs", status, headers, text), WRITE_CHECKS)
    assert caught.value.field == "POST /check-runs"
    assert caught.value.fix
    return caught.value


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, 5), (403, 5), (404, 2), (409, 6), (410, 2), (422, 2), (429, 5), (500, 5), (502, 5), (503, 5), (302, 5)],
)
def test_each_status_has_its_exit_code(status: int, code: int) -> None:
    assert answered(status).exit_code == code


def test_a_missing_permission_names_the_line_to_add() -> None:
    error = answered(403, {"message": "Resource not accessible by integration"})
    assert isinstance(error, UnavailableError)
    assert error.expected == "checks: write"
    assert "Add the line `checks: write` under `permissions:`" in error.fix


def test_what_no_workflow_may_do_names_the_app() -> None:
    assert "GITHUB_TOKEN can never do this" in WRITE_VARIABLES.advice()
    assert "Variables: write" in WRITE_VARIABLES.advice()


def test_actions_that_may_not_open_pull_requests_are_told_the_setting() -> None:
    error = answered(403, {"message": "GitHub Actions is not permitted to create or approve pull requests."})
    assert "Allow GitHub Actions to create and approve pull requests" in error.fix


def test_a_refusal_shows_githubs_message_and_its_errors() -> None:
    body = {"message": "Validation Failed", "errors": [{"field": "head_sha", "code": "invalid"}, "No commit"]}
    error = answered(422, body)
    assert isinstance(error, UsageRefusedError)
    assert error.found == "422: Validation Failed (head_sha invalid; No commit)"


def test_a_page_of_a_proxy_is_shown_short() -> None:
    assert len(answered(502, "<html>" * 1_000).found) <= 200


def test_a_limit_that_outlasts_the_deadline_is_told() -> None:
    assert "rate limit" in answered(403, {"message": "x"}, **{"retry-after": "3600"}).what


def test_a_conflict_is_a_conflict() -> None:
    assert isinstance(answered(409), ConflictError)


def test_an_answer_that_is_no_json_is_not_githubs() -> None:
    with pytest.raises(UnavailableError, match="no JSON"):
        Answer("GET /", 200, {}, "<html>").json()


def test_an_answer_of_another_shape_is_not_used() -> None:
    class Thing(Part):
        number: int

    assert read(Thing, {"number": 1, "new": True}, where="x").number == 1
    wrong: list[object] = [{}, {"number": "a"}, [], None]
    for value in wrong:
        with pytest.raises(UnavailableError, match="description promises") as caught:
            read(Thing, value, where="a thing")
        assert caught.value.exit_code == ExitCode.UNAVAILABLE
