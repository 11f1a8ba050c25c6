"""``mlops bot monitor`` as the workflow runs it: a report in, one issue and at most one run out, data never loaded."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from mlops import documents
from mlops.errors import ExitCode
from tests.cli.test_bot import job, outputs, refused
from tests.conftest import RunCli
from tests.fakes.github import Hub
from tests.fakes.github.fixtures import hub
from tests.monitoring.reports import DAY, report

__all__ = ["hub", "job"]

TRAIN = (
    b"name: T\non: {workflow_dispatch: {inputs: {seed: {default: '1'}}}}\njobs: {t: {runs-on: x, steps: [{run: a}]}}\n"
)


def test_the_issue_and_the_training(job: Hub, run_cli: RunCli, tmp_path: Path) -> None:
    job.state.bare.write("main", ".github/workflows/train.yml", TRAIN, "Train", "octocat")
    told = []
    again = report("alarm", retrain="dispatch", as_of=DAY + timedelta(days=1))
    for number, found in enumerate((report("alarm", retrain="dispatch"), again, report())):
        documents.write(Path(f"{number}.json"), found)
        (tmp_path / "output").unlink(missing_ok=True)
        done = run_cli("bot", "monitor", f"{number}.json", "--workflow", "train.yml", "--input", "seed=7")
        assert done.code == ExitCode.DONE, done.err
        told.append(outputs(tmp_path))
    assert [one["status"] for one in told] == ["opened", "updated", "closed"]
    assert [bool(one["run-id"]) for one in told] == [True, False, False]
    assert job.state.runs[int(told[0]["run-id"])].inputs == {"seed": "7"}
    [issue] = job.state.issues.values()
    assert issue.labels == ["monitoring"]


def test_what_is_no_report_is_refused_before_anything_is_asked(job: Hub, run_cli: RunCli) -> None:
    Path("other.json").write_text('{"schema_version": 1}')
    refused(run_cli("bot", "monitor", "other.json"), ExitCode.REFUSED, "Monitoring")
    documents.write(Path("unknown.json"), report().model_copy(update={"task": "other"}))
    refused(run_cli("bot", "monitor", "unknown.json"), ExitCode.USAGE, "not declared")
    assert job.log == []


def test_no_data_frame_is_loaded() -> None:
    code = "import sys, mlops.cli.bot.monitor; sys.exit('numpy' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603  # fixed words
