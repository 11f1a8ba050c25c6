"""``mlops verify``: hash pinned datasets again and compare."""

from dataclasses import dataclass
from pathlib import Path

import click

from mlops import dataset, storage
from mlops import manifest as manifests
from mlops.cli import outputs
from mlops.cli.choosing import choose_manifest
from mlops.cli.common import all_manifests, cache_folder, emit_json, find_manifest, load_settings, repository_root
from mlops.cli.faults import tell_runner
from mlops.config import StorageSettings
from mlops.errors import ExitCode, InputRefusedError, MlopsError, UsageRefusedError
from mlops.hashing import parse_sha256
from mlops.ids import DatasetId, format_date
from mlops.manifest import Manifest
from mlops.pinning import differing_facts
from mlops.render import inert


@dataclass(frozen=True)
class _Outcome:
    """What verifying one dataset gave: the exit code it asks for, and its hash or the problem."""

    manifest: str
    code: int
    sha256: str = ""
    problem: str = ""
    rows: int = 0

    def answer(self) -> dict[str, object]:
        """Return what is printed as JSON."""
        return {"manifest": self.manifest, "code": self.code, "sha256": self.sha256, "problem": self.problem}


@click.command(epilog="Example: mlops verify er_20251020 --dataset-hash $(sha256sum < FILE | cut -c1-64)")
@click.argument("names", metavar="[ID | MANIFEST]...", nargs=-1)
@click.option("--task", metavar="TASK", help="Verify one dataset of this task: that of the two options below.")
@click.option("--dataset-date", metavar="YYYYMMDD", help="The dataset of this day; the task's newest by default.")
@click.option(
    "--dataset-hash", metavar="SHA256",
    help="What the one dataset must hash to, for example from a dispatch input; without a name and a date, it names "
    "the dataset.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the outcome per dataset as JSON.")
def command(
    names: tuple[str, ...], task: str | None, dataset_date: str | None, dataset_hash: str | None, as_json: bool
) -> int:
    """Hash pinned datasets again, and check every fact that their manifests state.

    Without a name, all datasets of data_manifests/, or with --task the one that its options name. Exit 3 when a hash
    or a fact does not hold.
    """
    root = repository_root()
    settings = load_settings(root)
    expected = None if dataset_hash is None else parse_sha256(dataset_hash, field="--dataset-hash")
    _refuse_two_ways(names, task, dataset_date)
    if task is not None:
        settings.task(task)
        paths = [choose_manifest(root, task, dataset=None, date=dataset_date, sha256=dataset_hash)]
    else:
        paths = [find_manifest(root, name) for name in names] if names else _all(root)
    if expected is not None and len(paths) != 1:
        raise UsageRefusedError(
            "One hash cannot hold for several datasets.", field="--dataset-hash", expected="one dataset",
            found=f"{len(paths)} datasets", fix="Name the dataset: `mlops verify ID --dataset-hash SHA256`.",
        )  # fmt: skip
    outcomes = [_outcome(path, expected, settings.storage, root) for path in paths]
    verified = all(outcome.code == ExitCode.DONE for outcome in outcomes)
    if as_json:
        emit_json({"verified": verified, "datasets": [outcome.answer() for outcome in outcomes]})
    for outcome in () if as_json else outcomes:
        if outcome.code == ExitCode.DONE:
            click.echo(f"{outcome.manifest}  verified  {outcome.sha256}")
    if verified:
        _tell_runner(outcomes, paths)
    return max((outcome.code for outcome in outcomes), key=_severity)


def _refuse_two_ways(names: tuple[str, ...], task: str | None, date: str | None) -> None:
    """Refuse a dataset that is named twice over, or by its day alone: every task may have one of that day."""
    if names and (task is not None or date is not None):
        raise UsageRefusedError(
            "A dataset is named by its id, or by its task and day, not both.",
            field="--task, --dataset-date",
            expected="an id alone, or the options alone",
            found=f"{' '.join(names)} and an option",
            fix="Leave one of them out.",
        )
    if date is not None and task is None:
        raise UsageRefusedError(
            "A day alone names no dataset, for every task may have one of that day.",
            field="--task",
            expected="the task beside --dataset-date",
            found="nothing",
            fix="Add the task, for example --task er.",
        )


def _tell_runner(outcomes: list[_Outcome], paths: list[Path]) -> None:
    """Tell the runner what was verified; the outputs are those of one dataset."""
    links = outputs.links()
    for outcome in outcomes:
        shown = links.to_file(outcome.manifest, inert(outcome.manifest))
        outputs.summarise(f"✅ {shown}: verified, {outcome.rows:,} rows, sha256 `{outcome.sha256}`\n")
    if len(outcomes) == 1:
        dataset_id, only = DatasetId.parse(paths[0].stem), outcomes[0]
        outputs.tell(
            "verify",
            {
                "dataset-id": str(dataset_id),
                "dataset-date": format_date(dataset_id.day),
                "dataset-hash": only.sha256,
                "rows": str(only.rows),
                "manifest": only.manifest,
            },
        )


def _all(root: Path) -> list[Path]:
    paths = sorted((root / manifests.FOLDER).glob("*.json"))
    if not paths or not all_manifests(root):
        raise UsageRefusedError(
            "No dataset is pinned here, so nothing was verified.", file=root / manifests.FOLDER,
            fix="Pin one: `mlops pin TASK FILE`.",
        )  # fmt: skip
    return paths


def _outcome(path: Path, expected: str | None, settings: StorageSettings, root: Path) -> _Outcome:
    """Verify one dataset; a refusal is told at once and does not stop the others."""
    name = path.relative_to(root).as_posix()
    try:
        manifest = manifests.load(path)
        _verify(manifest, name, expected, settings, root)
    except MlopsError as error:
        click.echo(f"mlops: {name}: {error.letter()}", err=True)
        error.manifest = str(path)
        tell_runner(error)
        return _Outcome(name, int(error.exit_code), problem=error.letter())
    return _Outcome(name, int(ExitCode.DONE), sha256=manifest.sha256, rows=manifest.rows)


def _verify(manifest: Manifest, name: str, expected: str | None, settings: StorageSettings, root: Path) -> None:
    if expected is not None and manifest.sha256 != expected:
        raise InputRefusedError(
            f"sha256 mismatch, expected {expected}, got {manifest.sha256}. Nothing was read.", file=name,
            field="sha256", expected=expected, found=manifest.sha256,
            why="The hash belongs to another dataset, or the dataset was pinned anew.",
            fix="Compare with `git log -p` of the manifest, and pass the hash that it states.",
        )  # fmt: skip
    for uri in manifest.uris:  # every one is judged before the first is opened
        storage.locate(uri, settings=settings, root=root)
    for uri in manifest.uris:
        one = manifest.model_copy(update={"uris": (uri,)})
        data = dataset.read_pinned(one, settings=settings, root=root, cache=cache_folder(root))
    wrong = differing_facts(manifest, data)
    if wrong:
        raise InputRefusedError(
            "The bytes are the pinned ones, but the manifest says of them what is not so.", file=name,
            field=", ".join(wrong), expected="what `mlops pin` computes from the data", found="other values",
            why="The manifest was edited by hand, or written by another version of mlops.",
            fix="Remove the manifest and pin the file again with `mlops pin`.",
        )  # fmt: skip


def _severity(code: int) -> int:
    """Order exit codes: a refused input outweighs a fault of the network, which outweighs success."""
    order = [ExitCode.DONE, ExitCode.UNAVAILABLE, ExitCode.USAGE, ExitCode.REFUSED]
    return order.index(ExitCode(code))
