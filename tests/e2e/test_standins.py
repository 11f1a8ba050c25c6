"""The stand-ins do what the real actions do, as far as the workflows rely on it."""

import os
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import git
from tests.e2e.act import PYTHON_FOLDER, Act, Run
from tests.e2e.standins import FOLDER, standins, used

ROOT = Path(__file__).resolve().parents[2]

WORKFLOW = """
name: Stand-ins
on: workflow_dispatch
jobs:
  first:
    runs-on: ubuntu-24.04
    outputs:
      python: ${{ steps.python.outputs.python-path }}
    steps:
      - uses: CHECKOUT
      - name: Check out the base
        uses: CHECKOUT
        with:
          ref: BASE
          path: .cache/base
      - name: Compare
        run: test "$(cat text)" = new && test "$(cat .cache/base/text)" = old
      - name: Set up Python
        id: python
        uses: SETUP
        with:
          python-version: "3.12"
      - name: Restore
        id: known
        uses: CACHE
        with:
          path: ${{ runner.temp }}/kept
          key: known-key
      - name: Restore what is not there
        id: unknown
        uses: CACHE
        with:
          path: ${{ runner.temp }}/other
          key: unknown-key
      - name: Look into the cache
        env:
          HITS: ${{ steps.known.outputs.cache-hit }}-${{ steps.unknown.outputs.cache-hit }}
        run: test "$HITS" = true- && test "$(cat "$RUNNER_TEMP/kept/file")" = cached && test ! -e "$RUNNER_TEMP/other"
      - name: Make files
        run: mkdir -p out/deep && echo 1 > out/a && echo 2 > out/deep/b && echo 3 > out/.hidden
      - name: Upload
        uses: UPLOAD
        with:
          name: model
          path: out
          if-no-files-found: error
      - name: Upload it again
        id: again
        continue-on-error: true
        uses: UPLOAD
        with:
          name: model
          path: out
      - name: Upload over it
        uses: UPLOAD
        with:
          name: model
          path: out/deep
          overwrite: true
      - name: Upload nothing
        id: nothing
        continue-on-error: true
        uses: UPLOAD
        with:
          name: nothing
          path: nowhere
          if-no-files-found: error
      - name: Upload a page
        uses: UPLOAD_PAGES
        with:
          path: out
      - name: Borrow a token
        id: app
        uses: TOKEN
        with:
          client-id: some-client
          private-key: some-key
      - name: Assert
        env:
          OUTCOMES: ${{ steps.again.outcome }}-${{ steps.nothing.outcome }}
          TOKEN: ${{ steps.app.outputs.token }}
        run: test "$OUTCOMES" = failure-failure && test "${#TOKEN}" -ge 20
  second:
    needs: [first]
    runs-on: ubuntu-24.04
    steps:
      - name: Download
        uses: DOWNLOAD
        with:
          name: model
          path: got
      - name: Publish what has no page to begin with
        id: pages
        continue-on-error: true
        uses: DEPLOY_PAGES
      - name: Download what is not there
        id: missing
        continue-on-error: true
        uses: DOWNLOAD
        with:
          name: nothing
      - name: Download from another run without a token
        id: tokenless
        continue-on-error: true
        uses: DOWNLOAD
        with:
          name: model
          run-id: 6
      - name: Attest
        id: attest
        continue-on-error: true
        uses: ATTEST
        with:
          subject-checksums: got/b
      - name: List checksums
        run: sha256sum got/b > checksums.txt
      - name: Attest checksums
        id: attested
        uses: ATTEST
        with:
          subject-checksums: checksums.txt
      - name: Assert
        env:
          OUTCOMES: ${{ steps.missing.outcome }}-${{ steps.tokenless.outcome }}-${{ steps.attest.outcome }}
          BUNDLE: ${{ steps.attested.outputs.bundle-path }}
        run: test "$OUTCOMES" = failure-failure-failure && test "$(cat got/b)" = 2 && grep -q got/b "$BUNDLE"
      - name: Assert that there was no page
        env:
          OUTCOME: ${{ steps.pages.outcome }}
        run: test "$OUTCOME" = failure
"""
OTHER_RUN = """
name: Other run
on: workflow_dispatch
jobs:
  third:
    runs-on: ubuntu-24.04
    steps:
      - name: Download from the first run
        uses: DOWNLOAD
        with:
          name: model
          path: got
          run-id: 7
          github-token: ${{ github.token }}
      - name: Assert
        run: test "$(cat got/b)" = 2
"""


def pinned(text: str) -> str:
    """Return a workflow with the actions at the refs that the workflows of this repository use."""
    refs = {action: f"{action}@{ref}" for action, (ref,) in used(ROOT).items()}
    names = {"CHECKOUT": "checkout", "SETUP": "setup-python", "CACHE": "cache", "UPLOAD": "upload-artifact",
             "DOWNLOAD": "download-artifact", "TOKEN": "create-github-app-token", "ATTEST": "attest",
             "UPLOAD_PAGES": "upload-pages-artifact", "DEPLOY_PAGES": "deploy-pages"}  # fmt: skip
    for word, name in names.items():
        text = text.replace(f"uses: {word}\n", f"uses: {refs[f'actions/{name}']}\n")
    return text


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "remote", "add", "origin", "https://github.com/acme/models")
    (folder / "text").write_text("old\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Old")
    workflows = folder / ".github" / "workflows"
    workflows.mkdir(parents=True)
    base = git(folder, "rev-parse", "HEAD")
    (workflows / "standins.yml").write_text(pinned(WORKFLOW).replace("ref: BASE", f"ref: {base}"))
    (workflows / "other.yml").write_text(pinned(OTHER_RUN))
    (folder / "text").write_text("new\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=New")
    return folder


@pytest.fixture(scope="module")
def act(tmp_path_factory: pytest.TempPathFactory) -> Act:
    program = PYTHON_FOLDER / "act"
    if sys.platform != "linux" or not program.exists():
        pytest.skip("act runs the workflows on Linux, from the developer's environment: make test")
    folder = tmp_path_factory.mktemp("act")
    kept = folder / "cache" / "known-key" / "kept"
    kept.mkdir(parents=True)
    (kept / "file").write_text("cached\n")
    for name in ("homes", "artifacts"):
        (folder / name).mkdir()
    return Act(
        str(program), folder / "homes", "[safe]\n\tdirectory = *\n", "placeholder-of-a-token", folder / "artifacts",
        standins(ROOT), {"STANDIN_CACHE": str(folder / "cache")},
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(act: Act, clone: Path) -> Run:
    return act.run(clone, "standins.yml", run_id=7)


def test_every_step_that_relies_on_a_stand_in_found_what_it_expects(run: Run) -> None:
    assert run.code == 0, run.explain()
    assert run["first"].result == run["second"].result == "success"


def test_what_goes_wrong_is_said_in_the_words_of_the_real_action(run: Run) -> None:
    errors = "\n".join(run["first"].errors() + run["second"].errors())
    for words in (
        "(409) Conflict",
        "No files were found",
        "Artifact not found for name: nothing",
        "github-token is required",
        "no index.html",
    ):
        assert words in errors


def test_hidden_files_are_left_out_and_the_last_upload_holds(run: Run, act: Act) -> None:
    [archive] = (act.artifacts / "7" / "model").glob("*.zip")
    assert run.code == 0
    assert zipfile.ZipFile(archive).namelist() == ["b"]


def test_an_artifact_can_be_downloaded_by_another_run(run: Run, act: Act, clone: Path) -> None:
    assert run.code == 0
    other = act.run(clone, "other.yml", run_id=8)
    assert other.code == 0, other.explain()


def test_an_action_without_a_stand_in_is_an_error(tmp_path: Path) -> None:
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "x.yml").write_text(f"jobs:\n  x:\n    steps:\n      - uses: actions/unknown@{'0' * 40} # v1.0.0\n")
    with pytest.raises(LookupError, match="actions/unknown has no stand-in"):
        standins(tmp_path)


def test_every_stand_in_is_used() -> None:
    folders = {f"actions/{path.parent.name}" for path in FOLDER.glob("*/action.yml")}
    assert folders == used(ROOT).keys()


def test_the_stand_ins_run_with_the_python_of_the_tests() -> None:
    assert os.access(PYTHON_FOLDER / "python3", os.X_OK)
