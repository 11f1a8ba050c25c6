"""``mlops bot release``: publish a judged artifact as a release whose tag is the model's id."""

from pathlib import Path

import click

from mlops import admission, bom, checksums, documents
from mlops import manifest as manifests
from mlops.artifact import CHECKSUMS, EVALUATION, GATE, METRICS, MODEL, TRAINING, Training
from mlops.bot import pages
from mlops.bot.client import GitHub
from mlops.bot.committing import read_passed
from mlops.bot.permissions import WRITE_CONTENTS
from mlops.bot.releases import Contents, Published, publish
from mlops.bot.settings import parse_commit
from mlops.bot.unpacking import MAX_BYTES, is_ours
from mlops.cli.bot.common import connection, deadline_option, json_option, tell
from mlops.cli.common import find_manifest, repository_root
from mlops.errors import InputRefusedError, MlopsError
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.ids import ModelId
from mlops.metrics import Metrics


@click.command("release", epilog="Example: mlops bot release dist/er_20251020 --card model_cards/er_20251020.md")
@click.argument("artifact", type=click.Path(path_type=Path, file_okay=False), metavar="ARTIFACT")
@click.option("--card", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The model's card.")
@click.option("--commit", metavar="SHA", help="The commit that the tag names.  [GITHUB_SHA]")
@deadline_option
@json_option
def command(artifact: Path, card: Path | None, commit: str | None, deadline: float, as_json: bool) -> None:
    """Publish the model in ARTIFACT, which must have passed, as a release: files, verdict, card, bill of materials.

    Files are uploaded into a draft, which is published last; a rerun goes on where it stopped. A release that holds
    other model files is a conflict (exit 6); verdict, card and bill (CycloneDX) stay as they were first uploaded. An
    artifact without a verdict, as training left it, gets the committed one.
    """
    admission.supply_verdict(artifact, repository_root())
    contents, report = contents_of(artifact, card)
    with connection(deadline, WRITE_CONTENTS) as hub:
        done = release(hub, contents, report, parse_commit(commit or hub.settings.sha, field="--commit"))
    tell("release", done._asdict(), f"{done.status}: {done.url}", as_json=as_json)


def release(hub: GitHub, contents: Contents, report: GateReport, commit: str) -> Published:
    """Publish what :func:`contents_of` read, under a tag that is the model's id."""
    tag = str(ModelId.parse(report.model_id))
    body = pages.release_body(report, pages.links_at(hub.settings, commit))
    return publish(hub, contents, tag=tag, commit=commit, title=f"Model {tag}", body=body)


def contents_of(artifact: Path, card: Path | None) -> tuple[Contents, GateReport]:
    """Return what is released, if the verdict is a pass, and the verdict.

    Raises:
        InputRefusedError: It is no pass, it is about other bytes, or a file is not what the artifact lists.
    """
    report = read_passed(artifact)
    return _contents(artifact, card, report), report


def _contents(artifact: Path, card: Path | None, report: GateReport) -> Contents:
    """Read what is released, each file as the artifact lists it; refuse a verdict about other bytes."""
    listing = documents.read_bytes(artifact / CHECKSUMS)
    artifact_sha256 = report.bindings.artifact_sha256
    if sha256_bytes(listing) != artifact_sha256:
        raise InputRefusedError(
            "The verdict is about another artifact.",
            file=artifact / GATE,
            field="bindings.artifact_sha256",
            expected=sha256_bytes(listing),
            found=artifact_sha256,
            fix="Judge this artifact: mlops gate ARTIFACT",
        )
    listed = checksums.verify(artifact, required=(MODEL, EVALUATION, TRAINING, METRICS), listing=listing)
    foreign = [name for name in listed if not is_ours(name)]
    if foreign:
        raise InputRefusedError(
            "The artifact lists a file that no training run leaves.", file=artifact / CHECKSUMS, field="name",
            found=", ".join(foreign)[:300], fix="Train again.",
        )  # fmt: skip
    files = {name: checksums.read_verified(artifact, name, listed, limit=MAX_BYTES) for name in listed}
    companions = {GATE: documents.read_bytes(artifact / GATE), bom.NAME: _bill(artifact, report, listed)}
    if card is not None:
        companions[card.name] = documents.read_bytes(card)
    return Contents({**files, CHECKSUMS: listing}, companions)


def _bill(artifact: Path, report: GateReport, listed: dict[str, str]) -> bytes:
    """Return the bill of materials; the manifest adds to it where this is the repository that pins the dataset."""
    training = documents.loads(checksums.read_verified(artifact, TRAINING, listed), Training, file=artifact / TRAINING)
    metrics = documents.loads(checksums.read_verified(artifact, METRICS, listed), Metrics, file=artifact / METRICS)
    try:
        pinned = manifests.load(find_manifest(repository_root(), training.dataset_id))
    except MlopsError:
        pinned = None
    fits = pinned is not None and pinned.sha256 == training.dataset_sha256
    return bom.build(training, metrics, report, files=listed, manifest=pinned if fits else None)
