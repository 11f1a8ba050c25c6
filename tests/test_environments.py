"""``environments.json``: read strictly, a line a model, absent means that nothing is in production."""

import json
import re
from pathlib import Path

import pytest

from mlops import documents, environments
from mlops.environments import PATH, Environments, served_model
from mlops.errors import InputRefusedError, UsageRefusedError

SERVED = Environments(environments={"production": {"er": "er_20251020-2"}, "staging": {}})


def write(root: Path, value: object) -> None:
    (root / PATH).parent.mkdir(exist_ok=True)
    (root / PATH).write_text(json.dumps(value))


def test_an_absent_file_says_that_nothing_is_in_production(tmp_path: Path) -> None:
    assert served_model(environments.read(tmp_path), "production", "er") == ""


def test_what_is_written_is_read(tmp_path: Path) -> None:
    documents.write(tmp_path / PATH, SERVED)
    assert environments.read(tmp_path) == SERVED
    assert served_model(SERVED, "production", "er") == "er_20251020-2"
    assert served_model(SERVED, "staging", "er") == ""
    assert served_model(SERVED, "production", "claims") == ""


def test_the_guide_shows_the_file_as_it_is_written(root: Path) -> None:
    shown = re.findall(r"```json\n(.*?)```", (root / "docs" / "gate.md").read_text(encoding="utf-8"), re.DOTALL)
    wanted = documents.dumps(Environments(environments={"production": {"er": "er_20251020"}})).decode()
    assert wanted in shown


def test_a_promotion_changes_one_line() -> None:
    promoted = Environments(environments={"production": {"er": "er_20260101"}, "staging": {}})
    before, after = (documents.dumps(state).decode().splitlines() for state in (SERVED, promoted))
    assert [pair for pair in zip(before, after, strict=True) if len(set(pair)) > 1] == [
        ('      "er": "er_20251020-2"', '      "er": "er_20260101"')
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"environments": {}},
        {"schema_version": 1},
        {"schema_version": 1, "environments": {"production": {"er": "er_20251020"}}, "more": 1},
        {"schema_version": 1, "environments": {"production": "er_20251020"}},
        {"schema_version": 1, "environments": {"production": {"er": "claims_20251020"}}},
        {"schema_version": 1, "environments": {"production": {"er": "../er_20251020"}}},
        {"schema_version": 1, "environments": {"production": {"er": "er_20251340"}}},
        {"schema_version": 1, "environments": {"production": {"er": None}}},
        {"schema_version": 1, "environments": {"Production": {}}},
    ],
)
def test_anything_else_is_refused(tmp_path: Path, value: object) -> None:
    write(tmp_path, value)
    with pytest.raises(InputRefusedError) as refused:
        environments.read(tmp_path)
    assert str(PATH) in refused.value.letter()


def test_a_link_or_a_folder_is_no_declaration(tmp_path: Path) -> None:
    (tmp_path / PATH).parent.mkdir()
    (tmp_path / PATH).symlink_to(tmp_path / "absent.json")
    with pytest.raises(InputRefusedError, match="link"):
        environments.read(tmp_path)


def test_a_misspelled_environment_does_not_read_as_an_empty_one() -> None:
    with pytest.raises(UsageRefusedError) as refused:
        served_model(SERVED, "prodution", "er")
    assert "production or staging" in refused.value.letter()
