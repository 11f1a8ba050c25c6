"""Reading: a reader cannot write, asks again cheaply, follows a renaming, and speaks GraphQL."""

from typing import Any

import pytest

from mlops.bot.graphql import GRAPHQL, is_query
from mlops.bot.permissions import READ_CONTENTS, WRITE_CONTENTS, WRITE_ISSUES, WRITE_PROJECTS
from mlops.bot.reading import Reader, top
from mlops.bot.transport import ReadingTransport, Transport, WritingError
from mlops.errors import ConflictError, UnavailableError, UsageRefusedError
from tests.bot import world
from tests.bot.world import Hourglass
from tests.fakes.github import Hub

VIEWER = "query { viewer { login } }"


def reader(hub: Hub, **changes: Any) -> Reader:
    deadline = world.client(hub).deadline
    return Reader(world.settings(hub, **changes), deadline, seconds_between_requests=None, seconds_between_writes=None)


def test_a_reader_has_nothing_that_writes(hub: Hub) -> None:
    assert type(reader(hub)).transport is ReadingTransport
    public = {name for name in dir(Reader) if not name.startswith("_")}
    assert public == {"ask", "ask_here", "find", "get", "pages", "query", "transport"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_its_transport_refuses_to_write_before_anything_is_sent(hub: Hub, method: str) -> None:
    with pytest.raises(WritingError):
        reader(hub)._sent(method, "/issues", body={"title": "x"}, harmless=True)
    with pytest.raises(WritingError):
        reader(hub)._sent(method, GRAPHQL, body={"query": "mutation { a }"}, harmless=True)
    with pytest.raises(WritingError):
        reader(hub).query("mutation { a }", WRITE_ISSUES)
    assert hub.log == []


@pytest.mark.parametrize(
    ("document", "asks"),
    [
        (VIEWER, True),
        ("{ viewer { login } }", True),
        ("fragment F on User { login } query Q($a: I = {b: [1]}) { viewer { ...F } }", True),
        ('# mutation { a }\nquery { a(b: "mutation {", c: """ " } mutation { """) }', True),
        ("query A { a } mutation B { b }", False),
        ("query A { a }mutation B{b}", False),
        ("fragment F on X { y } subscription { a }", False),
        ("mutation { a }", False),
        ('query A { a(b: "\\"") } mutation { b }', False),
        ("query A { a } extend type X { y }", False),
        ("query A { a", False),
        ("", False),
        ("# nothing", False),
    ],
)
def test_a_query_is_told_from_what_changes(document: str, *, asks: bool) -> None:
    assert is_query(document) is asks


def test_what_has_not_changed_is_not_paid_for_twice(hub: Hub) -> None:
    number = hub.add_issue("First")
    hub.add_issue("Other")
    asked = reader(hub)
    before = asked.get(f"/issues/{number}", READ_CONTENTS)
    assert asked.get(f"/issues/{number}", READ_CONTENTS) == before
    assert [exchange.status for exchange in hub.log] == [200, 304]
    hub.state.issues[number].title = "Second"
    assert asked.get(f"/issues/{number}", READ_CONTENTS)["title"] == "Second"
    assert [len(list(asked.pages("/issues", READ_CONTENTS, state="open"))) for _ in range(2)] == [2, 2]
    assert list(asked.pages("/issues", READ_CONTENTS, state="closed")) == []


def test_a_renamed_repository_is_followed_for_reading_and_for_writing(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    number = hub.add_issue()
    for _ in range(250):
        hub.add_comment(number, "x")
    client = world.client(hub)
    hub.rename("acme/matchers")
    assert len(list(client.pages(f"/issues/{number}/comments", READ_CONTENTS))) == 250
    assert client.settings.repository == "acme/matchers"
    assert "acme/er-models is called acme/matchers now" in caplog.text
    other = world.client(hub, repository="acme/er-models", api_url=f"{hub.api}/api/v3")
    path = f"/issues/{number}/comments"
    made = other.make(path, {"body": "ours"}, WRITE_ISSUES, look=lambda: None, read=lambda value: value)
    assert made.fresh
    assert [comment.body for comment in hub.comments(number)].count("ours") == 1
    assert hub.violations == []


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/repositories/1",
        "http://127.0.0.1:9/repositories/1",
        "/repositories/1",
        "{api}/repositories/999/issues/3",
        "{api}/repositories/1x",
        "{api}/users/octocat",
        "",
    ],
)
def test_another_way_is_not_followed(hub: Hub, location: str) -> None:
    """An issue that was transferred leads to another repository: that is no renaming of this one."""
    target = location.format(api=hub.api)
    hub.faults.answer("GET", "/issues/3$", 301, message="Moved Permanently", headers={"Location": target})
    with pytest.raises(UsageRefusedError, match="somewhere else now"):
        reader(hub).get("/issues/3", READ_CONTENTS)
    assert {exchange.path for exchange in hub.log} <= {"/repos/acme/er-models/issues/3", "/repos/acme/er-models"}


def test_an_archived_repository_is_told(hub: Hub) -> None:
    hub.state.archived = True
    with pytest.raises(UnavailableError, match="archived") as caught:
        world.client(hub).put("/contents/x", {"message": "x", "content": ""}, WRITE_CONTENTS)
    assert "Unarchive it" in caught.value.fix


@pytest.mark.parametrize("below", ["", "/api/v3"])
def test_graphql_is_asked_where_the_server_has_it(hub: Hub, below: str) -> None:
    asked = reader(hub, api_url=f"{hub.api}{below}")
    assert asked.query(VIEWER, READ_CONTENTS) == {"viewer": {"login": "github-actions[bot]"}}
    assert asked._transport._requester.graphql_url == f"{hub.api}{'/api' if below else ''}/graphql"


def test_an_error_of_graphql_is_the_letter_of_rest(hub: Hub) -> None:
    with pytest.raises(UsageRefusedError, match="does not know this"):
        reader(hub).query('query { user(login: "nobody-at-all") { login } }', READ_CONTENTS)
    unacceptable = {"type": "UNPROCESSABLE", "message": "Field is no field of this project"}
    hub.faults.answer("POST", "/graphql", 200, body={"data": None, "errors": [unacceptable]})
    with pytest.raises(UsageRefusedError, match="does not accept this"):
        reader(hub).query(VIEWER, READ_CONTENTS)


@pytest.mark.parametrize("kind", ["FORBIDDEN", "INSUFFICIENT_SCOPES"])
def test_what_graphql_forbids_names_the_permission(hub: Hub, kind: str) -> None:
    said = "Resource not accessible by integration" if kind == "FORBIDDEN" else (
        "Your token has not been granted the required scopes to execute this query.")  # fmt: skip
    hub.faults.answer("POST", "/graphql", 200, body={"data": None, "errors": [{"type": kind, "message": said}]})
    with pytest.raises(UnavailableError, match="lacks a permission") as caught:
        reader(hub).query(VIEWER, WRITE_PROJECTS)
    assert caught.value.expected == "organization projects: write"


def test_a_limit_of_graphql_is_waited_for(hub: Hub) -> None:
    glass = Hourglass()
    hub.faults.graphql_limit("", reset_in=30)
    assert world.client(hub, glass=glass).query(VIEWER, READ_CONTENTS)
    assert 29 <= sum(glass.slept) <= 31


@pytest.mark.parametrize("fault", ["timeout", "bad gateway", "cut"])
def test_a_query_and_a_mutation_are_sent_again_after_a_fault(hub: Hub, fault: str) -> None:
    if fault == "timeout":
        said = "Something went wrong while executing your query. This may be the result of a timeout."
        hub.faults.answer("POST", "/graphql", 200, body={"data": None, "errors": [{"message": said}]})
    elif fault == "cut":
        hub.faults.cut("POST", "/graphql")
    else:
        hub.faults.bad_gateway("POST", "/graphql")
    assert world.client(hub).mutate(VIEWER, READ_CONTENTS)
    assert len(hub.log) == 2


def test_a_path_below_the_root_is_named_so(hub: Hub) -> None:
    assert reader(hub).get(top("/users/octocat"), READ_CONTENTS)["login"] == "octocat"
    assert issubclass(ReadingTransport, Transport)


def test_two_numbers_for_one_repository_are_no_renaming(hub: Hub) -> None:
    hub.rename("acme/matchers")
    hub.faults.answer("GET", "/repositories/", 404, times=None)
    with pytest.raises((UsageRefusedError, ConflictError)):
        reader(hub, repository="acme/er-models").get("/branches/main", READ_CONTENTS)
