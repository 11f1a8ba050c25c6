"""The page about the doctor holds every check, and the very output that it shows."""

import io
from typing import Any

import pytest
from rich.console import Console

from mlops.bot.doctoring import NEEDS
from mlops.cli.doctor_page import show
from mlops.doctor import LIVE, STATIC, Check
from tests.conftest import ROOT
from tests.doctor.ward import GATE, diagnose, gate, step

PAGE = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")


def table(checks: tuple[Check[Any], ...]) -> str:
    rows = [f"| `{check.code}` | {check.severity} | {check.title} | {check.why} |" for check in checks]
    return "\n".join(["| code | severity | what it finds | what happens then |", "|---|---|---|---|", *rows]) + "\n"


@pytest.mark.parametrize("checks", [STATIC, LIVE], ids=["files", "settings"])
def test_the_tables_are_the_registry(checks: tuple[Check[Any], ...]) -> None:
    assert f"\n\n{table(checks)}\n" in PAGE


def test_the_example_is_what_is_printed() -> None:
    build = "  build:\n    runs-on: ubuntu-24.04\n    steps:\n" + step("run: make")
    on = "  pull_request:\n    paths: [mlops/**]\n  merge_group:\n"
    workflow = gate(on=on, before=build, job="    needs: [build]\n")
    stream = io.StringIO()
    show(Console(file=stream, width=300, no_color=True), diagnose({GATE: workflow}))
    assert f"```console\n$ mlops doctor\n{stream.getvalue()}```\n" in PAGE


def test_every_permission_that_is_asked_for_is_named() -> None:
    assert [need.line for need in NEEDS if f"`{need.line}`" not in PAGE] == []


def test_codes_are_distinct_and_every_check_has_its_words() -> None:
    checks: list[Check[Any]] = [*STATIC, *LIVE]
    assert len({check.code for check in checks}) == len(checks)
    assert all(check.title and check.why.endswith(".") for check in checks)
