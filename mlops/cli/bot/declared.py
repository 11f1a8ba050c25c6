"""What ``mlops bot plan`` and ``apply`` share: what this repository declares."""

from mlops import manifest as manifests
from mlops.bot.plan.desired import desired
from mlops.bot.plan.model import Wanted
from mlops.cli.common import load_settings, newest_manifest, repository_root


def declared(owner: str) -> tuple[Wanted, ...]:
    """Return every setting that ``mlops.toml`` and the newest manifest ask for.

    Args:
        owner: Of the repository on GitHub.

    Raises:
        UsageRefusedError: The settings are not acceptable, or the task has no pinned dataset.
    """
    root = repository_root()
    settings = load_settings(root).github
    task = settings.dataset_variables
    newest = None if task is None else manifests.load(newest_manifest(root, task))
    return desired(settings, newest, owner=owner)
