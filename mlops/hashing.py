"""SHA-256 of bytes and files, and the one spelling in which a hash is accepted."""

import hashlib
import re
from typing import IO, Annotated

from pydantic import StringConstraints

from mlops.errors import UsageRefusedError

CHUNK = 1 << 20

_HEX64 = re.compile(r"[0-9a-f]{64}", re.ASCII)

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", min_length=64, max_length=64)]
"""A SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits."""


def sha256_bytes(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_stream(stream: IO[bytes]) -> tuple[str, int]:
    """Read ``stream`` to its end and return its SHA-256 and its length in bytes."""
    digest = hashlib.sha256()
    size = 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def parse_sha256(text: str, *, field: str = "hash") -> str:
    """Return ``text`` if it is a SHA-256 in the one accepted spelling.

    Raises:
        UsageRefusedError: Upper case, a ``sha256:`` prefix, another length, look-alike letters, white space.
    """
    if _HEX64.fullmatch(text):
        return text
    fix = "Pass the 64 digits as `sha256sum FILE` prints them."
    if text.startswith("sha256:"):
        fix = "Leave out the prefix `sha256:` and pass the 64 digits alone."
    elif _HEX64.fullmatch(text.lower()) and text.isascii():
        fix = f"Write it in lower case: {text.lower()}"
    raise UsageRefusedError(
        "This is not a SHA-256.", field=field, expected="64 lower-case hex digits", found=ascii(text[:100]), fix=fix
    )
