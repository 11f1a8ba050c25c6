"""The zip container: members by allow-list, and never a byte more in memory than was declared and allowed."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

from mlops.persistence.refusal import refusal

SCHEMA = "schema.json"
MAX_MEMBERS = 50_000
MAX_EXPANDED = 512 << 20
MAX_SCHEMA = 64 << 20

_MEMBER = re.compile(r"schema\.json|(?:0|[1-9][0-9]{0,6})\.npy", re.ASCII)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1
_SLACK = 1 << 16  # more than zipfile inflates in one step
_LOOKS_LIKE = (
    (b"\x80", "a pickle, which runs code when it is loaded"),
    (b"\x78", "zlib-compressed data, as joblib writes it"),
    (b"\x1f\x8b", "gzip-compressed data, as joblib writes it"),
    (b"BZh", "bzip2-compressed data, as joblib writes it"),
    (b"\xfd7zXZ", "xz-compressed data, as joblib writes it"),
    (b"\x5d\x00\x00", "lzma-compressed data, as joblib writes it"),
    (b"\x04\x22\x4d\x18", "lz4-compressed data, as joblib writes it"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file it points to"),
    (b"PAR1", "a parquet file"),
)


def read(data: bytes, *, file: object = "") -> dict[str, bytes]:
    """Return the members of a model file by name, after checks that cost less than what they prevent.

    Args:
        data: The file.
        file: How to name it in a message.

    Raises:
        InputRefusedError: Not a zip, a member by another name, twice, encrypted or compressed in another way; more
            declared bytes than allowed; a member that expands to more or fewer bytes than it declares.
    """
    if not data.startswith(b"PK\x03\x04"):
        found = next((kind for magic, kind in _LOOKS_LIKE if data.startswith(magic)), "something else")
        raise refusal(found if data else "an empty file", file=file, expected="a skops archive (a zip file)")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_directory(members, file)
            return {member.filename: _expand(archive, member, file) for member in members}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise refusal(f"a damaged archive: {error}", file=file, expected="an intact zip file") from error


def write(members: Mapping[str, bytes], *, compress: bool = True) -> bytes:
    """Return an archive whose bytes depend on nothing but ``members`` and zlib: one date, one order, one mode."""
    kind = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            entry.compress_type = kind
            archive.writestr(entry, members[name], compresslevel=9 if compress else None)
    return buffer.getvalue()


def _check_directory(members: list[zipfile.ZipInfo], file: object) -> None:
    """Refuse by the table of contents alone."""
    if len(members) > MAX_MEMBERS:
        raise refusal(f"{len(members):,} members", file=file, expected=f"at most {MAX_MEMBERS:,}")
    _check_names([member.filename for member in members], file)
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            raise refusal("an encrypted member", file=file, field=member.filename)
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise refusal(f"compression method {member.compress_type}", file=file, field=member.filename)
        limit = MAX_SCHEMA if member.filename == SCHEMA else MAX_EXPANDED
        if member.file_size > limit:
            raise refusal(
                f"{member.file_size:,} bytes", file=file, field=member.filename, expected=f"at most {limit:,} bytes"
            )
    declared = sum(member.file_size for member in members)
    if declared > MAX_EXPANDED:
        raise refusal(
            f"members of {declared:,} bytes in total",
            file=file,
            expected=f"at most {MAX_EXPANDED:,} bytes after decompression",
            why="A small archive that expands to gigabytes is how a reader is made to run out of memory.",
        )


def _check_names(names: list[str], file: object) -> None:
    """Refuse a member that this project does not write, a second one of the same name, and a missing schema."""
    seen: set[str] = set()
    for name in names:
        if _MEMBER.fullmatch(name) is None:
            raise refusal(
                f"a member named {name!r}", file=file, expected=f"{SCHEMA} and numbered arrays such as 0.npy",
                why="Model files of this project hold nothing else; skops itself may write more.",
            )  # fmt: skip
        if name in seen:
            raise refusal(f"the member {name} twice", file=file, expected="each member once")
        seen.add(name)
    if SCHEMA not in seen:
        raise refusal(f"no member {SCHEMA}", file=file, expected="a skops archive")


def _expand(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: object) -> bytes:
    """Return one member, asking for one byte more than it declares: a member that lies about its size has it."""
    declared = member.file_size
    member.file_size = declared + _SLACK  # zipfile cuts there, in silence; the checksum is compared where the data ends
    with archive.open(member) as stream:
        data = stream.read(declared + 1)
    if len(data) != declared:
        found = f"more than {declared:,}" if len(data) > declared else f"{len(data):,}"
        raise refusal(
            f"{found} bytes in a member that declares {declared:,}", file=file, field=member.filename,
            why="The archive is damaged, or made to take more memory than it admits.",
        )  # fmt: skip
    return data
