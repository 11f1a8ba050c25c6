"""``[deploy.<environment>]``: a place without credentials, and numbers that mean something."""

import pytest
from pydantic import ValidationError

from mlops.config import load
from mlops.deploy_settings import DeploySettings
from mlops.errors import UsageRefusedError
from tests.conftest import ROOT


@pytest.mark.parametrize("target", ["served", "/srv/models", "s3://bucket/prefix", "gs://b/p", "az://c/p"])
def test_a_place_is_all_that_is_required(target: str) -> None:
    assert DeploySettings(target=target).rollback_days == 90


@pytest.mark.parametrize("target", ["", " ", "s3://key:secret@bucket/p", "a\nb"])
def test_no_place_and_credentials_are_refused(target: str) -> None:
    with pytest.raises(ValidationError):
        DeploySettings(target=target)


def test_an_environment_without_a_place_says_what_to_add() -> None:
    with pytest.raises(UsageRefusedError) as caught:
        load(ROOT / "mlops.toml").environment("staging")
    assert "[deploy.staging]" in caught.value.fix


def test_whoever_attests_is_a_workflow_or_nobody() -> None:
    assert DeploySettings(target="served").attested_by == ""
    path = ".github/workflows/entity-resolution-train.yml"
    assert DeploySettings(target="served", attested_by=path).attested_by == path


@pytest.mark.parametrize(
    "path",
    [
        "entity-resolution-train.yml",
        ".github/workflows/train.yml@refs/heads/main",
        ".github/workflows/../train.yml",
        ".github/workflows/below/train.yml",
        ".github/workflows/train.json",
        ".github/workflows/.*.yml",
        ".github/workflows/-train.yml",
        ".github/workflows/train.yml\n",
    ],
)
def test_bad_input_30_no_file_of_a_workflow_attests(path: str) -> None:
    with pytest.raises(ValidationError):
        DeploySettings(target="served", attested_by=path)
