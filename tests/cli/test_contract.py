"""``mlops contract``: a draft on stdout with its reasons on stderr, and the contracts that ship."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pytest

from mlops import documents
from mlops.contract.loading import load_contract
from mlops.contract.model import Contract
from tests.conftest import RunCli
from tests.contract.contracts import document
from tests.contract.test_suggesting import claims


@pytest.fixture
def repository(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository to stand in, with a file of claims."""
    (tmp_path / "mlops.toml").write_bytes((root / "mlops.toml").read_bytes())
    pc.write_csv(pa.table(claims()), tmp_path / "My claims 2025.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_suggest_prints_a_contract_and_its_reasons_apart(repository: Path, run_cli: RunCli) -> None:
    outcome = run_cli("contract", "suggest", "My claims 2025.csv")
    assert outcome.code == 0
    contract = documents.loads(outcome.out.encode(), Contract)
    assert (contract.name, contract.one("label").name) == ("my_claims_2025", "granted")
    assert "claim_id: id, string: " in outcome.err
    assert "granted: label, string: two values, and named as a label" in outcome.err
    (repository / "contract.json").write_text(outcome.out, encoding="utf-8")
    again = run_cli("contract", "show", "contract.json", "--json")
    assert (again.code, again.out) == (0, outcome.out)


def test_suggest_takes_what_the_user_knows(repository: Path, run_cli: RunCli) -> None:
    options = ("--name", "mine", "--id", "order_id", "--time", "ordered", "--label", "granted")
    outcome = run_cli("contract", "suggest", str(repository / "My claims 2025.csv"), *options)
    assert outcome.code == 0
    value = json.loads(outcome.out)
    assert (value["name"], value["primary_key"]) == ("mine", "order_id")
    assert "ordered: event_time, date: named by you" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("suggest", "absent.csv"), 3, "does not exist"),
        (("suggest", "My claims 2025.csv", "--name", "My Claims"), 2, "--name"),
        (("suggest", "My claims 2025.csv", "--label", "colour"), 3, "--label COLUMN"),
        (("show", "claims"), 2, "fba_claims or tsa_claims"),
        (("show", "broken.json"), 3, "the field `amount` stands twice"),
        (("show", "../elsewhere.json"), 3, "must be a file of this repository"),
        (("show", "--json"), 2, "--json needs a NAME"),
    ],
)
def test_what_cannot_be_done_is_a_letter(
    repository: Path, run_cli: RunCli, arguments: tuple[str, ...], code: int, says: str
) -> None:
    value = json.loads(document())
    value["fields"].append(value["fields"][3])
    (repository / "broken.json").write_text(json.dumps(value), encoding="utf-8")
    outcome = run_cli("contract", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert says in outcome.err


def test_show_lists_the_profiles_and_prints_one_for_people_or_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_cli: RunCli
) -> None:
    monkeypatch.chdir(tmp_path)  # a profile needs no repository
    assert [line.split()[0] for line in run_cli("contract", "show").out.splitlines()] == ["fba_claims", "tsa_claims"]
    page = run_cli("contract", "show", "tsa_claims").out
    assert "close_amount   post_outcome  number            at least 0.0\n" in page
    assert "Rule: incident_date <= claim_date.\n" in page
    text = run_cli("contract", "show", "tsa_claims", "--json").out
    assert documents.loads(text.encode(), Contract) == load_contract("tsa_claims", tmp_path)
