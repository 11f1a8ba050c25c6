"""The real gh against the stand-in: the runbook's commands, word for word, without one violation."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.gh import Done, Reader
from tests.fakes.github import Hub
from tests.fakes.github.accounts import Account
from tests.fakes.github.state import CheckRun

WORKFLOW = b"""name: Train
on:
  workflow_dispatch:
    inputs:
      dataset_date:
        required: true
      seed:
        default: "42"
"""
PROTECTION = {
    "required_status_checks": {"strict": False, "checks": [{"context": "ER Precision Gate", "app_id": 15368}]},
    "enforce_admins": True,
    "required_pull_request_reviews": None,
    "restrictions": None,
}
PROTECT = f"""gh api repos/acme/er-models/branches/main/protection --method PUT --input - <<'END'
{json.dumps(PROTECTION)}
END"""
RULESET = """gh api repos/{owner}/{repo}/rulesets --method POST --input - <<'END'
{"name": "Precision Gate", "target": "branch", "enforcement": "active",
 "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
 "rules": [{"type": "required_status_checks", "parameters": {"strict_required_status_checks_policy": false,
  "required_status_checks": [{"context": "ER Precision Gate", "integration_id": 15368}]}}]}
END"""

Branch = Callable[[str], str]


@pytest.fixture
def reader(hub: Hub, tmp_path: Path) -> Reader:
    """Return somebody whose GitHub is the stand-in."""
    return Reader(hub, tmp_path, hub.bare.parent.parent)


@pytest.fixture
def gh(reader: Reader) -> Callable[[str], str]:
    """Return a function that runs commands which must succeed, and returns what they printed."""

    def run(commands: str) -> str:
        done = reader.run(commands)
        assert done.code == 0, done.stderr
        return done.stdout

    return run


Gh = Callable[[str], str]


def add_workflow(hub: Hub) -> None:
    """Commit a workflow that can be dispatched."""
    hub.state.bare.write("main", ".github/workflows/train.yml", WORKFLOW, "Add the workflow", "octocat")


def packed(name: str, content: str) -> bytes:
    """Return a zip file with one file in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def test_variables_are_set_and_listed(hub: Hub, gh: Gh) -> None:
    gh("gh variable set ML_DATASET_DATE --body 20251020\ngh variable set ML_DATASET_DATE --body 20251027")
    assert hub.variables == {"ML_DATASET_DATE": "20251027"}
    assert gh("gh variable list").split()[:2] == ["ML_DATASET_DATE", "20251027"]
    assert [(seen.method, seen.status) for seen in hub.requests("*", "/actions/variables")][1:3] == [
        ("POST", 409), ("PATCH", 204)
    ]  # fmt: skip


def test_a_workflows_own_token_sets_no_variable(hub: Hub, reader: Reader) -> None:
    done = reader.run("gh variable set ML_DATASET_DATE --body 20251020", token=hub.token)
    assert (done.code, hub.variables) == (1, {})
    assert "Resource not accessible by integration" in done.stderr


def test_a_workflow_is_dispatched_on_the_default_branch_and_its_run_named(hub: Hub, gh: Gh) -> None:
    add_workflow(hub)
    printed = gh("gh workflow run train.yml -f dataset_date=20251027 -f seed=7 | grep --only-matching '[0-9]*$'")
    (dispatch,) = hub.state.dispatches
    assert (dispatch.ref, dispatch.inputs) == ("main", {"dataset_date": "20251027", "seed": "7"})
    assert int(printed) == dispatch.run
    assert hub.requests("POST", "^query repository$")


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ("", "Required input 'dataset_date' not provided"),
        ("-f dataset_date=1 -f dataset=2", 'Unexpected inputs provided: ["dataset"]'),
    ],
)
def test_a_dispatch_that_does_not_fit_says_why(hub: Hub, reader: Reader, inputs: str, says: str) -> None:
    add_workflow(hub)
    done = reader.run(f"gh workflow run train.yml {inputs}")
    assert (done.code, says in done.stderr, hub.state.dispatches) == (1, True, [])


def test_runs_are_listed(hub: Hub, gh: Gh) -> None:
    add_workflow(hub)
    run = hub.add_run(workflow_path=".github/workflows/train.yml")
    hub.add_run(workflow_path=".github/workflows/train.yml", event="push")
    command = "gh run list --workflow train.yml --event workflow_dispatch --limit 1 --json databaseId"
    assert gh(f"{command} --jq '.[0].databaseId'").strip() == str(run)
    assert "completed\tsuccess" in gh("gh run list --workflow train.yml --limit 5")


@pytest.mark.parametrize(
    ("conclusion", "option", "code"),
    [("success", "--exit-status", 0), ("failure", "--exit-status", 1), ("failure", "", 0)],
)
def test_watching_fails_with_the_run_only_where_it_is_told_to(
    hub: Hub, reader: Reader, conclusion: str, option: str, code: int
) -> None:
    add_workflow(hub)
    run = hub.add_run(workflow_path=".github/workflows/train.yml", conclusion=conclusion)
    assert reader.run(f"gh run watch {run} {option}").code == code


def test_a_run_is_shown_with_its_artifacts_and_they_are_downloaded(hub: Hub, gh: Gh, tmp_path: Path) -> None:
    add_workflow(hub)
    run = hub.add_run(workflow_path=".github/workflows/train.yml")
    hub.add_artifact(run, "er-model-20251027", packed("metrics.json", "{}"))
    assert "er-model-20251027" in gh(f"gh run view {run}")
    gh(f"gh run download {run} --name er-model-20251027 --dir er-model-20251027")
    assert (tmp_path / "er-model-20251027" / "metrics.json").read_text(encoding="utf-8") == "{}"


def test_protection_is_put_as_one_object(hub: Hub, gh: Gh) -> None:
    gh(PROTECT)
    assert hub.state.protections["main"].checks == {"ER Precision Gate": 15368}
    read = "gh api repos/{owner}/{repo}/branches/main/protection --jq '.required_status_checks.checks[].app_id'"
    assert gh(read).strip() == "15368"


def test_protection_as_one_field_of_text_is_refused(hub: Hub, reader: Reader) -> None:
    put = "gh api repos/acme/er-models/branches/main/protection --method PUT"
    done = reader.run(f"""{put} -f required_status_checks='{{"strict":true,"contexts":["ER Precision Gate"]}}'""")
    assert (done.code, hub.state.protections) == (1, {})
    assert hub.violations
    hub.violations.clear()


def test_a_ruleset_is_made_and_listed(hub: Hub, gh: Gh) -> None:
    gh(RULESET)
    assert gh("gh api repos/{owner}/{repo}/rulesets --jq '.[].name'").strip() == "Precision Gate"
    assert [ruleset.enforcement for ruleset in hub.state.rulesets.values()] == ["active"]


def test_an_issue_is_commented_on_and_shown_with_its_comments(hub: Hub, gh: Gh) -> None:
    number = hub.add_issue("Certify the model", body="Three passes.")
    printed = gh(f'gh issue comment {number} --body "The refreshed model is judged: see the card above."')
    (comment,) = hub.comments(number)
    assert printed.strip().endswith(f"issues/1#issuecomment-{comment.number}")
    assert (comment.body, comment.author.login) == (
        "The refreshed model is judged: see the card above.", "precision-gate[bot]"
    )  # fmt: skip
    hub.add_comment(number, "A stranger's word.", author="stranger")
    comment.minimized = "outdated"
    shown = gh(f"gh issue view {number} --comments")
    assert "A stranger's word." in shown
    fields = json.loads(gh(f"gh issue view {number} --json title,body,comments"))
    assert (fields["title"], [each["isMinimized"] for each in fields["comments"]]) == (
        "Certify the model", [True, False]
    )  # fmt: skip


def test_a_board_is_listed_and_a_field_of_an_item_set(hub: Hub, gh: Gh) -> None:
    board = hub.add_board(8, fields={"Model": "text"})
    item = board.add(hub.add_issue("Certify the model"), Status="In Progress")
    board.add(title="A draft")
    listed = json.loads(gh("gh project item-list 8 --owner acme --limit 100 --format json"))
    first, second = listed["items"]
    assert (listed["totalCount"], first["status"], first["content"]["number"]) == (2, "In Progress", 1)
    assert second["content"]["type"] == "DraftIssue"
    assert "Certify the model\t1\tacme/er-models" in gh("gh project item-list 8 --owner acme --limit 100")
    field = f"PVTF_stand_in_{board.fields['Model'].number}"
    project = json.loads(gh("gh project view 8 --owner acme --format json"))["id"]
    gh(f"gh project item-edit --id {first['id']} --project-id {project} --field-id {field} --text er_20251027")
    assert board.shown(item)["Model"] == "er_20251027"


def test_a_workflows_own_token_does_not_find_the_board(hub: Hub, reader: Reader) -> None:
    hub.add_board(8)
    done = reader.run("gh project item-list 8 --owner acme", token=hub.token)
    assert (done.code, "Could not resolve to a ProjectV2 with the number 8" in done.stderr) == (1, True)


def test_a_pull_request_is_opened_shown_and_merged_from_a_clone(hub: Hub, reader: Reader) -> None:
    clone = reader.clone()
    pin = (
        'git switch --quiet --create pin\necho {} > pin.json\ngit add .\ngit commit --quiet --message "Pin the dataset"'
    )
    push = "git push --quiet --set-upstream origin pin"
    opened = reader.run(f"{pin}\n{push}\ngh pr create --fill --base main", folder=clone)
    assert (opened.code, opened.stdout.strip()) == (0, "https://github.com/acme/er-models/pull/1"), opened.stderr
    assert hub.state.issues[1].title == "Pin the dataset"
    merged = reader.run("gh pr list\ngh pr merge --merge\ngh pr view pin", folder=clone)
    assert (merged.code, "state:\tMERGED" in merged.stdout) == (0, True), merged.stderr
    assert hub.state.bare.read("main", "pin.json") == b"{}\n"


def test_a_pull_request_waits_for_its_required_check(hub: Hub, reader: Reader, branch: Branch) -> None:
    head = branch("card")
    hub.add_pull("card")
    reader.run(PROTECT)

    def merge() -> Done:
        return reader.run("gh pr merge card --merge")

    def report(app: str, conclusion: str) -> None:
        number = hub.state.numbers()
        began = f"2025-10-27T00:00:{number % 60:02}Z"  # of two of the same name gh shows the one that began later
        check = CheckRun(number, "ER Precision Gate", head, Account(app), began, "completed", conclusion, began)
        hub.state.checks[number] = check

    assert "the base branch policy prohibits the merge" in merge().stderr
    report("precision-gate[bot]", "success")
    assert merge().code == 1
    report("github-actions[bot]", "failure")
    assert reader.run("gh pr checks card").stdout.startswith("ER Precision Gate\tfail")
    report("github-actions[bot]", "success")
    assert (merge().code, hub.state.issues[1].state) == (0, "closed")


def test_a_release_is_shown(gh: Gh) -> None:
    gh("gh release create er_20251027 --title er_20251027 --notes 'The card is inside.'")
    assert "The card is inside." in gh("gh release view er_20251027")
