"""The feature schema holds what the roles allow, whatever the columns are called, and its hash is its meaning."""

from dataclasses import replace
from pathlib import Path

import pytest

from mlops.contract.fields import Field, Role
from mlops.contract.loading import load_contract, profile_names
from mlops.contract.model import Contract
from mlops.tasks.claims.schema import FeatureSchema, derive

FORBIDDEN: tuple[Role, ...] = ("id", "group", "label", "label_time", "post_outcome", "batch", "pii", "ignored")


@pytest.fixture
def fba(root: Path) -> Contract:
    return load_contract("fba_claims", root)


@pytest.mark.parametrize("name", profile_names())
def test_no_column_of_another_role_is_read(root: Path, name: str) -> None:
    contract = load_contract(name, root)
    schema = derive(contract)
    assert {contract.field(column).role for column in schema.inputs} <= {"feature", "text", "event_time", "prior_time"}
    assert not {field.name for role in FORBIDDEN for field in contract.of_role(role)} & set(schema.inputs)


@pytest.mark.parametrize("role", ["batch", "pii", "post_outcome"])
def test_a_feature_that_changes_its_role_leaves_the_schema(fba: Contract, role: Role) -> None:
    one = Field(name="source", type="string", role="feature")
    fields = tuple(field for field in fba.fields if field.role != "batch")
    assert "source" in derive(fba.model_copy(update={"fields": (*fields, one)})).inputs
    turned = one.model_copy(update={"role": role})
    assert "source" not in derive(fba.model_copy(update={"fields": (*fields, turned)})).inputs


def test_numbers_that_a_rule_compares_make_a_ratio_and_dates_make_days(fba: Contract) -> None:
    kinds = {field.name: field.kind for field in derive(fba).fields}
    assert kinds["amount / order_value"] == "ratio"
    assert kinds["days from order_date to claim_date"] == "days"
    assert (kinds["category"], kinds["quantity"], kinds["description"]) == ("category", "number", "text")


def test_the_hash_is_that_of_names_kinds_and_encodings(fba: Contract) -> None:
    schema = derive(fba)
    assert derive(fba.model_copy(update={"title": "Another"})).sha256 == schema.sha256
    first, *rest = schema.fields
    others = [
        replace(schema, fields=(*rest, first)),
        replace(schema, fields=(replace(first, levels=("toys",)), *rest)),
        replace(schema, contract_version=schema.contract_version + 1),
    ]
    assert len({schema.sha256, *(other.sha256 for other in others)}) == 4


def test_a_schema_survives_the_model_file_and_a_changed_one_does_not(fba: Contract) -> None:
    state = derive(fba).state()
    assert FeatureSchema.restore(state) == derive(fba)
    for changed in ({"version": 2}, {"extra": 1}):
        with pytest.raises(ValueError, match="version 1"):
            FeatureSchema.restore(state | changed)
    with pytest.raises(ValueError, match="version 1"):
        FeatureSchema.restore(state | {"fields": [state["fields"][0] | {"kind": "eval"}]})
