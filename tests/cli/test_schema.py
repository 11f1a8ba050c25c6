"""The published schemas describe exactly what the code reads and writes."""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import mlops
from mlops import config, documents
from mlops.cli import schema
from mlops.cli.schema import DOCUMENTS, schema_of
from mlops.documents import Document
from mlops.errors import ExitCode, InputRefusedError
from mlops.manifest import Manifest
from tests.conftest import RunCli
from tests.safety.test_documents import MANIFEST


def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return a validator of the published schema ``name``."""
    return jsonschema.Draft202012Validator(schema_of(name))


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_every_schema_is_valid_json_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(name))
    assert schema_of(name)["$schema"] == schema.DIALECT
    assert schema_of(name)["additionalProperties"] is False


def test_every_document_of_the_package_is_published() -> None:
    for module in pkgutil.walk_packages(mlops.__path__, "mlops."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    kinds = {kind for kind in Document.__subclasses__() if kind.__module__.startswith("mlops.")}
    assert kinds <= set(map(schema.class_of, DOCUMENTS))


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_a_reader_knows_the_name_under_which_its_schema_is_found(name: str) -> None:
    assert schema.class_of(name).__name__.lower() == name


def test_a_refused_document_points_at_its_schema() -> None:
    with pytest.raises(InputRefusedError) as refusal:
        documents.loads(b'{"schema_version": 1}', Manifest)
    assert refusal.value.fix.rpartition(" ")[2] in DOCUMENTS


def test_a_manifest_follows_its_schema() -> None:
    written = json.loads(documents.dumps(documents.loads(json.dumps(MANIFEST).encode(), Manifest)))
    validator("manifest").validate(written)


@pytest.mark.parametrize(
    "change",
    [{"more": 1}, {"rows": "2"}, {"rows": -1}, {"sha256": "x"}, {"sha256": "A" * 64}, {"uris": []}, {"format": "xls"}],
)
def test_the_schema_refuses_what_the_reader_refuses(change: dict[str, Any]) -> None:
    bad = {**MANIFEST, **change}
    assert not validator("manifest").is_valid(bad)
    with pytest.raises(InputRefusedError):
        documents.loads(json.dumps(bad).encode(), Manifest)


def test_the_settings_follow_their_schema(root: Path) -> None:
    settings = config.load(root / "mlops.toml")
    validator("settings").validate(json.loads(settings.model_dump_json()))


def test_committed_manifests_follow_their_schema(root: Path) -> None:
    paths = sorted((root / "data_manifests").glob("*.json"))
    assert paths
    for path in paths:
        validator("manifest").validate(json.loads(path.read_bytes()))


def test_without_a_name_the_documents_are_listed(run_cli: RunCli) -> None:
    outcome = run_cli("schema")
    assert [line.split()[0] for line in outcome.out.splitlines()] == list(DOCUMENTS)
    assert json.loads(run_cli("schema", "--json").out).keys() == DOCUMENTS.keys()


def test_with_a_name_the_schema_is_printed(run_cli: RunCli) -> None:
    assert json.loads(run_cli("schema", "gatereport").out) == schema_of("gatereport")


def test_an_unknown_name_is_refused_with_the_known_ones(run_cli: RunCli) -> None:
    outcome = run_cli("schema", "gate")
    assert outcome.code == ExitCode.USAGE
    assert "gatereport" in outcome.err


def test_the_published_schemas_are_those_of_the_code(root: Path) -> None:
    schema.check(root / schema.FOLDER)


@pytest.mark.usefixtures("repository")
def test_what_was_published_is_checked(run_cli: RunCli) -> None:
    assert run_cli("schema", "--check").code == ExitCode.REFUSED
    assert run_cli("schema", "--write").code == ExitCode.DONE
    assert run_cli("schema", "--check").code == ExitCode.DONE


def test_an_edited_a_missing_and_a_surplus_schema_are_found(repository: Path, run_cli: RunCli) -> None:
    folder = repository / schema.FOLDER
    for damage in (
        lambda: (folder / "metrics.json").write_bytes(b"{}\n"),
        (folder / "metrics.json").unlink,
        lambda: (folder / "surplus.json").write_bytes(b"{}\n"),
    ):
        schema.publish(folder)
        damage()
        outcome = run_cli("schema", "--check")
        assert outcome.code == ExitCode.REFUSED
        assert "docs/schemas/" in outcome.err


def test_a_name_and_an_action_exclude_each_other(run_cli: RunCli) -> None:
    assert run_cli("schema", "metrics", "--check").code == ExitCode.USAGE
