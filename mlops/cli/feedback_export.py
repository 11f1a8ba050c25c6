"""The steps of ``mlops feedback export``: read, choose, make everything in memory, compare, then write."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from mlops import dataset, documents
from mlops.cli.common import declared_contract, load_settings, repository_root, shown_path
from mlops.cli.feedback_asked import Asked
from mlops.config import Settings
from mlops.contract.model import Contract
from mlops.dataset import writing
from mlops.errors import ConflictError, NothingSettledError, UsageRefusedError
from mlops.feedback import draws, reading, sidecars, tables
from mlops.feedback.choosing import REASONS, Chosen, Reason, choose, is_mature
from mlops.feedback.reading import Window
from mlops.feedback.responding import Response, responses
from mlops.hashing import sha256_bytes
from mlops.ids import DatasetId, format_date
from mlops.manifest import Manifest
from mlops.pinning import make_manifest


@dataclass(frozen=True)
class Wishes:
    """What becomes of them."""

    records: Path | None
    audits: tuple[Path, ...]
    keep: tuple[str, ...]
    out: Path | None
    output: Path | None
    only_audited: bool = False


@dataclass(frozen=True)
class Exported:
    """What was exported."""

    status: str
    data: Path
    folder: Path
    chosen: Chosen
    manifest: Manifest
    drawn: int
    answers: Mapping[bool, Response]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "status": self.status, "data": str(self.data), "folder": str(self.folder), "rows": len(self.chosen.rows),
            "answered": self.chosen.answered, "immature": self.chosen.immature, "undecided": self.chosen.undecided,
            "held": self.chosen.counts(), "audited": self.drawn, "manifest": self.manifest.model_dump(mode="json"),
            "draws": {("positive" if call else "negative"): one._asdict() for call, one in self.answers.items()},
        }  # fmt: skip

    def page(self) -> str:
        """Return it for a terminal."""
        chosen = self.chosen
        lines = [
            f"{self.data}  {self.status}",
            f"  rows       {len(chosen.rows):,} of {chosen.answered:,} answered predictions, {self.drawn:,} of a draw",
            f"  too young  {chosen.immature:,}",
            f"  no label   {chosen.undecided:,}",
        ]
        if any(one.drawn for one in self.answers.values()):
            shares = ", ".join(f"called {name} {text}" for name, text in sidecars.answers_of(self.answers).items())
            lines.append(f"  of draws   labels came of those {shares}")
        lines += [
            f"  held out   {count:,}: {REASONS[cast('Reason', name)]}"
            for name, count in chosen.counts().items()
            if count
        ]
        task = self.manifest.task
        following = f"feedback join {self.data} --task {task}" if self.manifest.collection is None else (
            f"validate {task} --data-path {self.data}"
        )  # fmt: skip
        lines += [
            f"  sha256     {self.manifest.sha256}",
            f"  beside it  {self.folder}",
            f"  do now     mlops {following}",
        ]
        return "\n".join(lines)


def export(asked: Asked, wishes: Wishes) -> Exported:
    """Export labelled predictions.

    Raises:
        UsageRefusedError: A place outside of the repository, or columns that are nowhere.
        InputRefusedError: The log, the records or a draw is not what it should be; or no prediction is labelled.
        ConflictError: A file that would be written is there with other content; nothing was changed.
    """
    root = repository_root()
    settings = load_settings(root)
    contract = declared_contract(settings, asked.task, root)
    window = asked.window()
    wanted = DatasetId(asked.task, window.as_of)
    path, folder = (
        _data_path(wishes.out, wanted, contract, root),
        wishes.output or root / "dist" / "feedback" / str(wanted),
    )
    rows = reading.read(asked.log, asked.task, window)
    inclusion = draws.inclusion(draws.read_all(root, asked.task, wishes.audits), rows)
    records = {} if contract is None else _records(wishes.records, contract, settings)
    chosen = choose(
        rows, maturity_days=asked.maturity_days(settings, contract), as_of=window.as_of, named=contract is not None,
        keep=cast("tuple[Reason, ...]", wishes.keep),
        incomplete=lambda some: set() if contract is None else tables.incomplete(some, contract, records),
    )  # fmt: skip
    if wishes.only_audited:
        chosen = chosen._replace(rows=tuple(row for row in chosen.rows if row.id in inclusion))
    if not chosen.rows:
        raise _nothing(asked, window, chosen)
    if contract is None:
        table = tables.pairs_table(chosen.rows, inclusion if wishes.only_audited else None)
    else:
        table = tables.claims_table(chosen.rows, contract, records)
    data = writing.to_csv(table) if path.suffix == ".csv" else writing.to_parquet(table)
    drawn = sum(row.id in inclusion for row in chosen.rows)
    maturity = asked.maturity_days(settings, contract)
    answers = responses((row for row in rows if is_mature(row.day, maturity, window.as_of)), inclusion)
    limitations = (*sidecars.limitations_of(chosen, drawn, answers), *_lost(table, path))
    manifest = _manifest(path, data, wanted, chosen, limitations, window, contract, settings, root)
    files = {
        path: data,
        folder / "held.csv": writing.to_csv(sidecars.held_table(chosen.held)),
        folder / "rows.csv": writing.to_csv(sidecars.rows_table(chosen.rows, inclusion)),
        folder / f"{wanted}.json": documents.dumps(manifest),
    }
    return Exported(write_once(files), shown_path(path), shown_path(folder), chosen, manifest, drawn, answers)


OTHERWISE = "Name another day with --as-of, another place with --out and --output, or remove the old files."


def write_once(files: Mapping[Path, bytes], *, otherwise: str = OTHERWISE) -> str:
    """Write files in their order; return ``unchanged`` if all were there already.

    Args:
        files: By path the content.
        otherwise: What to do now where one is there with other content.

    Raises:
        ConflictError: One is there with other content; none was written.
    """
    for path, data in files.items():
        if path.exists() and documents.read_bytes(path, limit=max(len(data), documents.MAX_BYTES) + 1) != data:
            raise ConflictError(
                "This file is there already, with other content; nothing was written.", file=path,
                expected=f"sha256 {sha256_bytes(data)[:12]}…, or no file", found="other bytes",
                why="The log, the labels or the options are others than when it was written.",
                fix=otherwise,
            )  # fmt: skip
    missing = [path for path in files if not path.exists()]
    for path in missing:
        documents.write_bytes(path, files[path])
    return "written" if missing else "unchanged"


def _data_path(out: Path | None, wanted: DatasetId, contract: Contract | None, root: Path) -> Path:
    """Return where the data goes: inside of the repository, for a manifest must say where."""
    name = f"{wanted.task}_batch_{format_date(wanted.day)}" + (".parquet" if contract is None else ".csv")
    place = root / "data" / wanted.task if out is None else Path.cwd() / out
    path = place if place.suffix in {".csv", ".parquet"} else place / name
    if path.resolve().is_relative_to(root.resolve()):
        return path
    raise UsageRefusedError(
        "The data lies outside of the repository, so its manifest could not say where.", field="--out",
        expected=f"a place below {root}", found=out, fix=f"For example: --out data/{wanted.task}/",
    )  # fmt: skip


def _records(path: Path | None, contract: Contract, settings: Settings) -> tables.Records:
    if path is None:
        return {}
    return tables.records_of(dataset.read_file(path, settings=settings.storage).table, contract, file=path)


def _manifest(
    path: Path, data: bytes, wanted: DatasetId, chosen: Chosen, limitations: tuple[str, ...], window: Window,
    contract: Contract | None, settings: Settings, root: Path,
) -> Manifest:  # fmt: skip
    """Return the manifest of the bytes as any reader reads them: they are parsed once more."""
    models = ", ".join(sorted({row.model_id for row in chosen.rows}))
    first = min(row.day for row in chosen.rows)
    last = max(row.day for row in chosen.rows)
    with tempfile.TemporaryDirectory() as private:
        copy = Path(private, path.name)
        copy.write_bytes(data)
        read = dataset.read_file(copy, settings=settings.storage)
    return make_manifest(
        read, dataset_id=wanted, as_of=wanted.day, uris=(path.resolve().relative_to(root.resolve()).as_posix(),),
        source=f"Predictions of {models}, answered from {first} to {last}, with the labels known on {window.as_of}",
        limitations=limitations, contract=contract,
    )  # fmt: skip


def _lost(table: pa.Table, path: Path) -> tuple[str, ...]:
    """Return what the format of a file does not keep of a table, in sentences for its manifest."""
    count = tables.empty_texts(table) if path.suffix == ".csv" else 0
    return (f"{count:,} cells were sent as empty texts and read as missing, as CSV has it.",) if count else ()


def _nothing(asked: Asked, window: Window, chosen: Chosen) -> NothingSettledError:
    since = "the log's beginning" if window.start == date.min else window.start
    return NothingSettledError(
        "No prediction of these days became data; nothing was written.", file=asked.log, field=asked.task,
        expected=f"labelled predictions from {since} to before {window.until}",
        found=f"{chosen.answered:,} answered: {chosen.immature:,} too young, {chosen.undecided:,} without a label, "
        f"{len(chosen.held):,} held out",
        fix="Wait for labels, name earlier days, or see how they come: mlops feedback report.",
    )  # fmt: skip
