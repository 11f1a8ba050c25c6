"""Putting a model's files on a target, each whole and hashed again there, and reading them back as they were put."""

from collections.abc import Mapping
from pathlib import Path

from mlops import checksums, documents
from mlops.artifact import CHECKSUMS, EVALUATION, GATE, METRICS, MODEL, TRAINING
from mlops.deploy.document import GOLDEN, Golden, Placed, Pointer, folder_of, pointer_of
from mlops.errors import ConflictError, InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.storage import AbsentError
from mlops.storage.target import Target

SERVED = (MODEL, TRAINING, METRICS)
"""What of an artifact goes to a target; the scored test rows stay with the evidence."""


def files_of(artifact: Path, golden: Golden) -> dict[str, bytes]:
    """Return what goes to a target, by name: model, records, verdict, golden rows and the artifact's own checksums.

    Raises:
        InputRefusedError: A file is not what ``checksums.txt`` says, or the golden rows are another model's.
    """
    listing = documents.read_bytes(artifact / CHECKSUMS)
    listed = checksums.verify(artifact, required=(*SERVED, EVALUATION), listing=listing)
    if golden.model_sha256 != listed[MODEL]:
        raise InputRefusedError(
            "The golden rows were made for another model.", file=GOLDEN, field="model_sha256",
            expected=listed[MODEL], found=golden.model_sha256, fix="Deploy from the artifact that was judged.",
        )  # fmt: skip
    files = {name: checksums.read_verified(artifact, name, listed, limit=1 << 30) for name in SERVED}
    return files | {
        GATE: documents.read_bytes(artifact / GATE),
        GOLDEN: documents.dumps(golden),
        CHECKSUMS: listing,
    }


def put(target: Target, model_id: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Write a model's files to its folder on a target, checksums last; a rerun goes on where one stopped.

    The same bytes of a model may be deployed again with a later verdict or other golden rows. Those that let it in the
    first time stay: pointers name them by hash.

    Returns:
        The files as they stand there, read back.

    Raises:
        InputRefusedError: What the target gives back is not what was put.
        UnavailableError: The target did not take a file; what it serves is what it served.
    """
    folder, there = folder_of(model_id, sha256_bytes(files[CHECKSUMS])), {}
    complete = _read(target, f"{folder}/{CHECKSUMS}") == files[CHECKSUMS]
    for name in sorted(files, key=lambda name: name == CHECKSUMS):
        place, data = f"{folder}/{name}", files[name]
        kept = _read(target, place)
        if kept is None or (kept != data and not (complete and name in {GATE, GOLDEN})):
            target.write(place, data)
            kept = target.read(place)
            if kept != data:
                raise InputRefusedError(
                    "The target gives back other bytes than were put there.", file=f"{target.uri}/{place}",
                    expected=sha256_bytes(data), found=sha256_bytes(kept),
                    why="Another writer is at work, or the storage is damaged.", fix="Deploy again; nothing went live.",
                )  # fmt: skip
        there[name] = kept
    return there


def read_placed(target: Target, placed: Placed) -> dict[str, bytes]:
    """Return the files of a model that a target holds, each hashed and compared with what the pointer and they say.

    Raises:
        InputRefusedError: A file is absent, or not what it was when the model was put there.
    """
    try:
        listing = target.read(f"{placed.folder}/{CHECKSUMS}", limit=documents.MAX_BYTES)
        listed = checksums.parse(listing, file=f"{target.uri}/{placed.folder}/{CHECKSUMS}")
        files = {name: target.read(f"{placed.folder}/{name}") for name in (*SERVED, GATE, GOLDEN)}
    except AbsentError as error:
        raise InputRefusedError(
            "The target no longer has all files of this model.", file=error.file, field="model_id",
            found=placed.model_id, fix="Deploy the model again from its artifact.",
        ) from None  # fmt: skip
    expected = {
        CHECKSUMS: placed.artifact_sha256, GATE: placed.gate_sha256, GOLDEN: placed.golden_sha256,
        **{name: listed.get(name, "a line in checksums.txt") for name in SERVED},
    }  # fmt: skip
    files[CHECKSUMS] = listing
    for name, sha256 in expected.items():
        found = sha256_bytes(files[name])
        if found != sha256:
            raise InputRefusedError(
                "A file on the target is not what it was when the model was put there.",
                file=f"{target.uri}/{placed.folder}/{name}", field="sha256", expected=sha256, found=found,
                why="It was changed by hand, or the storage is damaged.",
                fix="Deploy the model again from its artifact; find out who may write to the target.",
            )  # fmt: skip
    return files


def read_pointer(target: Target, environment: str, task: str) -> Pointer:
    """Return what a target serves of a task; before the first deployment, nothing.

    Raises:
        InputRefusedError: The pointer is no valid document, or another environment's or task's.
    """
    name = pointer_of(task)
    data = _read(target, name)
    if data is None:
        return Pointer(task=task, environment=environment, sequence=0, live=None)
    file = f"{target.uri}/{name}"
    found = documents.loads(data, Pointer, file=file)
    for field, expected in (("environment", environment), ("task", task)):
        if getattr(found, field) != expected:
            raise InputRefusedError(
                "The target belongs to another environment.", file=file, field=field, expected=expected,
                found=getattr(found, field), fix="Give each environment a target of its own.",
            )  # fmt: skip
    return found


def write_pointer(target: Target, old: Pointer, new: Pointer) -> None:
    """Have the target serve what ``new`` says, if it still says what ``old`` says.

    Raises:
        ConflictError: Another deployment moved the pointer meanwhile.
    """
    now = read_pointer(target, old.environment, old.task)
    if now != old:
        raise ConflictError(
            "Another deployment moved the pointer meanwhile; this one changed nothing.",
            file=f"{target.uri}/{pointer_of(old.task)}", field="sequence", expected=old.sequence, found=now.sequence,
            fix="See what is live (`mlops registry list`), then run the same command again if it is still wanted.",
        )  # fmt: skip
    target.write(pointer_of(new.task), documents.dumps(new))


def _read(target: Target, name: str) -> bytes | None:
    try:
        return target.read(name)
    except AbsentError:
        return None
