"""Documents: the files that stages hand each other.

Each has ``schema_version``, is written canonically (sorted keys, two spaces, trailing newline) through a temporary
file and a rename, and is read strictly: unknown or missing keys, wrong types, NaN, duplicate keys, a byte-order mark,
great depth and great size are errors.
"""

import json
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from mlops.errors import InputRefusedError, UnavailableError

MAX_BYTES = 8 << 20
MAX_DEPTH = 32

_STRICT = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="constants")

_KINDS = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"))

T = TypeVar("T", bound="Document")


class Part(BaseModel):
    """A piece of a document: frozen, strictly typed, no unknown keys, no NaN."""

    model_config: ClassVar[ConfigDict] = _STRICT


class Document(Part):
    """A whole document: a file with a version of its schema."""

    schema_version: Literal[1] = 1


def dumps(document: Document) -> bytes:
    """Return the one byte string in which ``document`` is written."""
    return canonical_json(document.model_dump(mode="json"))


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """Return ``value`` as JSON with sorted keys, two spaces of indent and a trailing newline, UTF-8."""
    return (json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write(path: Path, document: Document) -> bytes:
    """Write ``document`` to ``path`` by temporary file and rename; return the bytes written."""
    data = dumps(document)
    write_bytes(path, data)
    return data


def write_bytes(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data`` so that a reader, or a crash, sees the old bytes or the new and nothing between.

    Raises:
        UnavailableError: The folder cannot be written or the disk is full; the old file is intact.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:  # an interrupted run leaves nothing behind, too
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UnavailableError(
            "The file could not be written; what stood there before is intact.",
            file=path,
            why=error.strerror or str(error),
            fix="Free disk space or make the folder writable, then run the same command again.",
        ) from error


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """Return the bytes of a regular file of at most ``limit`` bytes; never follows a link, never waits on a pipe.

    Raises:
        InputRefusedError: Absent, a link, a folder, a pipe or a device, too large, unreadable.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise InputRefusedError("The file does not exist.", file=path, fix="Check the path.") from None
    except OSError as error:
        found = "a symbolic link" if path.is_symlink() else error.strerror or str(error)
        raise InputRefusedError(
            "The file cannot be read.", file=path, expected="a regular file", found=found, fix="Check the path."
        ) from error
    facts = os.fstat(descriptor)
    if not stat.S_ISREG(facts.st_mode):
        os.close(descriptor)
        found = next((word for is_a, word in _KINDS if is_a(facts.st_mode)), "a device or a socket")
        raise InputRefusedError(
            "This is not a regular file.", file=path, expected="a regular file", found=found, fix="Check the path."
        )
    with os.fdopen(descriptor, "rb") as stream:
        data = b"" if facts.st_size > limit else stream.read(limit + 1)
        if facts.st_size > limit or len(data) > limit:
            raise InputRefusedError(
                "The file is too large for a document.", file=path, expected=f"at most {limit:,} bytes",
                found=f"{facts.st_size:,} bytes", fix="Is it the right file? A document holds facts, not data.",
            )  # fmt: skip
    return data


def read(path: Path, kind: type[T]) -> T:
    """Read the document at ``path`` strictly as ``kind``.

    Raises:
        InputRefusedError: The file or its content is not what a writer of this package leaves.
    """
    return loads(read_bytes(path), kind, file=path)


def loads(data: bytes, kind: type[T], *, file: object = "") -> T:
    """Parse ``data`` strictly as ``kind``; ``file`` is named in the message."""
    value = check_json(data, file=file)
    if not isinstance(value, dict) or "schema_version" not in value:
        raise InputRefusedError(
            "This document does not say in which version of its schema it is written.",
            file=file,
            field="schema_version",
            expected="1",
            found="nothing" if isinstance(value, dict) else f"a {type(value).__name__}",
            fix="Restore the file from git, or write it again with the mlops command that makes it.",
        )
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        first, *others = error.errors(include_url=False)
        where = ".".join(map(str, first["loc"])) or "the document"
        raise InputRefusedError(
            f"This is not a valid {kind.__name__} document.",
            file=file,
            field=where,
            expected=first["msg"],
            found=repr(first["input"])[:200] if first["type"] != "missing" else "nothing",
            why=f"{len(others)} further fields are wrong too." if others else "",
            fix=f"See its schema: mlops schema {kind.__name__.lower()}",
        ) from None


def check_json(data: bytes, *, file: object = "") -> Any:  # noqa: ANN401  # JSON is anything
    """Parse JSON, refusing what parsers disagree about: duplicate keys, NaN, a BOM, great depth, huge integers.

    Raises:
        InputRefusedError: With the reason.
    """

    def refuse(reason: str) -> NoReturn:
        raise InputRefusedError(
            "This is not acceptable JSON.", file=file, found=reason,
            fix="Restore the file from git, or write it again with the mlops command that makes it.",
        )  # fmt: skip

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            keys = [key for key, _ in items]
            refuse(f"the key {next(k for k in keys if keys.count(k) > 1)!r} twice in one object")
        return found

    if data.startswith(b"\xef\xbb\xbf"):
        refuse("a byte-order mark")
    if _depth(data) > MAX_DEPTH:
        refuse(f"nesting deeper than {MAX_DEPTH}")
    try:
        text = data.decode("utf-8")
        return json.loads(text, object_pairs_hook=pairs, parse_constant=lambda name: refuse(f"the constant {name}"))
    except UnicodeDecodeError as error:
        refuse(f"not UTF-8 at byte {error.start}")
    except json.JSONDecodeError as error:
        refuse(f"{error.msg} at line {error.lineno}, column {error.colno}")
    except ValueError as error:  # an integer of more digits than Python converts
        refuse(str(error))


_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_NOT_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def _depth(data: bytes) -> int:
    """Return the nesting depth of brackets outside strings, before any parser recurses into it.

    Up to the first fault, where a parser stops: without escapes, every second part between quotes is outside a string.
    """
    deepest = depth = 0
    outside = b"".join(_ESCAPED.sub(b"", data).split(b'"')[::2])
    for byte in outside.translate(None, _NOT_BRACKET):
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
