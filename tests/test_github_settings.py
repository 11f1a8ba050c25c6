"""``[github]`` of ``mlops.toml``: what GitHub would refuse or spell otherwise is refused by name."""

import pytest

from mlops import config
from mlops.errors import UsageRefusedError
from mlops.github_settings import MAX_VALUE, GitHubSettings
from tests.test_config import MINIMAL


def declared(text: str) -> GitHubSettings:
    """Return what a table ``[github]`` declares."""
    return config.parse(f"{MINIMAL}\n[github]\n{text}\n".encode()).github


def test_nothing_is_declared_by_default() -> None:
    assert config.parse(MINIMAL.encode()).github == GitHubSettings()


def test_a_whole_table_is_read() -> None:
    found = declared(
        """
        dataset_variables = "er"
        variables.MLOPS_APP_CLIENT_ID = "Iv23abc"
        labels.drift = { color = "#B60205", description = "Differs" }
        environments.production = { reviewers = ["octocat", "acme/ml-platform"], branches = ["main", "release/*"] }
        environments.staging = { wait_minutes = 0, branches = "protected" }
        branches.main = { as = "protection", strict = true, checks = [{ context = "CI", app_id = 15368 }] }
        """
    )
    assert found.labels["drift"].color == "b60205"
    assert found.environments["production"].branches == ("main", "release/*")
    assert found.environments["staging"].reviewers is None
    assert (found.branches["main"].kind, found.branches["main"].checks[0].app_id) == ("protection", 15368)


CHECK = "checks = [{ context = 'CI' }]"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('dataset_variables = "claims"', "dataset_variables"),
        ('dataset_variables = "er"\nvariables.ML_DATASET_HASH = "x"', "variables"),
        ('variables.GITHUB_SHA = "x"', "variables.GITHUB_SHA"),
        ('variables.lower = "x"', "variables.lower"),
        ('variables.1ST = "x"', "variables.1ST"),
        ('variables.EMPTY = " "', "variables.EMPTY"),
        (f'variables.LONG = "{"x" * (MAX_VALUE + 1)}"', "variables.LONG"),
        (f'variables.LONG = "{"é" * (MAX_VALUE // 2 + 1)}"', "variables.LONG"),
        ('labels.x.color = "red"', "labels.x.color"),
        ('labels.x.color = "#b6020"', "labels.x.color"),
        (f'labels.x = {{ color = "b60205", description = "{"x" * 101}" }}', "labels.x.description"),
        ('labels.x = { color = "b60205" }\nlabels.X = { color = "b60205" }', "labels"),
        ('labels." x" = { color = "b60205" }', "labels. x"),
        ('environments.p.reviewers = ["a", "b", "c", "d", "e", "f", "g"]', "environments.p.reviewers"),
        ('environments.p.reviewers = ["octocat", "OctoCat"]', "environments.p.reviewers"),
        ('environments.p.reviewers = ["@octocat"]', "environments.p.reviewers.0"),
        ("environments.p = { reviewers = [], prevent_self_review = true }", "environments.p"),
        ("environments.p.wait_minutes = 43201", "environments.p.wait_minutes"),
        ("environments.p.wait_minutes = -1", "environments.p.wait_minutes"),
        ("environments.p.branches = []", "environments.p.branches"),
        ('environments.p.branches = "main"', "environments.p.branches"),
        ('environments.p.branches = ["a..b"]', "environments.p.branches.0"),
        ("environments.p = {}\nenvironments.P = {}", "environments"),
        ("branches.main.checks = []", "branches.main.checks"),
        ("branches.main = { checks = [{ context = 'CI', app_id = 0 }] }", "branches.main.checks.0.app_id"),
        ("branches.main = { checks = [{ context = 'CI' }, { context = 'CI' }] }", "branches.main.checks"),
        (f'branches.main = {{ as = "protection", ruleset = "x", {CHECK} }}', "branches.main"),
        (f'branches."rel/*" = {{ as = "protection", {CHECK} }}', "branches"),
        (f"branches.main = {{ {CHECK} }}\nbranches.next = {{ {CHECK} }}", "branches"),
        (f'branches."-x" = {{ {CHECK} }}', "branches.-x"),
        (f"branches.main = {{ kind = 'ruleset', {CHECK} }}", "branches.main.kind"),
        ("secrets.X = 'x'", "secrets"),
    ],
)
def test_a_wrong_value_is_refused_by_name(text: str, field: str) -> None:
    with pytest.raises(UsageRefusedError) as refusal:
        declared(text)
    assert refusal.value.field == f"github.{field}"
