"""Manifests and the bytes that they pin: hashed where they lie in the repository, never parsed, never fetched."""

from collections.abc import Iterator
from pathlib import Path

from mlops import manifest as manifests
from mlops import storage
from mlops.config import StorageSettings
from mlops.consistency.findings import Findings, problem
from mlops.errors import MlopsError
from mlops.manifest import Manifest
from mlops.storage import AbsentError

_RESTORE = "Restore the file (`git checkout -- FILE`), or pin changed data under a new date: `mlops pin`."


def check_data(root: Path, settings: StorageSettings) -> Findings:
    """Return what does not hold of the manifests in ``root``, and of the local files that they pin."""
    return Findings.together(_of(path, root, settings) for path in _files(root / manifests.FOLDER))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix == ".json") if folder.is_dir() else []


def _of(path: Path, root: Path, settings: StorageSettings) -> Findings:
    seen = {"manifests": 1}
    try:
        pinned = manifests.load(path)
        places = [storage.locate(uri, settings=settings, root=root) for uri in pinned.uris]
    except MlopsError as error:
        if error.file != str(path):  # of a place that it names
            error.file, error.found = str(path), error.found or error.file
        return Findings((error,), looked_at=seen)
    remote = [place.uri for place in places if place.path is None]
    local = [_bytes(pinned, place.uri, place.path, path, settings) for place in places if place.path is not None]
    absent = [letter for letter in local if isinstance(letter, AbsentError)]
    wrong = [letter for letter in local if letter is not None and letter not in absent]
    if absent and len(absent) == len(places):  # a mirror that lies elsewhere may stand for a file that is absent
        wrong += absent
    notes = _notes(pinned, remote, absent, everywhere=len(absent) == len(places))
    hashed = len(local) - len(absent)
    return Findings(tuple(wrong), tuple(notes), {**seen, "data files": hashed})


def _bytes(pinned: Manifest, uri: str, place: Path, manifest: Path, settings: StorageSettings) -> MlopsError | None:
    """Return what is wrong with the bytes at one place; None if they are the pinned ones."""
    try:
        found, size = storage.hash_regular(place, limit=settings.max_bytes, name=uri)
    except AbsentError:
        return AbsentError(
            "The file that a manifest pins is not here.",
            file=manifest,
            field="uris",
            expected=uri,
            found="nothing",
            fix=_RESTORE,
        )
    except MlopsError as error:
        return error
    if found == pinned.sha256:
        return None
    return problem(
        f"sha256 mismatch: this is not the file that {pinned.id} pins.",
        uri,
        field="sha256",
        expected=f"{pinned.sha256} ({pinned.bytes:,} bytes)",
        found=f"{found} ({size:,} bytes)",
        why="The file was changed after it was pinned, or the manifest was.",
        fix=_RESTORE,
    )


def _notes(pinned: Manifest, remote: list[str], absent: list[AbsentError], *, everywhere: bool) -> Iterator[str]:
    if remote:
        places = "1 place" if len(remote) == 1 else f"{len(remote)} places"
        yield f"{pinned.id}: {places} outside of the repository not looked at; `mlops verify {pinned.id}` fetches it."
    if absent and not everywhere:
        yield f"{pinned.id}: {absent[0].expected} is not here; the manifest names another place too."
