"""GraphQL of the stand-in: GitHub's schema holds it, tokens see what they may, and boards behave."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.fakes.github import Hub
from tests.fakes.github.graphql import engine, mutations, queries

Query = Callable[..., dict[str, Any]]

BOARD = """query($number: Int!, $after: String) {
  organization(login: "acme") { projectV2(number: $number) {
    id title closed
    fields(first: 50) { nodes { ... on ProjectV2FieldCommon { id name dataType }
                                ... on ProjectV2SingleSelectField { options { id name } } } }
    items(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
      id type isArchived
      content { ... on Issue { number state } ... on PullRequest { number } ... on DraftIssue { title } }
      fieldValueByName(name: "Model") { ... on ProjectV2ItemFieldTextValue { text } }
      fieldValues(first: 20) { nodes { __typename ... on ProjectV2ItemFieldSingleSelectValue { name }
                                       ... on ProjectV2ItemFieldIterationValue { title startDate } } }
    } }
  } } }"""
SET = """mutation($project: ID!, $item: ID!, $field: ID!, $value: ProjectV2FieldValue!) {
  updateProjectV2ItemFieldValue(input: {projectId: $project, itemId: $item, fieldId: $field, value: $value}) {
    projectV2Item { id } } }"""
FIELDS = {"Model": "text", "F1": "number", "Due": "date", "Sprint": "iteration", "Gate": ["pass", "fail"]}


@pytest.fixture
def query(hub: Hub) -> Query:
    """Return a function that sends a document, and returns the whole answer."""

    def send(text: str, *, token: str = "", path: str = "/graphql", **variables: Any) -> dict[str, Any]:
        headers = {"Authorization": f"bearer {token or hub.app_token}"}
        body = {"query": text, "variables": variables}
        answer = requests.post(hub.api + path, json=body, headers=headers, timeout=20)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    return send


def error(answer: dict[str, Any]) -> tuple[str, str]:
    """Return kind and words of the one error of an answer."""
    (found,) = answer["errors"]
    return found.get("type", ""), found["message"]


@pytest.fixture
def board(hub: Hub) -> dict[str, str]:
    """Make a board with an issue, and return the ids of the board, the item and the fields."""
    made = hub.add_board(8, fields=FIELDS)
    item = made.add(hub.add_issue("Certify"), Model="er_20250901", Status="Todo")
    ids = {name: f"{'PVTSSF' if f.kind == 'SINGLE_SELECT' else 'PVTIF' if f.kind == 'ITERATION' else 'PVTF'}"
                 f"_stand_in_{f.number}" for name, f in made.fields.items()}  # fmt: skip
    return {**ids, "project": f"PVT_stand_in_{made.id}", "item": f"PVTI_stand_in_{item.number}"}


def test_the_schema_holds_what_is_served_and_nothing_else() -> None:
    asked = (engine.SCHEMA.with_name("types.txt")).read_text(encoding="utf-8").split("\n")
    types = {line for line in asked if line and ":" not in line}
    roots = engine.schema().query_type, engine.schema().mutation_type
    assert [set(root.fields) for root in roots if root] == [set(queries.FIELDS), set(mutations.FIELDS)]
    assert types <= set(engine.schema().type_map)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{ viewer { login }", "Syntax Error"),
        ("{ viewer { password } }", "Cannot query field 'password' on type 'User'"),
        ('{ repository(owner: "acme") { id } }', "Argument 'Query.repository(name:)' of type 'String!' is required"),
        ("mutation { addComment(input: {body: 1}) { clientMutationId } }", "String cannot represent"),
        ("query($n: Int!) { organization(login: $n) { id } }", "used in position expecting type 'String!'"),
        ('{ repository(owner: "acme", name: "er-models") { issues { nodes { id } } } }', "You must provide a `first`"),
        (
            '{ repository(owner: "acme", name: "er-models") { issues(first: 101) { nodes { id } } } }',
            "exceeds the limit",
        ),
        ('{ repository(owner: "acme", name: "er-models") { forkCount } }', "does not serve Repository.forkCount"),
        (
            "query($n: Int!) { rateLimit { cost } viewer { projectV2(number: $n) { id } } }",
            "Variable '$n' has invalid value",
        ),
    ],
)
def test_what_github_would_refuse_is_refused_and_fails_the_test(hub: Hub, query: Query, text: str, says: str) -> None:
    assert says in query(text)["errors"][0]["message"]
    assert says in hub.violations[0]
    hub.violations.clear()


def test_a_body_without_a_query_is_refused(hub: Hub) -> None:
    headers = {"Authorization": f"bearer {hub.app_token}"}
    answer = requests.post(f"{hub.api}/graphql", json={"text": "{ viewer { login } }"}, headers=headers, timeout=20)
    assert (answer.status_code, len(hub.violations)) == (400, 1)
    hub.violations.clear()


@pytest.mark.parametrize("path", ["/graphql", "/api/graphql"])
def test_who_asks_is_a_user_and_who_wrote_is_a_bot(hub: Hub, query: Query, path: str) -> None:
    hub.add_comment(hub.add_issue(), "Judged.", author="github-actions[bot]")
    answer = query(
        '{ viewer { login } repository(owner: "ACME", name: "er-models") { defaultBranchRef { name } '
        "issue(number: 1) { comments(last: 1) { nodes { databaseId author { __typename login } } } } } }",
        path=path, token=hub.token,
    )  # fmt: skip
    (comment,) = answer["data"]["repository"]["issue"]["comments"]["nodes"]
    assert answer["data"]["viewer"] == {"login": "github-actions[bot]"}
    assert comment["author"] == {"__typename": "Bot", "login": "github-actions"}
    assert hub.comments(1)[0].number == comment["databaseId"]
    assert hub.requests("POST", "^query repository$")[0].path == "/graphql"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            '{ repository(owner: "acme", name: "x") { id } }',
            "Could not resolve to a Repository with the name 'acme/x'.",
        ),
        ('{ repository(owner: "acme", name: "er-models") { issue(number: 7) { id } } }',
         "Could not resolve to an Issue with the number of 7."),
        ('{ organization(login: "octocat") { id } }',
         "Could not resolve to an Organization with the login of 'octocat'."),
        ('{ user(login: "acme") { id } }', "Could not resolve to a User with the login of 'acme'."),
        ('{ node(id: "IC_stand_in_7") { id } }', "Could not resolve to a node with the global id of 'IC_stand_in_7'."),
        ('{ organization(login: "acme") { projectV2(number: 9) { id } } }',
         "Could not resolve to a ProjectV2 with the number 9."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(query: Query, text: str, says: str) -> None:
    assert error(query(text)) == ("NOT_FOUND", says)


def test_a_board_shows_its_fields_and_its_items_page_by_page(hub: Hub, query: Query) -> None:
    board = hub.add_board(8, fields=FIELDS)
    board.add(hub.add_issue(), Model="er_20250901", Gate="fail", Sprint="Sprint 1", F1=0.9, Due="2025-10-20")
    board.add(title="A draft", archived=True)
    board.add(hub.add_issue(), redacted=True)
    first = query(BOARD, number=8)["data"]["organization"]["projectV2"]
    fields = {field["name"]: field for field in first["fields"]["nodes"]}
    issue, draft = first["items"]["nodes"]
    assert [fields[name]["dataType"] for name in ("Title", *FIELDS)] == [
        "TITLE", "TEXT", "NUMBER", "DATE", "ITERATION", "SINGLE_SELECT"
    ]  # fmt: skip
    assert [option["name"] for option in fields["Status"]["options"]] == ["Todo", "In Progress", "Done"]
    assert (issue["type"], issue["content"], issue["fieldValueByName"]) == (
        "ISSUE", {"number": 1, "state": "OPEN"}, {"text": "er_20250901"}
    )  # fmt: skip
    kinds = [value["__typename"].removeprefix("ProjectV2ItemField") for value in issue["fieldValues"]["nodes"]]
    assert kinds == [
        "TextValue", "RepositoryValue", "TextValue", "SingleSelectValue", "IterationValue", "NumberValue", "DateValue"
    ]  # fmt: skip
    assert issue["fieldValues"]["nodes"][3]["name"] == "fail"
    assert (draft["type"], draft["isArchived"], draft["content"]) == ("DRAFT_ISSUE", True, {"title": "A draft"})
    assert (first["items"]["totalCount"], first["items"]["pageInfo"]["hasNextPage"]) == (3, True)
    after = first["items"]["pageInfo"]["endCursor"]
    second = query(BOARD, number=8, after=after)["data"]["organization"]["projectV2"]["items"]
    assert [(item["type"], item["content"]) for item in second["nodes"]] == [("REDACTED", None)]
    assert error(query(BOARD, number=8, after="nonsense"))[0] == "INVALID_CURSOR_ARGUMENTS"


def test_a_value_is_set_cleared_and_refused_where_it_does_not_fit(
    hub: Hub, query: Query, board: dict[str, str]
) -> None:
    place = {name: board[name] for name in ("project", "item")}
    option = hub.board(8).fields["Gate"].choices[1].id
    query(SET, **place, field=board["Model"], value={"text": "er_20251020"})
    query(SET, **place, field=board["Gate"], value={"singleSelectOptionId": option})
    query(SET, **place, field=board["F1"], value={"number": 0.93})
    (item,) = hub.board(8).items
    shown = {"Status": "Todo", "Model": "er_20251020", "Gate": "fail", "F1": 0.93}
    assert hub.board(8).shown(item) == shown
    kind, says = error(query(SET, **place, field=board["Gate"], value={"singleSelectOptionId": "0"}))
    assert (kind, says) == ("VALIDATION", "The single select option Id does not belong to the field")
    assert error(query(SET, **place, field=board["F1"], value={"text": "0.93"}))[0] == "VALIDATION"
    assert error(query(SET, **place, field=board["Labels"], value={"text": "x"}))[0] == "UNPROCESSABLE"
    assert error(query(SET, **place, field="PVTF_stand_in_1", value={"text": "x"}))[0] == "NOT_FOUND"
    assert hub.board(8).shown(item) == shown
    query(
        "mutation($p: ID!, $i: ID!, $f: ID!) { clearProjectV2ItemFieldValue(input: {projectId: $p, itemId: $i, "
        "fieldId: $f}) { clientMutationId } }",
        p=board["project"], i=board["item"], f=board["Gate"],
    )  # fmt: skip
    assert "Gate" not in hub.board(8).shown(item)
    item.archived = True
    says = error(query(SET, **place, field=board["Model"], value={"text": "er_1"}))[1]
    assert says == "The item is archived and cannot be updated"


def test_an_issue_is_on_a_board_once(hub: Hub, query: Query, board: dict[str, str]) -> None:
    text = "mutation($p: ID!, $c: ID!) { addProjectV2ItemById(input: {projectId: $p, contentId: $c}) { item { id } } }"
    hub.add_issue()
    ids = [query(text, p=board["project"], c=f"I_stand_in_{number}") for number in (1, 2, 2)]
    first, second, third = (answer["data"]["addProjectV2ItemById"]["item"]["id"] for answer in ids)
    assert first == board["item"]
    assert second == third
    assert [item.issue for item in hub.board(8).items] == [1, 2]


def test_a_board_is_seen_and_changed_by_who_may(hub: Hub, query: Query, board: dict[str, str]) -> None:
    change: dict[str, Any] = {"project": board["project"], "item": board["item"], "field": board["Model"],
                              "value": {"text": "er_1"}}  # fmt: skip
    unseen = ("NOT_FOUND", "Could not resolve to a ProjectV2 with the number 8.")
    forbidden = ("FORBIDDEN", "Resource not accessible by integration")
    reader = hub.token_for("reader[bot]", permissions={"organization_projects": "read"})
    assert error(query(BOARD, number=8, token=hub.token)) == unseen
    assert error(query(SET, token=hub.token, **change)) == forbidden
    assert query(BOARD, number=8, token=reader)["data"]["organization"]["projectV2"]["title"] == "Board 8"
    assert error(query(SET, token=reader, **change)) == forbidden
    kind, says = error(query(BOARD, number=8, token=hub.token_for("octocat", scopes=["repo"])))
    assert kind == "INSUFFICIENT_SCOPES"
    assert "requires one of the following scopes: ['read:project']" in says
    assert hub.board(8).items[0].values["Model"] == "er_20250901"


def test_a_persons_board_needs_a_classic_token(hub: Hub, query: Query) -> None:
    hub.add_board(3, owner="octocat", kind="user").closed = True
    text = '{ user(login: "octocat") { projectV2(number: 3) { closed url } } }'
    assert error(query(text))[0] == "NOT_FOUND"
    assert error(query(text, token=hub.token_for("octocat")))[0] == "NOT_FOUND"
    answer = query(text, token=hub.token_for("octocat", scopes=["project"]))
    assert answer["data"]["user"]["projectV2"] == {
        "closed": True, "url": "https://github.com/users/octocat/projects/3"
    }  # fmt: skip


def test_a_comment_is_folded_away_by_the_id_of_the_rest_api(hub: Hub, query: Query) -> None:
    comment = hub.add_comment(hub.add_issue(), "Judged.", author="precision-gate[bot]")
    headers = {"Authorization": f"bearer {hub.app_token}"}
    address = f"{hub.api}/repos/acme/er-models/issues/comments/{comment}"
    node_id = requests.get(address, headers=headers, timeout=20).json()["node_id"]
    fold = ("mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) "
            "{ minimizedComment { isMinimized minimizedReason } } }")  # fmt: skip
    for _ in range(2):
        answer = query(fold, id=node_id)["data"]["minimizeComment"]["minimizedComment"]
        assert answer == {"isMinimized": True, "minimizedReason": "outdated"}
    assert requests.get(address, headers=headers, timeout=20).json()["minimized"] == {"reason": "outdated"}
    assert error(query(fold, id=node_id, token=hub.token_for("stranger")))[0] == "FORBIDDEN"
    query("mutation($id: ID!) { unminimizeComment(input: {subjectId: $id}) { clientMutationId } }", id=node_id)
    assert hub.comments(1)[0].minimized is None


@pytest.mark.parametrize(
    ("body", "arrange", "refusal"),
    [
        ("x" * 65_537, lambda _: None, ("UNPROCESSABLE", "Body is too long (maximum is 65536 characters)")),
        (
            "x",
            lambda hub: setattr(hub.state.issues[1], "locked", True),
            ("FORBIDDEN", "Unable to create comment because issue is locked."),
        ),
        (
            "x",
            lambda hub: setattr(hub.state, "archived", True),
            ("FORBIDDEN", "Repository was archived so is read-only."),
        ),
    ],
)
def test_a_comment_is_refused_as_by_the_rest_api(
    hub: Hub, query: Query, body: str, arrange: Callable[[Hub], None], refusal: tuple[str, str]
) -> None:
    hub.add_issue()
    arrange(hub)
    text = 'mutation($b: String!) { addComment(input: {subjectId: "I_stand_in_1", body: $b}) { clientMutationId } }'
    assert error(query(text, b=body)) == refusal
    assert hub.comments(1) == []


def test_faults_meet_what_is_asked_for(hub: Hub, query: Query) -> None:
    hub.add_issue()
    text = 'mutation { addComment(input: {subjectId: "I_stand_in_1", body: "once"}) { clientMutationId } }'
    headers = {"Authorization": f"bearer {hub.app_token}"}
    hub.faults.bad_gateway("POST", "addComment", stored=True)
    assert query("{ viewer { login } }")["data"]
    assert requests.post(f"{hub.api}/graphql", json={"query": text}, headers=headers, timeout=20).status_code == 502
    hub.faults.cut("POST", "^/graphql$")
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{hub.api}/graphql", json={"query": text}, headers=headers, timeout=20)
    assert [comment.body for comment in hub.comments(1)] == ["once"]
    hub.faults.graphql_limit()
    limited = requests.post(f"{hub.api}/graphql", json={"query": text}, headers=headers, timeout=20)
    assert (limited.status_code, error(limited.json())[0]) == (200, "RATE_LIMITED")
    assert (limited.headers["X-RateLimit-Remaining"], limited.headers["X-RateLimit-Resource"]) == ("0", "graphql")


def test_an_address_leads_to_what_stands_there_but_not_to_a_board(hub: Hub, query: Query) -> None:
    hub.add_board(8)
    hub.add_issue()
    text = "query($url: URI!) { resource(url: $url) { __typename } }"
    paths = ("acme/er-models", "acme/er-models/issues/1", "acme/er-models/issues/2", "orgs/acme/projects/8", "x")
    found = [query(text, url=f"https://github.com/{path}")["data"]["resource"] for path in paths]
    assert [each and each["__typename"] for each in found] == ["Repository", "Issue", None, None, None]
