"""``mlops doctor``: look for GitHub's traps in workflows, actions, ``mlops.toml`` and, when asked, in the settings."""

import os
from pathlib import Path

import click
from rich.console import Console

from mlops import doctor, runner
from mlops.cli import outputs
from mlops.cli.annotating import MOST
from mlops.cli.common import emit_json, load_settings
from mlops.cli.doctor_page import letter, markdown, show
from mlops.cli.faults import in_workspace
from mlops.config import FILE_NAME
from mlops.doctor import DoctorReport, Live, Repository
from mlops.doctor.reading import WORKFLOWS

_LEVELS: dict[str, runner.Level] = {"block": "error", "warn": "warning"}


@click.command(epilog="Example: GITHUB_REPOSITORY=acme/models GH_TOKEN=$(gh auth token) mlops doctor --api")
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--api", "ask", is_flag=True, help="Also read the repository's settings on GitHub; writes nothing.")
@click.option(
    "--deadline",
    type=click.FloatRange(min=1, max=21_600),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="Give up asking GitHub after so long.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(folder: Path | None, ask: bool, deadline: float, as_json: bool) -> int:
    """Look for GitHub's traps in the repository in FOLDER (default: where we stand).

    A required check that no job reports, that a path filter keeps pending for ever or that passes when it is skipped;
    tokens that may too much or too little; a deployment that no gate holds back. Each with the lines to write or the
    command to run. Exit code 1 if anything blocks; 5 if nothing does and something essential could not be read.
    """
    root = folder if folder is not None else _here()
    file = root / FILE_NAME
    settings = load_settings(root) if file.is_file() else None
    toml = file.read_text(encoding="utf-8") if settings is not None else ""
    repository, live = doctor.read(root, settings, toml), None
    if ask:
        repository, live = _asked(repository, deadline)
    report = doctor.examine(repository, live, toml)
    _tell_runner(report, root)
    if as_json:
        emit_json(report.model_dump(mode="json"))
    else:
        show(Console(), report)
    return int(report.exit_code)


def _here() -> Path:
    """Return the nearest folder at or above where we stand that has workflows; else where we stand."""
    start = Path.cwd()
    return next((each for each in (start, *start.parents) if (each / WORKFLOWS).is_dir()), start)


def _asked(repository: Repository, deadline: float) -> tuple[Repository, Live]:
    from mlops.bot.doctoring import NEEDS, survey  # noqa: PLC0415  # only --api needs the extra `bot`
    from mlops.cli.bot.common import reading  # noqa: PLC0415  # the same

    with reading(deadline, *NEEDS) as reader:
        return survey(reader, repository)


def _tell_runner(report: DoctorReport, root: Path) -> None:
    """Annotate each finding at its line, as many as GitHub shows, and add all of them to the summary."""
    page = outputs.here()
    if page is None:
        return
    outputs.summarise(markdown(report))
    workspace = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
    for severity, level in _LEVELS.items():
        for finding in [each for each in report.findings if each.severity == severity][:MOST]:
            file = in_workspace(root / finding.file, workspace) if finding.file else ""
            runner.annotate(page, level, letter(finding), title=finding.code, file=file, line=finding.line)
