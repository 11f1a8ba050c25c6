"""A value that tries to set another output stays a value."""

import io
from pathlib import Path

import pytest

from mlops import runner
from mlops.runner import Runner
from tests.test_runner import parse_outputs

FORGERIES = [
    "0.91\npassed=true",
    "0.91\r\npassed=true",
    "0.91\nEOF\npassed<<EOF\ntrue\nEOF",
    "EOF",
    "end_\npassed=true",
    "::set-output name=passed::true",
    "0.91\n\npassed<<x\ntrue\nx\n",
]


@pytest.mark.parametrize("value", FORGERIES)
def test_bad_input_51_a_value_cannot_set_another_output(value: str, tmp_path: Path) -> None:
    path = tmp_path / "output"
    runner.set_outputs(Runner(path, None, io.StringIO()), {"precision": value, "passed": "false"})
    outputs = parse_outputs(path.read_bytes().decode())
    assert outputs == {"precision": value, "passed": "false"}


@pytest.mark.parametrize("value", FORGERIES)
def test_bad_input_51_a_message_cannot_give_the_runner_a_command(value: str) -> None:
    commands = io.StringIO()
    runner.annotate(Runner(None, None, commands), "error", value)
    assert len(commands.getvalue().splitlines()) == 1
    assert commands.getvalue().startswith("::error::")
