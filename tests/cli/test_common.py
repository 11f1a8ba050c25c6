"""What verbs share finds the repository and its manifests, and nothing outside."""

import json
from pathlib import Path

import pytest

from mlops.cli.common import (
    all_manifests,
    emit_json,
    find_manifest,
    load_settings,
    newest_manifest,
    printable,
    repository_root,
)
from mlops.errors import InputRefusedError, UsageRefusedError


@pytest.fixture
def manifests(repository: Path) -> Path:
    """Return a repository with three manifests by name, and files that are none."""
    folder = repository / "data_manifests"
    (folder / "claims").mkdir(parents=True)
    for name in ("er_20251020", "er_20251120", "claims_20251201", "notes", "er_20251020-2"):
        (folder / f"{name}.json").write_text("{}", encoding="utf-8")
    return repository


def test_the_repository_is_found_from_below(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = repository / "a/b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert repository_root() == repository.resolve() == repository_root(below)
    assert "er" in load_settings(repository_root()).tasks


def test_without_settings_there_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(UsageRefusedError, match=r"mlops\.toml"):
        repository_root(tmp_path)


@pytest.mark.parametrize(
    "text", ["er_20251020", "data_manifests/er_20251020.json", "./data_manifests/er_20251020.json"]
)
def test_a_manifest_is_found_by_id_and_path(manifests: Path, text: str) -> None:
    assert find_manifest(manifests, text) == manifests.resolve() / "data_manifests/er_20251020.json"


def test_a_path_is_read_from_where_we_stand_and_from_the_root(manifests: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(manifests / "data_manifests")
    for text in ("er_20251020.json", "data_manifests/er_20251020.json"):
        assert find_manifest(manifests, text).name == "er_20251020.json"


def test_an_absolute_path_inside_is_accepted(manifests: Path) -> None:
    path = manifests / "data_manifests/er_20251020.json"
    assert find_manifest(manifests, str(path)) == path.resolve()


def test_an_unknown_id_lists_the_known(manifests: Path) -> None:
    with pytest.raises(UsageRefusedError) as caught:
        find_manifest(manifests, "er_20200101")
    assert "er_20251120" in caught.value.expected


def test_an_absent_path_is_refused(manifests: Path) -> None:
    with pytest.raises(InputRefusedError, match="nothing"):
        find_manifest(manifests, "data_manifests/er_20200101.json")


def test_manifests_are_listed_from_the_oldest(manifests: Path) -> None:
    assert [path.stem for path in all_manifests(manifests)] == ["er_20251020", "er_20251120", "claims_20251201"]
    assert newest_manifest(manifests, "er").stem == "er_20251120"


def test_a_task_without_data_has_no_newest(repository: Path) -> None:
    with pytest.raises(UsageRefusedError, match="mlops pin er"):
        newest_manifest(repository, "er")


def test_json_is_printed_sorted(capsys: pytest.CaptureFixture[str]) -> None:
    emit_json({"b": "é", "a": 1})
    out = capsys.readouterr().out
    assert json.loads(out) == {"a": 1, "b": "é"}
    assert out.index('"a"') < out.index('"b": "é"')


@pytest.mark.parametrize(
    ("text", "shown"), [("Ünï 1", "Ünï 1"), ("\x1b[2J", r"'\x1b[2J'"), ("a\u202eb", r"'a\u202eb'")]
)
def test_text_that_could_act_on_a_terminal_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
