"""``mlops validate``: the verb of the runbook, word for word; bad input ends in a letter and changes nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops import dataset, documents
from mlops.config import StorageSettings
from mlops.ids import DatasetId, utc_today
from mlops.manifest import path_of
from mlops.pinning import make_manifest
from mlops.validation import Validation
from tests.cli.job import enter
from tests.conftest import RunCli
from tests.tables import assert_refused, picture
from tests.validation.batches import AS_OF, claims, csv, table, with_column

RUNBOOK = ("validate", "claims", "--data-path", "new.csv", "--output", "validation_report.json")
NAMES = {"validation_report.json", "validation_report.md", "validation_report.html", "quarantine.parquet"}


@pytest.fixture
def new(repository: Path) -> Path:
    """Return a clean batch in the current folder."""
    path = repository / "new.csv"
    path.write_text(csv(claims()), encoding="utf-8")
    return path


def written(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".git", "mlops.toml", "new.csv"}


def test_the_command_of_the_runbook_passes_a_clean_batch(repository: Path, new: Path, run_cli: RunCli) -> None:
    before = new.read_bytes()
    outcome = run_cli(*RUNBOOK)
    assert (outcome.code, written(repository)) == (0, NAMES)
    report = documents.read(repository / "validation_report.json", Validation)
    assert (report.verdict, report.score, report.rows, report.contract) == ("pass", 1.0, 200, "fba_claims")
    assert (report.as_of, report.as_of_from) == (utc_today(), "today")
    assert outcome.out.startswith("pass: new.csv, 200 rows, score 1.0000\n")
    assert "The report stands in validation_report.json" in outcome.err
    assert new.read_bytes() == before
    assert pq.read_table(repository / "quarantine.parquet").num_rows == 0


def test_a_batch_with_bad_rows_fails_and_they_are_put_apart(repository: Path, new: Path, run_cli: RunCli) -> None:
    cells = claims()
    new.write_text(csv(with_column(cells, "claim_id", ["C1"] * 200)), encoding="utf-8")
    outcome = run_cli(*RUNBOOK, "--as-of", "20251020", "--json")
    assert outcome.code == 1
    told = json.loads(outcome.out)
    assert (told["verdict"], told["as_of"], told["as_of_from"]) == ("fail", AS_OF, "option")
    assert told == json.loads((repository / "validation_report.json").read_bytes())
    held = pq.read_table(repository / "quarantine.parquet")
    assert set(held["quarantine_rule"].to_pylist()) == {"repeated key"}
    assert held.num_rows == told["quarantined"] == 199
    assert "199 bad rows stand in quarantine.parquet" in outcome.err


def test_labels_that_are_not_there_yet_are_inconclusive(new: Path, run_cli: RunCli) -> None:
    cells = {**claims(), "claim_date": ["2025-10-18"] * 200, "claimable": [None] * 200}
    new.write_text(csv(cells), encoding="utf-8")
    assert run_cli(*RUNBOOK, "--as-of", "20251020").code == 4


def test_an_older_report_leaves_no_old_quarantine_behind(repository: Path, new: Path, run_cli: RunCli) -> None:
    new.write_text(csv(with_column(claims(), "claim_id", ["C1"] * 200)), encoding="utf-8")
    assert run_cli(*RUNBOOK).code == 1
    new.write_text(csv(claims()), encoding="utf-8")
    assert run_cli(*RUNBOOK).code == 0
    assert pq.read_table(repository / "quarantine.parquet").num_rows == 0


@pytest.mark.parametrize("name", ["claims_20250701.csv", "claims_batch_20250701.csv"])
def test_the_day_comes_from_the_name_of_the_file(repository: Path, run_cli: RunCli, name: str) -> None:
    (repository / name).write_text(csv(claims()), encoding="utf-8")
    outcome = run_cli("validate", "claims", "--data-path", name, "--json")
    told = json.loads(outcome.out)
    assert (outcome.code, told["as_of"], told["as_of_from"]) == (1, "2025-07-01", "file name")
    assert (repository / "dist" / "validation" / "validation.json").is_file()
    assert next(one for one in told["blockers"] if one["metric"] == "future_rows")["value"] > 0


def test_parquet_and_a_contract_of_the_repository(repository: Path, run_cli: RunCli, root: Path) -> None:
    profile = json.loads((root / "mlops" / "contract" / "profiles" / "fba_claims.json").read_bytes())
    (repository / "mine.json").write_text(json.dumps({**profile, "name": "mine", "window_days": 60}), encoding="utf-8")
    pq.write_table(table(claims()), repository / "new.parquet")
    outcome = run_cli(
        "validate", "claims", "--data-path", "new.parquet", "--contract", "mine.json", "--as-of", "20251020", "--json"
    )
    told = json.loads(outcome.out)
    assert (outcome.code, told["contract"]) == (1, "mine")
    assert [one["rule"] for one in told["defects"]] == ["stale claim_date"]


def test_the_contract_is_the_one_that_the_task_declares(repository: Path, new: Path, run_cli: RunCli) -> None:
    settings = repository / "mlops.toml"
    declared = settings.read_text(encoding="utf-8").replace('contract = "fba_claims"', 'contract = "tsa_claims"')
    settings.write_text(declared, encoding="utf-8")
    assert new.is_file()
    assert_refused(run_cli(*RUNBOOK), 3, "mlops contract show tsa_claims")


def test_a_job_gets_outputs_and_a_summary(
    repository: Path, new: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    new.write_text(csv(with_column(claims(), "claimable", ["0"] * 200)), encoding="utf-8")
    job = enter(monkeypatch, tmp_path / "job", repository)
    assert run_cli(*RUNBOOK).code == 1
    assert job.outputs == {
        "verdict": "fail",
        "score": "1.000000",
        "report": "validation_report.json",
        "quarantine": "quarantine.parquet",
        "rows": "200",
    }
    assert job.summary.startswith("## ❌ <code>new&#46;csv</code>: fail")


Spoil = Callable[[Path], object]


def other_columns(path: Path) -> None:
    cells = claims()
    cells["sellerid"] = cells.pop("seller_id")
    path.write_text(csv(cells), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.unlink(), ("new.csv",)),
        (lambda path: path.write_bytes(b""), ("The file is empty",)),
        (lambda path: path.write_text(csv(claims(), delimiter=";")), ("line 1", "a header with semicolons")),
        (lambda path: path.write_text(csv(claims(), delimiter="\t")), ("line 1", "a header with tabs")),
        (lambda path: path.write_bytes(csv(claims()).encode("utf-16")), ("UTF-16", "iconv")),
        (lambda path: path.write_bytes(csv(claims()).replace("toys", "Bücher").encode("latin-1")), ("Latin-1", "line")),
        (other_columns, ("no seller_id; sellerid", "sellerid looks like seller_id")),
        (lambda path: path.write_text(csv({**claims(), "score": ["1"] * 200})), ("score, which the contract",)),
        (lambda path: path.write_text("not a table\n"), ("no claim_id",)),
    ],
    ids=[
        "no_file", "no_bytes", "semicolons", "tabs", "utf_16", "latin_1", "a_column_renamed", "a_column_too_many",
        "no_table",
    ],
)  # fmt: skip
def test_what_is_no_batch_of_the_contract_is_refused(
    repository: Path, new: Path, run_cli: RunCli, spoil: Spoil, words: tuple[str, ...]
) -> None:
    spoil(new)
    before = picture(repository)
    assert_refused(run_cli(*RUNBOOK), 3, *words)
    assert picture(repository) == before


def test_a_header_without_rows_scores_0_and_fails(repository: Path, new: Path, run_cli: RunCli) -> None:
    new.write_text(csv(claims(0)), encoding="utf-8")
    assert run_cli(*RUNBOOK).code == 1
    report = documents.read(repository / "validation_report.json", Validation)
    assert (report.score, report.reason) == (0.0, "The file has no rows.")


def test_the_mark_of_a_spreadsheet_is_no_part_of_the_first_column(new: Path, run_cli: RunCli) -> None:
    new.write_bytes(b"\xef\xbb\xbf" + new.read_bytes())
    assert run_cli(*RUNBOOK).code == 0


@pytest.mark.parametrize("verb", [("validate", "--data-path"), ("integrate", "--new-data"), ("audit", "--data-path")])
def test_five_million_rows_are_refused_from_the_footer(
    repository: Path, run_cli: RunCli, verb: tuple[str, str]
) -> None:
    """Five million claims take kilobytes on disk and gigabytes in memory."""
    pin(repository, "claims_20251006", claims())
    column = pa.chunked_array([pa.nulls(5_000_000, pa.string())])
    pq.write_table(pa.table(dict.fromkeys(claims(0), column)), repository / "claims_20251020.parquet")
    outcome = run_cli(verb[0], "claims", verb[1], "claims_20251020.parquet")
    assert_refused(outcome, 3, "5,000,000 rows x 12 columns", "it was not read", "max_cells")
    assert not (repository / "dist").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("validate", "er", "--data-path", "new.csv"), ("has no contract", "tasks.er.contract")),
        (("validate", "nothing", "--data-path", "new.csv"), ("nothing", "claims")),
        (("validate", "claims"), ("--data-path",)),
        ((*RUNBOOK, "--contract", "nothing"), ("no contract of this name", "fba_claims")),
        ((*RUNBOOK, "--as-of", "2025-10-20"), ("--as-of", "8 ASCII digits")),
        ((*RUNBOOK, "--as-of", "20991231"), ("--as-of",)),
        ((*RUNBOOK, "--base", "claims_20990101"), ("No manifest has this id",)),
        ((*RUNBOOK[:-1], "new.csv"), ("none may be the data",)),
        ((*RUNBOOK, "--quarantine", "new.csv"), ("none may be the data",)),
        ((*RUNBOOK, "--quarantine", "validation_report.html"), ("a file each",)),
    ],
)
def test_options_that_mean_nothing_are_a_usage_error(
    repository: Path, new: Path, run_cli: RunCli, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    assert new.is_file()
    before = picture(repository)
    assert_refused(run_cli(*arguments), 2, *words)
    assert picture(repository) == before


def pin(folder: Path, name: str, cells: dict[str, list[str | None]]) -> None:
    """Pin columns as a dataset of the repository."""
    path = folder / f"{name}.csv"
    path.write_text(csv(cells), encoding="utf-8")
    data = dataset.read_file(path, settings=StorageSettings())
    wanted = DatasetId.parse(name)
    manifest = make_manifest(data, dataset_id=wanted, as_of=wanted.day, uris=(path.name,), parent=None)
    documents.write(folder / path_of(wanted), manifest)


def test_the_keys_of_the_base_are_known(repository: Path, new: Path, run_cli: RunCli) -> None:
    base = claims(150)
    pin(repository, "claims_20251006", with_column(base, "claimable", [None, *base["claimable"][1:]]))
    for name in ("claims_20251006", "data_manifests/claims_20251006.json"):
        outcome = run_cli(*RUNBOOK, "--as-of", "20251020", "--base", name, "--json")
        told = json.loads(outcome.out)
        assert (outcome.code, told["base"]) == (1, "claims_20251006")
        assert told["keys"] == {"revised": 1, "identical": 149, "flipped": 0, "changed": 0}
    assert new.is_file()


def test_the_day_comes_from_the_manifest_that_pins_these_bytes(repository: Path, new: Path, run_cli: RunCli) -> None:
    pin(repository, "claims_20250701", claims())
    assert new.read_bytes() == (repository / "claims_20250701.csv").read_bytes()
    told = json.loads(run_cli(*RUNBOOK, "--json").out)
    assert (told["as_of"], told["as_of_from"]) == ("2025-07-01", "manifest")
