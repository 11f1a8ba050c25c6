"""The protocol of GitHub Actions' runner: outputs, the job summary, annotations and masks.

Every function writes what it is told to the file or stream it is handed; nothing here reads the environment.
Source: "Workflow commands for GitHub Actions", GitHub Docs.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from mlops.errors import MlopsError

Level = Literal["notice", "warning", "error"]

SUMMARY_LIMIT = 1 << 20
"""Bytes of summary that the runner accepts per step; it drops a longer one whole."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*", re.ASCII)
_CUT = "\n\n… cut here: the summary is longer than GitHub shows. The whole text is in the job's files.\n"


@dataclass(frozen=True)
class Runner:
    """Where the runner wants to be told things; a None is a channel that this run does not have.

    Attributes:
        output: The file of the step's outputs (``GITHUB_OUTPUT``).
        summary: The file of the step's summary (``GITHUB_STEP_SUMMARY``).
        commands: The stream on which the runner looks for commands.
    """

    output: Path | None
    summary: Path | None
    commands: IO[str]


def from_environment(environ: Mapping[str, str], commands: IO[str]) -> Runner | None:
    """Return the runner that ``environ`` describes; None outside of GitHub Actions."""
    if environ.get("GITHUB_ACTIONS") != "true":
        return None
    output, summary = environ.get("GITHUB_OUTPUT"), environ.get("GITHUB_STEP_SUMMARY")
    return Runner(Path(output) if output else None, Path(summary) if summary else None, commands)


def set_outputs(runner: Runner, values: Mapping[str, str]) -> None:
    """Set step outputs, all or none, each between random delimiters so that no value can end itself early.

    Raises:
        ValueError: A name is not ``[a-z][a-z0-9_-]*``: names are ours, so this is a bug, not bad input.
    """
    if runner.output is not None:
        _append(runner.output, "".join(_output(name, value) for name, value in values.items()))


def add_summary(runner: Runner, markdown: str) -> None:
    """Add ``markdown`` to the step's summary, cut (with a word about it) where the runner would drop all of it."""
    if runner.summary is not None:
        present = runner.summary.stat().st_size if runner.summary.exists() else 0
        _append(runner.summary, cut(markdown.rstrip("\n") + "\n", SUMMARY_LIMIT - present))


def annotate(runner: Runner, level: Level, message: str, *, title: str = "", file: str = "", line: int = 0) -> None:
    """Show ``message`` on the run's page, and beside a line of a file in a pull request.

    Args:
        runner: Who is told.
        level: How bad it is.
        message: One or several lines of plain text.
        title: A few words above it.
        file: Relative to the repository; empty for what concerns no file.
        line: Counted from 1; 0 for the file as a whole.
    """
    known = {"title": title, "file": file, "line": str(line) if file and line else ""}
    properties = ",".join(f"{key}={_escape_property(value)}" for key, value in known.items() if value)
    runner.commands.write(f"::{level}{' ' if properties else ''}{properties}::{_escape(message)}\n")
    runner.commands.flush()


def mask(runner: Runner, secret: str) -> None:
    """Have the runner show ``***`` wherever a line of ``secret`` would stand in the log from now on."""
    for line in filter(None, map(str.strip, secret.splitlines())):
        runner.commands.write(f"::add-mask::{_escape(line)}\n")
    runner.commands.flush()


def report_error(runner: Runner, error: MlopsError, *, file: str | None = None, line: int = 0) -> None:
    """Show an error letter as an annotation and in the summary.

    Args:
        runner: Who is told.
        error: The letter.
        file: Relative to the repository; by default the file of the letter, if it is given so.
        line: Counted from 1; 0 for the file as a whole.
    """
    letter, named = error.letter(), error.file if file is None else file
    annotate(runner, "error", letter, title="mlops", file=named if _in_repository(named) else "", line=line)
    add_summary(runner, f"### mlops stopped (exit code {int(error.exit_code)})\n\n{fenced(letter)}\n")


def fenced(text: str) -> str:
    """Return ``text`` as a Markdown code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def cut(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` bytes of UTF-8, ending with a word about the cut if there was one."""
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return text
    kept = data[: max(0, limit - len(_CUT.encode()))].decode("utf-8", "ignore")
    return kept + _CUT if limit >= len(_CUT.encode()) else ""


def _output(name: str, value: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"not the name of an output: {name!r}")
    delimiter = f"end_{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", errors="replace", newline="\n") as stream:
        stream.write(text)


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


def _in_repository(file: str) -> bool:
    """Whether an annotation can point at ``file``: a relative path of printable characters that does not climb."""
    return bool(file) and file.isprintable() and not Path(file).is_absolute() and ".." not in Path(file).parts
