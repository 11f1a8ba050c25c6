"""``mlops run``: the whole chain locally, from pinned data to a judged, documented model."""

from pathlib import Path

import click

from mlops.cli.choosing import choose_manifest
from mlops.cli.common import load_settings, repository_root
from mlops.cli.holdout import Ledger, record_option
from mlops.cli.parameters import RATE, FolderOrNothing
from mlops.cli.ratchet import base_option, ratchet_settings
from mlops.errors import UsageRefusedError
from mlops.policy import tighten


@click.command("run")
@click.argument("task", metavar="TASK")
@click.option(
    "--dataset", "dataset_id", metavar="ID", help="Dataset id or path of its manifest; the newest by default."
)
@click.option("--dataset-date", metavar="YYYYMMDD", help="The same by date.")
@click.option("--dataset-hash", metavar="SHA256", help="The same by hash; with another option, a check.")
@click.option("--data", type=click.Path(path_type=Path), help="A file that is not pinned, for a trial.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for everything; dist/<model id> by default.")
@click.option("--sample-size", type=click.IntRange(min=2), help="Training rows at most; mlops.toml's by default.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of everything that chance decides.")
@click.option("--model-id", metavar="ID", help="Id of a further model on the same data, such as er_20251020-2.")
@click.option("--min-precision", type=RATE, help="A higher minimum than the policy's; never a lower one.")
@click.option("--min-recall", type=RATE, help="A higher minimum than the policy's; never a lower one.")
@click.option("--min-f1", type=RATE, help="A higher minimum than the policy's; never a lower one.")
@click.option(
    "--champion", type=FolderOrNothing(), metavar="ARTIFACT",
    help="Artifact of the model in production; it scores the same test rows and the candidate is compared with it.",
)  # fmt: skip
@base_option
@record_option
@click.option(
    "--profile", metavar="NAME", help="Of a certified task: the profile that judges; mlops.toml's by default."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was made and the verdict as JSON.")
def command(
    task: str,
    dataset_id: str | None,
    dataset_date: str | None,
    dataset_hash: str | None,
    data: Path | None,
    out: Path | None,
    sample_size: int | None,
    seed: int | None,
    model_id: str | None,
    min_precision: float | None,
    min_recall: float | None,
    min_f1: float | None,
    champion: Path | None,
    base: Path | None,
    record: bool,
    profile: str | None,
    as_json: bool,
) -> int:
    """Verify, train, evaluate, judge and document TASK's model on a pinned dataset, or on --data FILE.

    A task that knows a certificate also has its data validated, audited and cross-validated before, and is certified
    after; --record then adds a line to its ledger. Everything is written to one folder; nothing is published. Exit 0:
    pass, 1: fail, 4: inconclusive.
    """
    root = repository_root()
    ratcheted = ratchet_settings(load_settings(root), root, base)
    ledger = Ledger.read(root, base)
    overrides = {"precision": min_precision, "recall": min_recall, "f1": min_f1}
    tighten(ratcheted.settings.task(task).policy, overrides)  # refused now, not after the training
    if data is None:
        source = choose_manifest(root, task, dataset=dataset_id, date=dataset_date, sha256=dataset_hash)
    else:
        _refuse_both(dataset_id, dataset_date, dataset_hash)
        source = data
    from mlops.cli import chain  # noqa: PLC0415  # neither help nor a refusal of an option needs the learner

    return chain.run(
        chain.Asked(
            task, source, data is not None, out, sample_size, seed, model_id, overrides, champion, record, profile,
            as_json,
        ),
        root, ratcheted, ledger,
    )  # fmt: skip


def _refuse_both(*named: str | None) -> None:
    """Refuse a pinned dataset beside a file that is not pinned: which of them is meant?"""
    if any(named):
        raise UsageRefusedError(
            "A file that is not pinned was named, and a pinned dataset too.",
            field="--data",
            expected="--data FILE alone, or a dataset",
            found="both",
            fix="Leave one of them out.",
        )
