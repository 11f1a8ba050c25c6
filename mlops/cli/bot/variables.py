"""``mlops bot variables``: set the repository variables that say which dataset the workflows use."""

import click

from mlops import manifest as manifests
from mlops.bot.permissions import WRITE_VARIABLES
from mlops.bot.variables import of_dataset, set_all
from mlops.cli.bot.common import connection, deadline_option, json_option, tell
from mlops.cli.common import find_manifest, repository_root


@click.command("variables", epilog="Example: mlops bot variables --dataset er_20251020")
@click.option("--dataset", required=True, metavar="ID", help="The dataset, or the path of its manifest.")
@deadline_option
@json_option
def command(dataset: str, deadline: float, as_json: bool) -> None:
    """Set ML_DATASET_DATE and ML_DATASET_HASH from a manifest; what is right already is not written.

    GITHUB_TOKEN may not do this: it takes the token of a GitHub App with the permission Variables: write.
    """
    wanted = of_dataset(manifests.load(find_manifest(repository_root(), dataset)))
    with connection(deadline, WRITE_VARIABLES) as hub:
        changed = set_all(hub, wanted)
    text = "\n".join(f"{name}={value}{'' if name in changed else ' (unchanged)'}" for name, value in wanted.items())
    tell("variables", {"changed": " ".join(changed)}, text, as_json=as_json)
