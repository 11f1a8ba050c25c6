"""Which dataset of the working tree a hash means, for the verbs that are given one."""

from pathlib import Path

from mlops import manifest as manifests
from mlops.cli.common import all_manifests
from mlops.errors import UsageRefusedError
from mlops.ids import DatasetId


def dataset_of(root: Path, sha256: str) -> DatasetId:
    """Return the dataset that a manifest of the working tree pins to this hash; raises UsageRefusedError for none."""
    for path in reversed(all_manifests(root)):
        pinned = manifests.load(path)
        if pinned.sha256 == sha256:
            return DatasetId.parse(pinned.id)
    raise UsageRefusedError(
        "No manifest pins this hash.",
        field="--dataset-hash",
        expected=f"the sha256 of a manifest in {manifests.FOLDER}/",
        found=sha256,
        fix="Check out the commit that holds the manifest, or pin the file first: mlops pin TASK FILE",
    )
