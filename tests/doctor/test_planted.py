"""Each fault, planted by a small edit into this repository's own files, is found where it is, and nothing else is."""

from typing import NamedTuple

import pytest

from mlops.doctor import STATIC
from tests.doctor.ward import GATE, TOML, diagnose, own_texts

FOLDER = ".github/workflows/"
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
ON = "on:\n  pull_request:\n  merge_group:\n"
PUBLISH_TOKEN = "${{ steps.app.outputs.token || github.token }}"  # noqa: S105  # an expression
OF_APP = "          app-client-id: ${{ vars.MLOPS_APP_CLIENT_ID }}\n"
WITH_ENVIRONMENT = "    environment: mlops-bot # holds the key of the App whose pull requests start workflows\n"
REQUIRED = '{ context = "CI", app_id = 15368 }'


class Fault(NamedTuple):
    """An edit, and the line on which the finding must stand: the first that holds ``at`` behind the edit."""

    code: str
    file: str
    before: str
    after: str
    at: str
    severity: str = "block"


FAULTS = (
    Fault("invalid-workflow", f"{FOLDER}ci.yml", "  test:\n", "  test: {\n", "name: Tests on"),
    Fault("repeated-key", f"{FOLDER}ci.yml", "    timeout-minutes: 5\n", "    timeout-minutes: 5\n    name: Again\n",
          "name: Again"),
    Fault("misspelled-key", f"{FOLDER}ci.yml", "    if: always()\n", "    if: always()\n    environmnet: x\n",
          "environmnet"),
    Fault("required-check-missing", GATE, "name: ER Precision Gate", "name: ER precision gate",
          "    name: ER precision gate"),
    Fault("required-check-not-on-pull-request", GATE, ON, "on:\n  merge_group:\n", "on:"),
    Fault("required-check-path-filter", GATE, ON, "on:\n  pull_request:\n    paths: [mlops/**]\n  merge_group:\n",
          "paths: [mlops/**]"),
    Fault("required-check-path-filter", f"{FOLDER}ci.yml", "  pull_request:\n",
          "  pull_request:\n    paths-ignore: [docs/**]\n", "paths-ignore"),
    Fault("required-check-branch-filter", GATE, ON, ON.replace("  merge", "    branches: [release/**]\n  merge"),
          "branches: [release"),
    Fault("required-check-event-types", GATE, ON, ON.replace("  merge", "    types: [opened, labeled]\n  merge"),
          "types:"),
    Fault("required-check-no-merge-group", GATE, ON, "on:\n  pull_request:\n", "on:", "warn"),
    Fault("required-check-ambiguous", f"{FOLDER}ci.yml", "name: Checks and end-to-end tests", "name: CI",
          "  ci:\n    name: CI"),
    Fault("required-check-skippable", GATE, "    needs: [evidence]\n    if: always()\n", "    needs: [evidence]\n",
          "needs: [evidence]"),
    Fault("required-check-skippable", GATE, "    if: always()\n", "    if: ${{ github.actor != 'dependabot[bot]' }}\n",
          "dependabot"),
    Fault("required-check-ignores-results", GATE, "needs.evidence.result", "needs.evidence.outputs.judge",
          "needs: [evidence]"),
    Fault("required-check-may-fail", GATE, "    if: always()\n", "    if: always()\n    continue-on-error: true\n",
          "continue-on-error: true"),
    Fault("required-check-may-fail", f"{FOLDER}ci.yml", "  check:\n", "  check:\n    continue-on-error: true\n",
          "continue-on-error"),
    Fault("required-check-open-source", TOML, REQUIRED, '{ context = "CI" }', 'context = "CI"'),
    Fault("needs-unknown-job", f"{FOLDER}publish-model-card.yml", "needs: [judge]", "needs: [gate]", "needs: [gate]"),
    Fault("deploy-without-environment", f"{FOLDER}model-deploy.yml",
          "    environment: ${{ inputs.environment }} # its reviewers and branch limits hold here\n", "", "  release:"),
    Fault("deploy-without-environment", f"{FOLDER}model-deploy.yml",
          "    environment: ${{ matrix.environment }} # its reviewers and branch limits hold here\n", "",
          "  reconcile:"),
    Fault("deploy-not-behind-gate", f"{FOLDER}model-deploy.yml", "needs: [precision-gate]\n", "needs: [evidence]\n",
          "    name: Release\n    needs: [evidence]"),
    Fault("deploy-not-behind-gate", f"{FOLDER}model-deploy.yml", "if: needs.precision-gate.result == 'success'",
          "if: always()", "if: always()"),
    Fault("publishing-cancelled-half-way", f"{FOLDER}model-deploy.yml", "cancel-in-progress: false",
          "cancel-in-progress: true", "cancel-in-progress: true", "warn"),
    Fault("missing-permissions", f"{FOLDER}pr-comment.yml",
          "permissions: {}\n\n", "", "  comment:"),
    Fault("write-all-permissions", f"{FOLDER}ci.yml", "permissions: {}\n\n", "permissions: write-all\n\n", "write-all"),
    Fault("settings-with-workflow-token", f"{FOLDER}data-refresh.yml", OF_APP, "",
          "app-private-key: ${{ secrets.MLOPS_APP_PRIVATE_KEY }}\n          token: ${{ github.token }}"),
    Fault("settings-with-workflow-token", f"{FOLDER}ci.yml", "        run: .ci/run\n",
          "        env:\n          GH_TOKEN: ${{ github.token }}\n        run: |\n          .ci/run\n"
          "          gh variable set ML_DATASET_DATE --body 20251020\n", "gh variable set"),
    Fault("pull-request-starts-no-checks", f"{FOLDER}publish-model-card.yml", PUBLISH_TOKEN, "${{ github.token }}",
          "          base-branch: ${{ github.event.repository.default_branch }}\n          token:", "warn"),
    Fault("secret-outside-environment", f"{FOLDER}publish-model-card.yml", WITH_ENVIRONMENT, "",
          "secrets.MLOPS_APP_PRIVATE_KEY", "warn"),
    Fault("unpinned-uses", f"{FOLDER}ci.yml", CHECKOUT, "actions/checkout@v7", "actions/checkout@v7"),
    Fault("unpinned-uses", "actions/setup/action.yml", "27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5", "v5",
          "actions/cache@v5"),
    Fault("foreign-checkout", f"{FOLDER}pr-comment.yml", "        with:\n          persist-credentials: false\n",
          "        with:\n          ref: ${{ github.event.workflow_run.head_sha }}\n", "ref: ${{ github"),
    Fault("script-injection", f"{FOLDER}ci.yml", "        run: .ci/run\n",
          "        run: |\n          .ci/run\n          echo ${{ github.event.pull_request.title }}\n",
          "echo ${{ github.event.pull_request.title }}"),
    Fault("run-watch-exit-status", f"{FOLDER}ci.yml", "        run: .ci/run\n",
          "        run: |\n          .ci/run\n          gh run watch 42 --exit-status\n          gh run watch 42\n",
          "gh run watch 42\n"),
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.code} in {fault.file.rpartition('/')[2]}")
def test_a_planted_fault_is_found_at_its_line_and_nothing_else_is(fault: Fault) -> None:
    texts = own_texts()
    assert fault.before in texts[fault.file]
    everywhere = -1 if fault.code == "required-check-ignores-results" else 1
    changed = texts[fault.file].replace(fault.before, fault.after, everywhere)
    if fault.code == "missing-permissions":  # the job has its own, too
        start, end = changed.index("    permissions:\n"), changed.index("    steps:\n")
        changed = changed[:start] + changed[end:]
    place = changed.index(fault.at) + len(fault.at.rstrip("\n"))
    found = diagnose(texts | {fault.file: changed})
    line = changed.count("\n", 0, place) + 1
    assert [(each.code, each.severity, each.file, each.line) for each in found.findings] == [
        (fault.code, fault.severity, fault.file, line)
    ]
    (finding,) = found.findings
    assert finding.what.endswith(".")
    assert finding.why
    assert finding.fix
    assert (found.outcome, int(found.exit_code)) == (fault.severity, int(fault.severity == "block"))


def test_every_check_of_files_has_a_planted_fault() -> None:
    assert {fault.code for fault in FAULTS} == {check.code for check in STATIC}


def test_there_is_nothing_to_find_in_this_repository() -> None:
    report = diagnose(own_texts())
    assert report.findings == ()
    assert (report.outcome, report.set_aside, report.required) == (
        "clean",
        0,
        ("ER Precision Gate", "Claims Gate", "CI"),
    )
    assert report.workflows >= 9
    assert report.actions >= 7
