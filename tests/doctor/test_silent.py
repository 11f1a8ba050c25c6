"""Good forms are left alone, and near ones are told apart: a doctor that cries wolf is switched off."""

from itertools import pairwise

import pytest

from tests.doctor.ward import GATE, TOML, codes, diagnose, findings, gate, needing, requires, step

PIN = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7"
NEEDED = "  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n"
LOOKS = step("if: needs.build.result != 'success'", "run: exit 1")


@pytest.mark.parametrize(
    "workflow",
    [
        gate(),
        gate(on="  pull_request_target:\n  merge_group:\n"),
        gate(on="  push:\n  merge_group:\n"),
        gate(on="  pull_request:\n    branches: [main, 'release/**']\n  merge_group:\n"),
        gate(on="  pull_request:\n    branches: ['**', '!dev']\n  merge_group:\n"),
        gate(on="  pull_request:\n    branches-ignore: [dev]\n  merge_group:\n"),
        gate(on="  pull_request:\n    types: [labeled, opened, reopened, synchronize]\n  merge_group:\n"),
        gate(on="  pull_request:\n  merge_group:\n  push:\n    paths: [docs/**]\n"),
        gate().replace("on:\n  pull_request:\n  merge_group:\n", "on: [pull_request, merge_group]\n"),
        gate().replace("permissions: {}\n", "").replace("runs-on", "permissions:\n      contents: read\n    runs-on"),
    ],
)  # fmt: skip
def test_sound_triggers_and_permissions_are_left_alone(workflow: str) -> None:
    assert codes(workflow) == []


@pytest.mark.parametrize(
    "condition",
    [
        "always()",
        "${{ always() }}",
        "'!cancelled()'",
        "${{ !cancelled() }}",
        "always() || github.event_name == 'push'",
        "always() && github.event_name != 'workflow_dispatch'",
        "always() && (github.event_name == 'pull_request' || github.event_name == 'MERGE_GROUP')",
        "${{ (always()) && !(github.event_name == 'schedule') }}",
    ],
)
def test_a_condition_that_always_holds_on_pull_requests_is_left_alone(condition: str) -> None:
    assert codes(gate(before=NEEDED, job=needing(LOOKS, condition=condition))) == []


@pytest.mark.parametrize(
    "condition",
    [
        "success()",
        "failure() || success()",
        "github.event_name == 'pull_request'",
        "always() && github.event_name == 'pull_request'",
        "always() && needs.build.outputs.changed == 'true'",
        "always() && !github.event.pull_request.draft",
        "'!cancelled() && github.actor'",
        "${{ always() }} && false",
        "always(",
        "always() always()",
        "always() == github.actor",
        "(" * 5_000 + "always()" + ")" * 5_000,
    ],
)
def test_a_condition_that_may_be_false_lets_a_skipped_check_pass(condition: str) -> None:
    assert codes(gate(before=NEEDED, job=needing(LOOKS, condition=condition))) == ["required-check-skippable"]


def test_a_condition_without_needs_holds_where_only_the_event_is_asked_about() -> None:
    assert codes(gate(job="    if: github.event_name != 'push'\n")) == []
    assert codes(gate(job="    if: success() && !failure()\n")) == []
    assert codes(gate(job="    if: contains(github.event.pull_request.labels.*.name, 'gate')\n")) == [
        "required-check-skippable"
    ]


@pytest.mark.parametrize(
    "looks",
    [
        "needs['build'].result",
        "needs.*.result",
        "toJSON(needs)",
        "contains(needs.*.result, 'failure')",
    ],
)  # fmt: skip
def test_looking_at_results_in_any_form_is_enough(looks: str) -> None:
    job = needing(step("run: ./decide", "env:", f"  R: ${{{{ {looks} }}}}"))
    assert codes(gate(before=NEEDED, job=job)) == []


def test_each_need_that_is_not_looked_at_is_told() -> None:
    two = NEEDED + NEEDED.replace("build:", "lint:")
    job = needing(step("run: test ${{ needs.build.result }}"), needs="\n      - build\n      - lint")
    (found,) = findings(gate(before=two, job=job))
    assert (found.code, found.line) == ("required-check-ignores-results", 19)
    assert "`lint`" in found.what
    assert "needs.lint.result != 'success'" in found.fix


def test_a_step_may_fail_where_its_outcome_is_looked_at() -> None:
    steps = "    steps:\n      - id: try\n        continue-on-error: true\n        run: make\n"
    asks = "      - if: steps.try.outcome != 'success'\n        run: exit 1\n"
    assert codes(gate(job=steps + asks)) == []
    assert codes(gate(job=steps)) == ["required-check-may-fail"]


@pytest.mark.parametrize(
    ("job", "name"),
    [
        ("    strategy:\n      matrix:\n        python: ['3.11']\n", "ER Precision Gate (3.11)"),
        ("    strategy:\n      matrix: ${{ fromJSON(inputs.cells) }}\n", "ER Precision Gate (x)"),
        ("    strategy:\n      matrix:\n        include:\n          - python: '3.11'\n", "ER Precision Gate (3.11)"),
    ],
)
def test_a_matrix_reports_under_other_names(job: str, name: str) -> None:
    missing = diagnose({GATE: gate(job=job)}).findings
    assert [found.code for found in missing] == ["required-check-missing"]
    assert diagnose({GATE: gate(job=job), TOML: requires(name)}).findings == ()


def test_a_reusable_workflow_reports_as_caller_and_callee() -> None:
    caller = gate().replace(
        "    runs-on: ubuntu-24.04\n    steps:\n      - run: make test\n", "    uses: ./.github/workflows/judge.yml\n"
    )
    callee = "on:\n  workflow_call:\npermissions: {}\njobs:\n  judge:\n    runs-on: x\n    steps:\n      - run: make\n"
    (found,) = findings(caller, judge=callee)
    assert found.code == "required-check-missing"
    assert "`ER Precision Gate / judge`" in found.what
    assert "plain job" in found.fix
    whole = {GATE: caller, ".github/workflows/judge.yml": callee, TOML: requires("ER Precision Gate / judge")}
    assert diagnose(whole).findings == ()
    (skipped,) = diagnose(whole | {GATE: caller.replace("    uses", "    if: github.actor == 'me'\n    uses")}).findings
    assert (skipped.code, skipped.file) == ("required-check-skippable", GATE)


def test_a_check_of_another_app_is_no_job_of_ours() -> None:
    assert diagnose({GATE: gate(), TOML: requires("codecov/patch", ", app_id = 254")}).findings == ()
    (open_, missing) = diagnose({GATE: gate(), TOML: requires("codecov/patch", "")}).findings
    assert {(open_.code, open_.severity), (missing.code, missing.severity)} == {
        ("required-check-missing", "warn"),
        ("required-check-open-source", "warn"),
    }


def test_a_job_without_a_name_reports_its_id_which_is_offered_when_it_is_near() -> None:
    nameless = gate().replace("    name: ER Precision Gate\n", "").replace("  gate:", "  er-precision-gate:")
    (found,) = findings(nameless)
    assert "The nearest is `er-precision-gate`" in found.what
    assert "name: ER Precision Gate" in found.fix


OWN = ("env:", "  GH_TOKEN: ${{ github.token }}")
STEPS = {
    "pinned": step(f"uses: {PIN}"),
    "local": step("uses: ./actions/setup"),
    "digest": step(f"uses: docker://alpine@sha256:{'a' * 64}"),
    "watch": step("run: |", "  gh run watch 1 \\", "    --exit-status"),
    "told": step(*OWN, "run: |", "  # gh run watch 1", "  echo 'By hand: gh variable set A, mlops bot apply'"),
    "quoted event": step('run: echo "$TITLE"', "env:", "  TITLE: ${{ github.event.pull_request.title }}"),
    "decided event": step("run: test ${{ contains(github.event.pull_request.title, 'x') || github.head_ref == 'y' }}"),
    "owner of the head": step("run: echo ${{ github.event.pull_request.head.repo.full_name }}"),
    "harmless event": step("run: echo ${{ github.event.pull_request.number }} ${{ github.sha }}"),
    "read rules": step(*OWN, "run: gh api repos/o/r/rulesets"),
    "app sets": step("run: gh variable set A --body b", "env:", "  GH_TOKEN: ${{ steps.app.outputs.token }}"),
    "app verb": step("uses: ./actions/bot", "with:", "  verb: apply", "  app-client-id: x"),
    "no board": step("uses: ./actions/bot", "with:", "  verb: announce", "  issue: 8"),
    "push": step("uses: ./actions/bot", "with:", "  verb: publish", "  mode: push"),
    "own token reads": step("run: gh pr view", "env:", "  GH_TOKEN: ${{ secrets.GITHUB_TOKEN }}"),
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_good_steps_are_left_alone(steps: str) -> None:
    assert codes(gate(job=f"    steps:\n{steps}")) == []


APP = "settings-with-workflow-token"
OPENED = "pull-request-starts-no-checks"
BAD_STEPS = {
    "branch": (step("uses: acme/tool@main"), "unpinned-uses", "gh api repos/acme/tool/commits/main --jq .sha"),
    "short": (step("uses: acme/tool/sub@3d3c42e"), "unpinned-uses", "repos/acme/tool/commits/3d3c42e"),
    "image": (step("uses: docker://alpine:3"), "unpinned-uses", "imagetools inspect alpine:3"),
    "default token": (step("uses: ./actions/bot", "with:", "  verb: variables"), APP, "app-private-key: ${{ secrets."),
    "it plans": (step(f"uses: a/b/actions/bot@{'a' * 40}", "with:", "  verb: plan"), APP, "environment: mlops-bot"),
    "board": (step("uses: ./actions/bot", "with:", "  verb: announce", "  project: 8"), APP, "app-client-id: "),
    "api": (
        step(*OWN, "run: |", "  gh api --method PUT \\", "    repos/o/r/branches/main/protection"),
        APP,
        "GH_TOKEN:",
    ),
    "rules": (step(*OWN, "run: gh api repos/o/r/rulesets -X POST --input x.json"), APP, "GH_TOKEN:"),
    "mlops": (
        step("env:", "  GITHUB_TOKEN: ${{ github.token }}", "run: '\"$MLOPS\" bot apply'"),
        APP,
        "GH_TOKEN: ${{ steps.app",
    ),
    "pull request": (step(*OWN, "run: test -e x && gh pr create --fill"), OPENED, "steps.app.outputs.token"),
    "action opens": (step(f"uses: peter-evans/create-pull-request@{'b' * 40}"), OPENED, "client-id"),
    "script action": (
        step(f"uses: actions/github-script@{'c' * 40}", "with:", "  script: f(`${{ github.head_ref }}`)"),
        "script-injection",
        "HEAD_REF: ${{ github.head_ref }}",
    ),
}


@pytest.mark.parametrize(("steps", "code", "fix"), BAD_STEPS.values(), ids=BAD_STEPS)
def test_bad_steps_are_found_with_their_fix(steps: str, code: str, fix: str) -> None:
    (found,) = findings(gate(job=f"    steps:\n{steps}"))
    assert found.code == code
    assert fix in found.fix


def test_a_need_of_another_file_is_said_to_be_there() -> None:
    other = "on:\n  workflow_call:\npermissions: {}\njobs:\n  judge:\n    runs-on: x\n    steps:\n      - run: make\n"
    (found,) = findings(
        gate(job="    needs: judge\n    if: always()\n    env:\n      R: ${{ needs.*.result }}\n"), judge=other
    )
    assert found.code == "needs-unknown-job"
    assert "It is a job of .github/workflows/judge.yml, which `needs` cannot reach." in found.what
    assert "uses: ./.github/workflows/judge.yml" in found.fix


@pytest.mark.parametrize(
    ("comment", "count"),
    [
        ("# v7, mlops: ignore[unpinned-uses] our own mirror moves it", 0),
        ("# mlops: ignore[script-injection, unpinned-uses] our mirror", 0),
        ("# mlops: ignore[unpinned-uses]", 1),
        ("# mlops: ignore[unpinned-uses] because", 1),
        ("# mlops: ignore[script-injection] our own mirror", 1),
    ],
)
def test_a_comment_with_a_reason_sets_a_finding_aside(comment: str, count: int) -> None:
    report = diagnose({GATE: gate(job=f"    steps:\n      - uses: acme/tool@v1 {comment}\n")})
    assert (len(report.findings), report.set_aside) == (count, 1 - count)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdef")
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no `on:`"),
        ("jobs:\n  a:\n    steps: []\n", "no `on:`"),
        ("on: push\n", "no `jobs:`"),
        ("- a\n", "no `on:`"),
        ("on: [push\n", "no YAML"),
        ("on: push\n\x00", "no YAML"),
        ("on: push\n---\non: push\n", "no YAML"),
        ("on: " + "[" * 200 + "]" * 200, "nesting deeper"),
        ("on: " + "[" * 5_000, "no YAML"),
        ("? [a]\n: b\n", "a key that is no text"),
        (BOMB, "more than 50,000 values"),
        ("on: &on\n  push: *on\n", "nesting deeper"),
        ("on: *nothing\n", "no YAML"),
        ("jobs: !!python/object/apply:os.system ['true']\non: push\n", "no `jobs:`"),
    ],
)  # fmt: skip
def test_what_is_no_workflow_is_a_finding_and_never_a_crash(text: str, said: str) -> None:
    found = [each for each in findings(gate(), other=text) if each.code == "invalid-workflow"]
    assert len(found) == 1
    assert said in found[0].what
    assert found[0].file == ".github/workflows/other.yml"


AFTER = """on:
  workflow_run:
    workflows: [CI]
permissions: {}
jobs:
  ship:
    if: CONDITION
    runs-on: ubuntu-24.04
    steps:
      - uses: PIN
        with:
          ref: ${{ github.event.workflow_run.head_sha }}
""".replace("PIN", PIN)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("github.event.workflow_run.event == 'push' && github.event.workflow_run.conclusion == 'success'", 0),
        ("github.event.workflow_run.conclusion == 'success'", 1),
        ("github.event.workflow_run.event == 'push' || github.event.workflow_run.event == 'pull_request'", 1),
    ],
)
def test_a_head_that_only_who_may_write_pushes_is_not_a_strangers(condition: str, found: int) -> None:
    assert codes(gate(), ship=AFTER.replace("CONDITION", condition)) == ["foreign-checkout"] * found


@pytest.mark.parametrize(("group", "found"), [("release-${{ github.sha }}", 0), ("release-${{ github.ref }}", 1)])
def test_only_a_group_that_runs_share_cancels(group: str, found: int) -> None:
    top = f"concurrency:\n  group: {group}\n  cancel-in-progress: true\n"
    workflow = gate(top=top, job=f"    steps:\n{step('run: gh release create v1')}")
    assert codes(workflow) == ["publishing-cancelled-half-way"] * found
