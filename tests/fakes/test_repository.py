"""What becomes of a repository on the stand-in, who is around, and what is asked again."""

import pytest

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub
from tests.fakes.github.shapes import REPOSITORY_ID


def test_a_former_name_leads_to_the_repository(hub: Hub, ask: Ask) -> None:
    former = f"{hub.api}/repos/{hub.repository.upper()}"
    number = hub.add_issue()
    hub.rename("acme/entity-models")
    moved = ask("GET", f"{former}/issues/{number}/comments?per_page=5")
    target = f"{hub.api}/repositories/{REPOSITORY_ID}/issues/{number}/comments?per_page=5"
    assert (moved.status_code, moved.headers["Location"]) == (301, target)
    assert (moved.json()["message"], moved.json()["url"]) == ("Moved Permanently", target)
    written = ask("POST", f"{former}/issues/{number}/comments", json={"body": "x"})
    assert written.status_code == 307
    assert hub.comments(number) == []
    assert ask("POST", written.headers["Location"], json={"body": "x"}).status_code == 201
    assert ask("GET", target).json()[0]["body"] == "x"
    assert ask("GET", former).headers["Location"] == f"{hub.api}/repositories/{REPOSITORY_ID}"
    assert ask("GET", f"{hub.api}/repositories/{REPOSITORY_ID}").json()["full_name"] == "acme/entity-models"
    assert ask("GET", f"{hub.api}/repositories/{REPOSITORY_ID}1/issues").status_code == 404


def test_an_archive_is_read_only(hub: Hub, ask: Ask, ask_app: Ask) -> None:
    number = hub.add_issue()
    hub.state.archived = True
    assert ask("GET").json()["archived"]
    assert ask("GET", f"/issues/{number}").status_code == 200
    for method, place, body in (
        ("POST", f"/issues/{number}/comments", {"body": "x"}),
        ("PUT", "/environments/production", {}),
        ("POST", "/actions/variables", {"name": "A", "value": "1"}),
    ):
        refused = ask_app(method, place, json=body)
        assert (refused.status_code, refused.json()["message"]) == (403, "Repository was archived so is read-only.")


def test_a_repository_tells_what_the_one_who_asks_may_do(hub: Hub, ask: Ask, ask_app: Ask) -> None:
    hub.state.private = True
    found = ask("GET").json()
    assert (found["private"], found["visibility"], found["permissions"]["admin"]) == (True, "private", False)
    assert ask_app("GET").json()["permissions"]["admin"]


def test_people_and_teams_are_found_or_not(hub: Hub, ask_app: Ask, ask: Ask) -> None:
    ids = {"octocat": hub.add_user("octocat"), "Alice": hub.add_user("Alice")}
    assert {name: ask_app("GET", f"{hub.api}/users/{name.lower()}").json()["id"] for name in ids} == ids
    assert ask_app("GET", f"{hub.api}/users/precision-gate%5Bbot%5D").json()["type"] == "Bot"
    assert ask_app("GET", f"{hub.api}/users/acme").json()["type"] == "Organization"
    team = hub.add_team("ml-platform")
    place = f"{hub.api}/orgs/acme/teams"
    found = ask_app("GET", f"{place}/ml-platform").json()
    assert (found["id"], found["organization"]["login"]) == (team, "acme")
    assert ask_app("GET", f"{hub.api}/orgs/ACME").json()["type"] == "Organization"
    missing = [f"{hub.api}/users/nobody", f"{place}/nobody", f"{hub.api}/orgs/other", f"{hub.api}/orgs/other/teams/x"]
    assert [ask_app("GET", address).status_code for address in missing] == [404] * 4
    assert ask("GET", f"{place}/ml-platform").status_code == 403  # a workflow sees no teams


def test_an_app_is_nobody_and_a_person_is_somebody(hub: Hub, ask: Ask) -> None:
    assert ask("GET", f"{hub.api}/user").status_code == 403
    classic = {"Authorization": f"token {hub.token_for('octocat', scopes=['repo', 'project'])}"}
    found = ask("GET", f"{hub.api}/user", headers=classic)
    assert (found.json()["login"], found.headers["X-OAuth-Scopes"]) == ("octocat", "project, repo")
    assert ask("GET", "/actions/variables", headers=classic).status_code == 200
    assert ask("GET", f"{hub.api}/orgs/acme/teams/x", headers=classic).status_code == 404


@pytest.mark.parametrize(("level", "statuses"), [("read", [200, 403]), ("write", [200, 201])])
def test_a_permission_has_a_level(hub: Hub, ask: Ask, level: str, statuses: list[int]) -> None:
    number = hub.add_issue()
    headers = {"Authorization": f"Bearer {hub.token_for('some[bot]', permissions={'issues': level})}"}
    place = f"/issues/{number}/comments"
    answers = [ask("GET", place, headers=headers), ask("POST", place, json={"body": "x"}, headers=headers)]
    assert [answer.status_code for answer in answers] == statuses
    assert ask("GET", "/actions/runs", headers=headers).status_code == 403


def test_what_is_known_already_is_not_sent_and_does_not_count(hub: Hub, ask: Ask) -> None:
    number = hub.add_issue()
    first = ask("GET", f"/issues/{number}")
    again = ask("GET", f"/issues/{number}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (first.headers["X-RateLimit-Used"], again.headers["X-RateLimit-Used"]) == ("1", "1")
    limits = ask("GET", f"{hub.api}/rate_limit").json()["resources"]["core"]
    assert (limits["used"], limits["remaining"]) == (1, 4999)
    hub.state.issues[number].title = "Another"
    changed = ask("GET", f"/issues/{number}", headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.headers["X-RateLimit-Used"]) == (200, "2")


def test_faults_meet_what_is_new(hub: Hub, ask_app: Ask) -> None:
    hub.faults.bad_gateway("PUT", r"/environments/production$", stored=True)
    assert ask_app("PUT", "/environments/production").status_code == 502
    assert list(hub.state.environments) == ["production"]
    hub.faults.forbid("GET", r"/labels$")
    assert ask_app("GET", "/labels").status_code == 403
