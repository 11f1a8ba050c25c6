"""``python -m benchmarks.claims_tsa.permuting N``: the seconds of N refits by chance inside months, printed as JSON."""

import json
import sys
from pathlib import Path
from time import process_time
from typing import Any, cast

import click
import numpy as np

from mlops.cli import plugs, steps
from mlops.cli.common import load_settings, newest_manifest, repository_root
from mlops.crossval.folding import folds
from mlops.crossval.measuring import month_of
from mlops.intervals.refits import refits
from mlops.manifest import load


def main(permutations: int) -> None:
    """Refit on the last block of days of the newest dataset, as ``mlops cv`` does."""
    root = repository_root(Path.cwd())
    task, pinned = cast("Any", plugs.open_task("claims")), load(newest_manifest(root, "claims"))
    examples = steps.read_examples(task, pinned, load_settings(root), root)
    days = np.asarray(examples.time).astype("datetime64[D]")
    past = examples.take(np.flatnonzero(days < np.datetime64(str(examples.facts["split_test_from"]), "D")))
    time, label, design = np.asarray(past.time), past.label == 1, task.design(past)
    fold = folds(time, blocks=5, embargo_days=int(examples.facts["maturity_days"]), group=None)[-1]
    started = process_time()
    found = refits(
        design, label, train=fold.train, test=fold.test, stratum=month_of(time), permutations=permutations, seed=0
    )
    click.echo(json.dumps({"seconds": process_time() - started, "permutations": found.permutations}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
