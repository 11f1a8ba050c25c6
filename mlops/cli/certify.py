"""``mlops certify``: gate 4, the ledger of its runs, and what the ledger allows."""

from collections.abc import Mapping
from os import environ
from pathlib import Path

import click
from rich.console import Console

from mlops import provenance, registry
from mlops.artifact import CERTIFICATION
from mlops.certification import keeping
from mlops.certification.document import CertificationReport, LedgerLine, Status
from mlops.certification.status import status
from mlops.cli import certify_page, outputs
from mlops.cli.certify_asked import Asked, newest_artifact, profile_of, rules_of
from mlops.cli.certify_recording import Place, certify_and_record
from mlops.cli.common import emit_json, load_settings, repository_root, shown_path
from mlops.errors import ExitCode, UsageRefusedError
from mlops.ids import parse_date, utc_today

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command(epilog="Example: mlops certify claims --record; later: mlops certify claims --status")
@click.argument("task")
@click.argument("artifact", type=_FOLDER, required=False)
@click.option("--profile", metavar="NAME", help="The profile that judges; by default the one mlops.toml names.")
@click.option(
    "--as-of", metavar="YYYYMMDD",
    help="The day of the run, or of the status. Default: of a run the dataset's, of a status today in UTC.",
)  # fmt: skip
@click.option("--ledger", type=_FILE, metavar="FILE", help="Default: model_cards/TASK/ledger.jsonl.")
@click.option("--record/--no-record", default=False, show_default=True, help="Add the run to the ledger; commit it.")
@click.option("--run-url", metavar="URL", help="The run that certifies; in Actions known, elsewhere empty.")
@click.option(
    "--output", type=_FILE, metavar="FILE", help=f"Where the report goes; by default {CERTIFICATION} in ARTIFACT."
)
@click.option("--status", "tell", is_flag=True, help="Only tell what the ledger allows: tier, streak, expiry.")
@click.option("--check", "verify", is_flag=True, help="Only check the ledger and the committed reports.")
@click.option("--base", metavar="REV", help="With --check: the commit whose ledger this one must continue.")
@click.option("--revoke", metavar="REASON", help="Only add a line that ends what the ledger allows.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout instead of text.")
def command(
    task: str,
    artifact: Path | None,
    profile: str | None,
    as_of: str | None,
    ledger: Path | None,
    record: bool,
    run_url: str | None,
    output: Path | None,
    tell: bool,
    verify: bool,
    base: str | None,
    revoke: str | None,
    as_json: bool,
) -> int:
    """Certify ARTIFACT of TASK: green and counting (exit 0), fail (1), inconclusive or not counting (4).

    Every number is measured again from the artifact and the pinned data. A run counts when its dataset is new and its
    test rows lie after every day tested before; three counting green runs in a row certify. ARTIFACT is by default
    dist/<newest dataset>.
    """
    _refuse_two_modes(artifact, record=record, tell=tell, verify=verify, base=base, revoke=revoke)
    root = repository_root()
    settings = load_settings(root)
    rules = rules_of(task, settings)
    day = None if as_of is None else parse_date(as_of, field="--as-of", today=utc_today()).isoformat()
    place = Place(task, root, settings, ledger or root / keeping.path_of(task), day)
    if verify:
        return _check(place, base, as_json=as_json)
    if revoke is not None:
        return _revoke(place, revoke, run_url, as_json=as_json)
    if tell:
        found = status(keeping.read(place.path), rules, place.today)
        _show_status(found, as_json=as_json)
        return int(ExitCode.DONE)
    asked = Asked(
        task=task,
        artifact=artifact or newest_artifact(root, task),
        profile=profile_of(profile, task, rules),
        as_of=day,
        run_url=provenance.run_url(environ) if run_url is None else run_url,
    )
    return _run(place, asked, output, record=record, as_json=as_json)


def _refuse_two_modes(
    artifact: Path | None, *, record: bool, tell: bool, verify: bool, base: str | None, revoke: str | None
) -> None:
    modes = [
        name for name, given in (("--status", tell), ("--check", verify), ("--revoke", revoke is not None)) if given
    ]
    if len(modes) > 1 or (modes and (artifact is not None or record)) or (base is not None and not verify):
        raise UsageRefusedError(
            "These options do not go together.",
            field=", ".join(modes) or "--base",
            expected="an artifact to certify, or one of --status, --check [--base REV] and --revoke",
            fix="Certify first, then ask with a command of its own.",
        )


def _run(place: Place, asked: Asked, output: Path | None, *, record: bool, as_json: bool) -> int:
    """Certify, write the report, record it where asked to, and tell."""
    done = certify_and_record(place, asked, output or asked.artifact / CERTIFICATION, record=record)
    report, entry, found = done.report, done.entry, done.status
    outputs.tell("certify", _outputs(report, entry, found, done.path, recorded=done.recorded))
    outputs.summarise(certify_page.page_of(report, entry, found))
    if as_json:
        emit_json(_json(report, entry, found))
    else:
        console = Console()
        certify_page.print_report(report, entry, console)
        certify_page.print_status(found, console)
    click.echo(f"The report stands in {shown_path(done.path)}; the run is {done.said}.", err=True)
    return int(done.exit_code)


def _check(place: Place, base: str | None, *, as_json: bool) -> int:
    """Check the ledger: its chain, the base's, and the reports beside the cards."""
    found = keeping.read(place.path)
    if base is not None:
        keeping.check_extends(found, _base_ledger(place, base), place.path, base)
    from mlops.certification.evidence import check_evidence  # noqa: PLC0415  # imports what judges, which is slow

    reports = list(check_evidence(found, place.root / registry.FOLDER))
    if as_json:
        emit_json({"lines": len(found.lines), "runs": len(found.runs), "reports": reports})
    else:
        more = "" if base is None else f" It continues the ledger of {base}."
        click.echo(f"The ledger holds: {len(found.lines):,} lines, {len(reports):,} reports judged again.{more}")
    return int(ExitCode.DONE)


def _base_ledger(place: Place, base: str) -> bytes:
    root, path = place.root.resolve(), place.path.resolve()
    if not path.is_relative_to(root):
        raise UsageRefusedError(
            "The base has no ledger outside of the repository.",
            field="--ledger",
            expected=f"a file below {root}",
            found=place.path,
            fix="Leave --ledger or --base out.",
        )
    return provenance.committed(root, base, path.relative_to(root).as_posix()) or b""


def _revoke(place: Place, reason: str, run_url: str | None, *, as_json: bool) -> int:
    """Add the line that ends what the lines before have earned."""
    old, rules = keeping.read(place.path), rules_of(place.task, place.settings)
    if not old.runs or not reason.strip():
        raise UsageRefusedError(
            "There is nothing to revoke, or no reason.",
            field="--revoke",
            expected="a sentence, and a ledger with a run",
            found=f"{len(old.runs)} runs, reason {reason!r}",
            fix="Say why in a sentence; `mlops certify TASK --status` shows what is held.",
        )
    held = status(old, rules, place.today).model_id or old.runs[-1].model_id
    new = old.revoked(
        date=place.today, task=place.task, model_id=held, reason=reason.strip()[:500],
        run_url=provenance.run_url(environ) if run_url is None else run_url,
    )  # fmt: skip
    keeping.write(place.path, new, old)
    _show_status(status(new, rules, place.today), as_json=as_json)
    return int(ExitCode.DONE)


def _show_status(found: Status, *, as_json: bool) -> None:
    if as_json:
        emit_json(found.model_dump(mode="json"))
    else:
        certify_page.print_status(found, Console())


def _json(report: CertificationReport, entry: LedgerLine, found: Status) -> Mapping[str, object]:
    return {
        "report": report.model_dump(mode="json"),
        "counts": entry.counts,
        "why_not": entry.why_not,
        "status": found.model_dump(mode="json"),
    }


def _outputs(
    report: CertificationReport, entry: LedgerLine, found: Status, path: Path, *, recorded: bool
) -> dict[str, str]:
    return {
        "verdict": report.verdict,
        "reason": report.reason,
        "model-id": report.model_id,
        "dataset-id": report.dataset_id,
        "dataset-hash": report.bindings.dataset_sha256,
        "counts": str(entry.counts).lower(),
        "tier": found.tier,
        "streak": str(found.streak),
        "certified-until": found.certified_until or "",
        "report": shown_path(path).as_posix(),
        "recorded": str(recorded).lower(),
    }
