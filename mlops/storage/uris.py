"""What a manifest's URI may say: the grammar, the policy on schemes, and paths that stay in the repository.

Everything here decides on text and the local file system; nothing is requested from a network.
"""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mlops.config import FILE_NAME, StorageSettings
from mlops.errors import InputRefusedError, UsageRefusedError

EXTRAS = ("s3", "gs", "az", "https")
"""Schemes that need an optional extra of the same name."""

_SCHEME = re.compile(r"(?P<scheme>[^/:]*):(?P<rest>.*)", re.DOTALL)
_REMOTE = re.compile(r"//(?P<host>[^/?#@\s]+)/[^\s#]+", re.ASCII)


@dataclass(frozen=True)
class Location:
    """Where a URI leads: a path below the repository when ``scheme`` is ``file``, else an address as it stands."""

    uri: str
    scheme: str
    path: Path | None = None


def locate(uri: str, *, settings: StorageSettings, root: Path) -> Location:
    """Return where ``uri`` leads, if policy and grammar allow it.

    Args:
        uri: A path relative to ``root``, or ``https://``, ``s3://``, ``gs://``, ``az://`` and a host or bucket.
        settings: The schemes that are accepted; ``file`` stands for relative paths.
        root: The repository.

    Raises:
        UsageRefusedError: The scheme is not allowed, or the URI is malformed or carries credentials.
        InputRefusedError: The path leaves the repository.
    """
    if not uri.isprintable() or not uri.strip() or "::" in uri:
        raise UsageRefusedError(
            "This is not an acceptable URI.", field="uris", found=ascii(uri[:200]),
            expected="a path relative to the repository, or one plain URI, without `::` and control characters",
            fix="Write the path as `ls` shows it, for example data/training/er_20251020.parquet.",
        )  # fmt: skip
    match = _SCHEME.match(uri)
    scheme = match["scheme"] if match else "file"
    if match and scheme.lower() == "file":
        raise UsageRefusedError(
            "A `file:` URI means another place on every machine.", field="uris", found=uri,
            expected="a path relative to the repository",
            fix="Copy the file into the repository folder and give its relative path.",
        )  # fmt: skip
    if scheme not in settings.schemes:
        raise UsageRefusedError(
            "The policy does not allow data from this kind of place; nothing was requested.",
            field="uris", found=uri, expected="scheme " + " or ".join(settings.schemes),
            fix=_how_to_allow(scheme),
        )  # fmt: skip
    if match is None:
        return Location(uri, "file", path_inside(root, uri))
    if _REMOTE.fullmatch(match["rest"]) is None:
        raise UsageRefusedError(
            "This is not an acceptable URI.", field="uris", found=uri.rpartition("@")[2],
            expected=f"{scheme}://HOST_OR_BUCKET/PATH, without user, password or fragment",
            fix="Credentials belong into the environment, never into a committed manifest.",
        )  # fmt: skip
    return Location(uri, scheme)


def path_inside(root: Path, text: str) -> Path:
    """Return the resolved path of ``text`` below ``root``; links are followed only while they stay inside.

    Raises:
        InputRefusedError: Absolute, upwards, written with backslashes, or a link out of the repository.
    """
    parts = PurePosixPath(text).parts
    refused = InputRefusedError(
        "A manifest's data must lie inside the repository.", file=text, field="uris",
        expected="a relative path, with `/` and without `..`, that leaves the repository by no link", found=text,
        fix="Copy the file into the repository folder, or pin it with --uri and an allowed scheme.",
    )  # fmt: skip
    if text.startswith(("/", "~")) or ".." in parts or "\\" in text:
        raise refused
    try:
        path = Path(root, text).resolve()
    except (OSError, RuntimeError):  # a loop of links
        raise refused from None
    if not path.is_relative_to(root.resolve()):
        refused.found = f"{text}, a link that leads to {path}"
        raise refused
    return path


def _how_to_allow(scheme: str) -> str:
    if scheme == "http":
        return "Give an https URI, or download the file and pin the local copy."
    if scheme in EXTRAS or scheme == "file":
        return f'If it shall be allowed, add "{scheme}" to `schemes` under [storage] in {FILE_NAME}.'
    return f"Known schemes are {', '.join(EXTRAS)}; or download the file and pin the local copy."
