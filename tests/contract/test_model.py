"""A contract is read strictly: what contradicts itself is refused in a letter that says what."""

from pathlib import Path
from typing import Any

import pytest

from mlops import documents
from mlops.contract import loading
from mlops.contract.loading import load_contract, profile_names
from mlops.contract.model import Contract
from mlops.errors import InputRefusedError, UsageRefusedError
from tests.contract.contracts import SMALL, document, small

RULES = SMALL["rules"]
FIELDS = SMALL["fields"]


def rule(left: str, operator: str, right: Any) -> dict[str, Any]:
    return {"rules": [{"left": left, "operator": operator, "right": right}]}


def test_roles_find_fields_and_only_features_are_features() -> None:
    contract = small()
    assert contract.one("id").name == contract.primary_key
    assert [field.name for field in contract.of_role("prior_time")] == ["order_date"]
    assert {field.role for field in contract.features()} == {"feature"}
    assert "paid" not in {field.name for field in contract.features()}
    assert [field.name for field in contract.filled()] == ["claim_id", "claim_date"]
    assert str(contract.rules[0]) == "order_date <= claim_date"
    with pytest.raises(KeyError, match="label_time"):
        contract.one("label_time")
    with pytest.raises(KeyError, match="feature"):
        contract.one("feature")


@pytest.mark.parametrize(
    ("field", "changes", "says"),
    [
        ("", {"fields": [*FIELDS, FIELDS[3]]}, "the field `amount` stands twice"),
        ("paid", {"role": "id", "type": "string"}, "only one field may have role id, not claim_id and paid"),
        ("claim_date", {"role": "prior_time"}, "one field must have role event_time"),
        ("claimable", {"role": "ignored"}, "one field must have role label"),
        ("", {"fields": [field for field in FIELDS if field["role"] != "feature"]}, "role feature or text"),
        ("", {"primary_key": "order_id"}, "primary_key must be the field of role id, `claim_id`"),
        ("claim_id", {"required": False}, "must be required"),
        ("claim_id", {"type": "integer"}, "`claim_id` has role id, so its type must be string"),
        ("claim_date", {"type": "string"}, "`claim_date` has role event_time, so its type must be date"),
        ("", rule("order_day", "<=", "claim_date"), "names `order_day`, which is no field"),
        ("", rule("order_date", "<=", "claim_day"), "names `claim_day`, which is no field"),
        ("", rule("order_date", "<=", "amount"), "must compare two different fields of the same type"),
        ("", rule("amount", "<=", "amount"), "must compare two different fields of the same type"),
        ("", rule("code", "<", "items"), "asks for an order"),
        ("", rule("claim_date", ">", 0), "compares a date with a number"),
        ("", rule("claimable", "<=", "quantity"), "is about the label"),
        ("", {"rules": RULES * 2}, "stands twice"),
        ("", rule("amount", "=~", 0), "Input should be '<'"),
        ("claimable", {"constraints": {"enum": ["1"]}}, "the enum of `claimable` forbids a text"),
        ("", {"label_values": {"1": 1}}, "texts for 0 and for 1"),
        ("", {"label_values": {"no": 0, "yes": 1, "maybe": 2}}, "no other class"),
        ("", {"label_values": {"Yes": 0, "yes ": 1}}, "label_values hold 'yes' twice"),
        ("", {"missing_values": ["n/a", "N/A"]}, "missing_values hold 'n/a' twice"),
        ("", {"missing_values": ["0"]}, "'0' is a label, so it cannot stand for a missing one"),
        ("", {"label_values": {"": 0, "1": 1}}, "'' is a label"),
        ("amount", {"separator": ";"}, "has a separator, so its type must be string"),
        ("amount", {"format": "%Y-%m-%d"}, "has a format, so its type must be date"),
        ("amount", {"constraints": {"enum": ["1"]}}, "an enum is for text"),
        ("amount", {"constraints": {"pattern": "1"}}, "a pattern is for text"),
        ("amount", {"constraints": {"minimum": 2, "maximum": 1}}, "the minimum is greater than the maximum"),
        ("amount", {"constraints": {"minimum": "2"}}, "a bound of a number is a number"),
        ("claim_date", {"constraints": {"minimum": "2025-02-29"}}, "a bound of a date is a day"),
        ("claim_date", {"constraints": {"minimum": 2025}}, "a bound of a date is a day"),
        ("code", {"constraints": {"minimum": 1}}, "minimum and maximum are for numbers and dates"),
        ("code", {"constraints": {"pattern": "("}}, "is no regular expression"),
        ("code", {"constraints": {"pattern": r"(a)\1"}}, "looks around or back"),
        ("code", {"constraints": {"pattern": "(?=a)"}}, "looks around or back"),
        ("code", {"constraints": {"enum": ["a", "a"]}}, "holds 'a' twice"),
        ("claim_date", {"format": "%d/%m/%y"}, "not %y"),
        ("claim_date", {"format": "%Y-%m-%dT%H:%M:%S%z"}, "not %z"),
        ("claim_date", {"format": "%Y-%m"}, "names year, month"),
        ("claim_date", {"format": "%Y-%m-%b-%d"}, "names year, month"),
        ("claim_date", {"format": "%Y-%m-%d %"}, "not %"),
        ("claim_date", {"format": "%Y\n%m-%d"}, "printable ASCII"),
        ("", {"maturity_days": -1}, "greater than or equal to 0"),
        ("", {"name": "../x"}, "match pattern"),
        ("", {"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(field: str, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputRefusedError) as refused:
        documents.loads(document(field=field, **changes), Contract, file="mine.json")
    assert says in refused.value.letter()
    assert "mlops schema contract" in refused.value.letter()


@pytest.mark.parametrize("name", profile_names())
def test_profiles_are_contracts_of_their_own_name_and_come_back_unchanged(name: str, tmp_path: Path) -> None:
    contract = load_contract(name, tmp_path)
    assert contract.name == name
    documents.write(tmp_path / "mine" / "copy.json", contract)
    assert load_contract("mine/copy.json", tmp_path) == contract


def test_the_runbooks_fields_are_required_by_its_profile(tmp_path: Path) -> None:
    required = {field.name for field in load_contract("fba_claims", tmp_path).fields if field.required}
    assert required == {
        *("claim_id", "seller_id", "order_id", "claim_date", "order_date", "amount", "order_value", "quantity"),
        *("category", "marketplace", "fulfillment_center", "claimable"),
    }


def test_no_profile_of_that_name(tmp_path: Path) -> None:
    with pytest.raises(UsageRefusedError, match="fba_claims or tsa_claims"):
        load_contract("fba", tmp_path)


@pytest.mark.parametrize("escape", ["../outside.json", "link/outside.json"])
def test_a_contract_outside_of_the_repository_is_refused(escape: str, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    (tmp_path / "outside.json").write_bytes(document())
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(InputRefusedError, match="must be a file of this repository"):
        load_contract(escape, root)


def test_every_file_among_the_profiles_is_one() -> None:
    assert {path.suffix for path in loading.PROFILES.iterdir()} == {".json"}
