"""What a stand-in knows of its step: its inputs, the runner's commands, its outputs."""

import os
from pathlib import Path


class StepError(Exception):
    """The step fails with this message, as the real action would."""


def given(name: str, default: str = "") -> str:
    """Return an input of the step, stripped; an empty one is ``default``."""
    return os.environ.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip() or default


def required(name: str) -> str:
    """Return an input that must not be empty."""
    value = given(name)
    if not value:
        raise StepError(f"Input required and not supplied: {name}")
    return value


def flag(name: str) -> bool:
    """Return an input that is ``true`` or ``false``."""
    value = given(name, "false")
    if value not in {"true", "false"}:
        raise StepError(f"Input does not meet YAML 1.2 core schema specification: {name}")
    return value == "true"


def output(name: str, value: object) -> None:
    """Set an output of the step."""
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as stream:
        stream.write(f"{name}={value}\n")


def say(text: str) -> None:
    """Print a line of the log, or a command of the runner."""
    print(text, flush=True)  # noqa: T201  # stdout is what the runner reads
