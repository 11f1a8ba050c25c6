"""Where a training run's artifact may be: among the artifacts of runs that are trusted, or in a release."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mlops.bot import runs, transfers, unpacking
from mlops.bot.answers import Part, read
from mlops.bot.permissions import READ_ACTIONS, READ_CONTENTS
from mlops.bot.reading import Reader
from mlops.bot.runs import Run
from mlops.errors import InputRefusedError
from mlops.ids import ModelId


class RunReference(Part):
    """The run that uploaded an artifact."""

    id: int
    head_branch: str | None = None


class Packed(Part):
    """An artifact as GitHub lists it; ``digest`` is absent on older servers."""

    id: int
    name: str
    size_in_bytes: int
    expired: bool
    created_at: str
    digest: str | None = None
    workflow_run: RunReference | None = None


class Asset(Part):
    """An asset of a release."""

    id: int
    name: str
    size: int
    state: str
    digest: str | None = None


class Release(Part):
    """A release with its assets."""

    html_url: str
    draft: bool
    assets: tuple[Asset, ...]


@dataclass(frozen=True)
class Wanted:
    """What is looked for.

    Attributes:
        names: Of artifacts, for example ``er-model-20251020``.
        dataset_sha256: What the model must have been trained on; None where any will do.
        model_id: Whose artifact it must be; None where any on that dataset will do.
        artifact_sha256: What the artifact must be, byte for byte; None where no card records it.
        workflow: File name of the workflow whose runs count; empty for any run, where the bytes are known.
        branch: The branch whose runs count.
        run_id: The only run that counts; then neither workflow nor branch matter.
    """

    names: tuple[str, ...]
    dataset_sha256: str | None = None
    model_id: ModelId | None = None
    artifact_sha256: str | None = None
    workflow: str = "entity-resolution-train.yml"
    branch: str = "main"
    run_id: int | None = None


class Source(NamedTuple):
    """One place that may hold what is wanted: an artifact of a run, or a release."""

    hub: Reader
    url: str
    run_id: str
    packed: Packed | None
    assets: tuple[Asset, ...] = ()

    def fetch(self, folder: Path) -> None:
        """Download into the new ``folder``.

        Raises:
            InputRefusedError: It is damaged, too large, or holds what no run leaves.
        """
        if self.packed is not None:
            _unpack(self.hub, self.packed, folder)
        else:
            _collect(self.hub, self.assets, folder)


def sources(hub: Reader, wanted: Wanted) -> Iterator[Source]:
    """Yield what may hold the artifact, the surest first; each list is asked for only when it is needed."""
    if wanted.model_id is not None and wanted.run_id is None:
        value = hub.find(f"/releases/tags/{wanted.model_id}", READ_CONTENTS)
        release = None if value is None else read(Release, value, where=f"release {wanted.model_id}")
        if release is not None and not release.draft:
            yield Source(hub, release.html_url, "", None, release.assets)
    known: dict[int, Run] = {}
    for packed in _listed(hub, wanted):
        reference = packed.workflow_run
        if reference is None or packed.expired or (wanted.run_id is None and reference.head_branch != wanted.branch):
            continue
        if reference.id not in known:
            known[reference.id] = runs.get(hub, reference.id)
        run = known[reference.id]
        if is_trusted(run, wanted, hub.settings.repository):
            yield Source(hub, run.html_url, str(run.id), packed)


def is_trusted(run: Run, wanted: Wanted, repository: str) -> bool:
    """Tell whether a run's artifact may be looked at: of this repository, no fork, that workflow and that branch."""
    head = run.head_repository.full_name if run.head_repository else ""
    if {run.repository.full_name.lower(), head.lower()} != {repository.lower()}:
        return False
    if wanted.run_id is not None:
        return run.id == wanted.run_id
    if not wanted.workflow and wanted.artifact_sha256 is not None:
        return run.head_branch == wanted.branch
    return run.path.partition("@")[0] == f".github/workflows/{wanted.workflow}" and run.head_branch == wanted.branch


def _listed(hub: Reader, wanted: Wanted) -> list[Packed]:
    """Return the artifacts of the wanted names, newest first."""
    found: list[Packed] = []
    for name in wanted.names:
        path = "/actions/artifacts" if wanted.run_id is None else f"/actions/runs/{wanted.run_id}/artifacts"
        entries = hub.pages(path, READ_ACTIONS, key="artifacts", name=name)
        found += [read(Packed, entry, where=path) for entry in entries]
    return sorted((p for p in found if p.name in wanted.names), key=lambda p: (p.created_at, p.id), reverse=True)


def _unpack(hub: Reader, packed: Packed, folder: Path) -> None:
    if packed.size_in_bytes > unpacking.MAX_BYTES:
        raise InputRefusedError(
            "The artifact is too large; it was not downloaded.", expected=f"at most {unpacking.MAX_BYTES:,} bytes",
            found=f"{packed.size_in_bytes:,} bytes", fix="Name another run.",
        )  # fmt: skip
    archive = folder.with_name(f"{folder.name}.zip")
    received = transfers.download(
        hub, f"/actions/artifacts/{packed.id}/zip", archive, limit=unpacking.MAX_BYTES, needs=READ_ACTIONS
    )
    if packed.digest is not None and packed.digest != f"sha256:{received.sha256}":
        raise InputRefusedError(
            "The archive is not the one that was uploaded.", field="digest", expected=packed.digest,
            found=f"sha256:{received.sha256}", fix="Run the same command again; if it stays, train again.",
        )  # fmt: skip
    unpacking.unpack(archive, folder)


def _collect(hub: Reader, assets: tuple[Asset, ...], folder: Path) -> None:
    """Download those assets of a release that a training run leaves; the card and others are left alone."""
    ours = [asset for asset in assets if unpacking.is_ours(asset.name) and asset.state == "uploaded"]
    left = unpacking.MAX_BYTES
    folder.mkdir(parents=True)
    for asset in ours:
        target = folder / asset.name
        path = f"/releases/assets/{asset.id}"
        received = transfers.download(hub, path, target, limit=max(0, left), needs=READ_CONTENTS)
        left -= received.size
        if asset.digest is not None and asset.digest != f"sha256:{received.sha256}":
            raise InputRefusedError(
                "An asset of the release is not the one that was uploaded.", file=asset.name, field="digest",
                expected=asset.digest, found=f"sha256:{received.sha256}", fix="Run the same command again.",
            )  # fmt: skip
