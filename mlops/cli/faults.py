"""How the command line tells of a fault: a letter on stderr and, inside GitHub Actions, on the run's page."""

import contextlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import click

from mlops import runner
from mlops.errors import ExitCode, MlopsError, UsageRefusedError
from mlops.places import json_line, toml_line

INTERRUPTED = 130
"""The shell's number for a process that ended by ^C (128 + SIGINT)."""

CLOSED_PIPE = 141
"""The shell's number for a process whose reader went away (128 + SIGPIPE): the outcome was not delivered."""

_PLACE_BYTES = 1 << 20

EXTRAS = {
    **dict.fromkeys(("numpy", "pandas", "pyarrow", "rapidfuzz", "scipy", "sklearn", "skops"), "train"),
    **dict.fromkeys(("github", "requests"), "bot"),
    **dict.fromkeys(("anyio", "fastapi", "uvicorn"), "serve"),
    "aiohttp": "https",
    "s3fs": "s3",
    "gcsfs": "gs",
    "adlfs": "az",
}
"""Which extra of the distribution brings a package that the base does without."""


class ClosedPipeError(Exception):
    """The reader of stdout went away. An own class, because click would end the process with 1: the verdict `fail`."""


@contextlib.contextmanager
def closed_pipe_kept_apart() -> Iterator[None]:
    """Turn a closed pipe into :class:`ClosedPipeError` before click sees it."""
    try:
        yield
    except BrokenPipeError as error:
        raise ClosedPipeError from error


def tell(error: BaseException) -> int:
    """Tell of ``error`` in the way its kind asks for, and return the exit code that it means."""
    if isinstance(error, ModuleNotFoundError):
        error = missing_package(error) or error
    code = exit_code(error)
    with contextlib.suppress(BrokenPipeError):  # nobody reads stderr; the exit code still says it
        if isinstance(error, ClosedPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more
        elif isinstance(error, MlopsError):
            _tell_letter(error)
        elif isinstance(error, click.ClickException):
            error.show()
            tell_runner(UsageRefusedError(error.format_message()))
        elif code == INTERRUPTED:
            click.echo("mlops: stopped before it was done; what was being written is as it was before.", err=True)
        else:
            traceback.print_exception(error)
            _tell_letter(bug(error))
    return code


def exit_code(error: BaseException) -> int:
    """Return the exit code that ``error`` means; whatever is not known is a bug, never a verdict."""
    if isinstance(error, MlopsError):
        return int(error.exit_code)
    if isinstance(error, click.ClickException):
        return int(ExitCode.USAGE)
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        return INTERRUPTED
    return CLOSED_PIPE if isinstance(error, ClosedPipeError) else int(ExitCode.BUG)


def bug(error: BaseException) -> MlopsError:
    """Return the letter about an error that nobody foresaw."""
    return MlopsError(
        "This is a bug in mlops, and no verdict.",
        found=f"{type(error).__name__}: {error}",
        fix="Please report it with the lines above; SECURITY.md says how if it touches safety, CONTRIBUTING.md else.",
    )


def missing_package(error: ModuleNotFoundError) -> UsageRefusedError | None:
    """Return the letter about an optional package that is not installed; None when it is no such package."""
    package = (error.name or "").partition(".")[0]
    extra = EXTRAS.get(package)
    if extra is None or importlib.util.find_spec(package) is not None:
        return None
    return UsageRefusedError(
        "This verb needs a package that is not installed.",
        expected=f"the package {package}",
        found="an installation without it",
        fix=f"pip install 'precision-gate[{extra}]'",
    )


def _tell_letter(error: MlopsError) -> None:
    click.echo(f"mlops: {error.letter()}", err=True)
    tell_runner(error)


def tell_runner(error: MlopsError) -> None:
    """Repeat the letter on the run's page; a page that cannot be written must not hide the letter."""
    page = runner.from_environment(os.environ, sys.stderr)
    if page is not None:
        file, line = place_of(error, Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()))
        with contextlib.suppress(OSError):
            runner.report_error(page, error, file=file, line=line)


def place_of(error: MlopsError, workspace: Path) -> tuple[str, int]:
    """Return the file of the repository that a letter is about, relative to its checkout, and the line.

    That is the line of the hash in the manifest that pins what is refused, or else the line of the letter's field in
    its file. Nothing and 0 where the file lies elsewhere, 0 where there is no such line.
    """
    named = error.manifest or error.file
    file = in_workspace(Path(named), workspace) if named else ""
    return file, _line_of("sha256" if error.manifest else error.field, Path(named)) if file else 0


def in_workspace(path: Path, workspace: Path) -> str:
    """Return ``path`` relative to the checkout, as annotations name files; empty where it lies elsewhere."""
    whole, base = path.resolve(), workspace.resolve()
    inside = whole.is_relative_to(base) and whole != base and str(path).isprintable()
    return whole.relative_to(base).as_posix() if inside else ""


def _line_of(field: str, path: Path) -> int:
    """Return the line of ``field`` in a settings file or a document; 0 where it cannot be told."""
    with contextlib.suppress(OSError, ValueError):  # the letter matters, not its place
        if path.is_file() and path.stat().st_size <= _PLACE_BYTES:
            text = path.read_text(encoding="utf-8", errors="replace")
            if path.suffix == ".toml":
                return toml_line(text, field.split("."))
            if path.suffix == ".json":
                return json_line(text, field.split(".", maxsplit=1)[0])
    return 0
