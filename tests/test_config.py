"""mlops.toml is read strictly, and a policy's hash is that of its meaning."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mlops import config
from mlops.config import Criterion, Policy
from mlops.errors import ExitCode, UsageRefusedError

MINIMAL = """
schema_version = 1
[tasks.er]
description = "d"
[tasks.er.policy.criteria.f1]
min = 0.9
[tasks.er.card]
intended_use = "u"
out_of_scope = "o"
"""

rates = st.floats(0, 1)
criteria = st.builds(Criterion, min=rates, decide_on=st.sampled_from(["point", "lower_bound"])) | st.builds(
    Criterion, max=rates, action=st.sampled_from(["block", "warn"])
)
policies = st.builds(
    Policy,
    confidence=st.floats(0.5, 1, exclude_min=True, exclude_max=True),
    min_rows=st.integers(1, 10**6),
    criteria=st.dictionaries(st.sampled_from(["precision", "recall", "f1"]), criteria),
)


def test_the_shipped_settings_hold(root: Path) -> None:
    settings = config.load(root / "mlops.toml")
    criteria = settings.task("er").policy.criteria
    assert {name: rule.min for name, rule in criteria.items()} == {"precision": 0.92, "recall": 0.88, "f1": 0.90}
    assert all(rule.decide_on == "lower_bound" and rule.action == "block" for rule in criteria.values())


def test_what_is_left_out_has_its_documented_default() -> None:
    task = config.parse(MINIMAL.encode()).task("er")
    assert (task.sample_size, task.seed) == (10_000, 42)
    assert (task.split.seed, task.split.test_share) == (0, 0.2)
    assert task.threshold.objective == "f1"
    assert task.policy.criteria["f1"].decide_on == "lower_bound"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("min = 0.9", "min = 92", "tasks.er.policy.criteria.f1.min"),
        ("min = 0.9", "min = -0.1", "tasks.er.policy.criteria.f1.min"),
        ("min = 0.9", "min = nan", "tasks.er.policy.criteria.f1.min"),
        ("min = 0.9", "min = inf", "tasks.er.policy.criteria.f1.min"),
        ("min = 0.9", "min = true", "tasks.er.policy.criteria.f1.min"),
        ("min = 0.9", 'min = "0.9"', "tasks.er.policy.criteria.f1.min"),
        ("min = 0.9", "", "tasks.er.policy.criteria.f1"),
        ("min = 0.9", "min = 0.9\nmax = 1.0", "tasks.er.policy.criteria.f1"),
        ("min = 0.9", "minimum = 0.9", "tasks.er.policy.criteria.f1.minimum"),
        ('description = "d"', "", "tasks.er.description"),
        ('description = "d"', 'description = "d"\nsample_size = 1', "tasks.er.sample_size"),
        ('description = "d"', 'description = "d"\nseed = 4294967296', "tasks.er.seed"),
        ("schema_version = 1", "schema_version = 2", "schema_version"),
        ("schema_version = 1", "", "schema_version"),
        ("schema_version = 1", "schema_version = 1\nmore = 1", "more"),
        ("schema_version = 1", "schema_version = 1\nwhen = 2025-10-20", "when"),
        ("schema_version = 1", 'schema_version = 1\nstorage.schemes = ["ftp"]', "storage.schemes.0"),
    ],
)
def test_a_wrong_value_is_refused_by_name(old: str, new: str, field: str) -> None:
    with pytest.raises(UsageRefusedError) as refusal:
        config.parse(MINIMAL.replace(old, new).encode(), file="mlops.toml")
    assert refusal.value.field == field
    assert refusal.value.file == "mlops.toml"
    assert "docs/configuration.md" in refusal.value.fix


@pytest.mark.parametrize("data", [b"schema_version = ", b"\xff", b"[a]\n[a]\n", b"x = 1\nx = 2\n"])
def test_what_is_not_toml_is_refused(data: bytes) -> None:
    with pytest.raises(UsageRefusedError, match="not valid TOML") as refusal:
        config.parse(data)
    assert refusal.value.exit_code == ExitCode.USAGE


def test_absent_settings_are_a_matter_of_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageRefusedError, match=r"mlops\.toml") as refusal:
        config.load(tmp_path / "mlops.toml")
    assert refusal.value.exit_code == ExitCode.USAGE


def test_a_task_that_is_not_declared_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageRefusedError) as refusal:
        config.parse(MINIMAL.encode()).task("claims")
    assert refusal.value.expected == "er"
    assert "[tasks.claims]" in refusal.value.fix


def test_settings_are_frozen() -> None:
    settings: Any = config.parse(MINIMAL.encode())
    with pytest.raises(ValidationError, match="frozen"):
        settings.schema_version = 2


def test_comments_and_order_do_not_change_a_policys_hash() -> None:
    rule = "min = 0.9"
    one = f"{rule}\n[tasks.er.policy.criteria.recall]\nmax = 1"
    two = 'decide_on = "lower_bound"  # as by default\nmin = 0.90\n'
    table = "[tasks.er.policy.criteria.f1]"
    other = MINIMAL.replace(table, f"[tasks.er.policy.criteria.recall]\nmax = 1.0\n{table}").replace(rule, two)
    hashes = [
        config.policy_sha256(config.parse(text.encode()).task("er").policy)
        for text in (MINIMAL.replace(rule, one), other)
    ]
    assert hashes[0] == hashes[1]


@given(policies, policies)
def test_policies_have_the_same_hash_exactly_when_they_are_equal(one: Policy, other: Policy) -> None:
    assert (config.policy_sha256(one) == config.policy_sha256(other)) == (one == other)


@given(policies)
def test_a_policy_survives_the_way_through_a_verdict(policy: Policy) -> None:
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
