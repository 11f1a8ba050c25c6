"""Unpacking an artifact that was downloaded: plain names that a training run leaves, sizes summed first, no paths."""

import shutil
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from mlops.artifact import CHECKSUMS, EVALUATION, METRICS, MODEL, TRAINING, VERDICTS, is_seed_evaluation
from mlops.errors import InputRefusedError

NAMES = frozenset({CHECKSUMS, EVALUATION, METRICS, MODEL, TRAINING, *VERDICTS})
MAX_BYTES = 2 << 30
"""Bytes that an artifact may have, packed and unpacked."""

_MAX_FILES = 200
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


def is_ours(name: str) -> bool:
    """Tell whether a training run or the gate leaves a file of this name."""
    return name in NAMES or is_seed_evaluation(name)


def unpack(archive: Path, folder: Path, *, limit: int = MAX_BYTES) -> None:
    """Unpack ``archive`` into the new ``folder``.

    Raises:
        InputRefusedError: No zip file, a name that no run leaves, a link, a name twice, too much, or damaged.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
            _refuse_foreign(members, limit)
            folder.mkdir(parents=True)
            for member in members:
                with packed.open(member) as source, (folder / member.filename).open("xb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _refused("a zip file", f"a damaged one: {error}") from None


def _refuse_foreign(members: Sequence[zipfile.ZipInfo], limit: int) -> None:
    if len(members) > _MAX_FILES:
        raise _refused(f"at most {_MAX_FILES} files", f"{len(members):,} files")
    names = [member.filename for member in members]
    for member in members:
        if not is_ours(member.filename) or names.count(member.filename) > 1:
            raise _refused("each file that a run leaves, once", ascii(member.filename[:100]))
        mode = member.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            raise _refused("regular files", f"{member.filename} is none")
        if member.compress_type not in _PLAIN or member.flag_bits & _ENCRYPTED:
            raise _refused("plain or deflated files", f"{member.filename} is packed otherwise")
    total = sum(member.file_size for member in members)
    if total > limit:
        raise _refused(f"at most {limit:,} bytes unpacked", f"{total:,} bytes")


def _refused(expected: str, found: str) -> InputRefusedError:
    return InputRefusedError(
        "The archive is not the artifact of a training run; nothing was unpacked.",
        expected=expected,
        found=found,
        fix="Train again, or name the run: mlops bot artifact --run-id N",
    )
