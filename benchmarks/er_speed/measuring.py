"""One dataset: train, build workloads of its records, and take the time of everything in turn."""

import pickle
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import baseline
from benchmarks.er_quality.running import Dataset, utc_now
from benchmarks.er_speed import beside, clock, memory
from benchmarks.er_speed.results import DatasetRow, Memory, PeerRow, SizeRow, TrainingRow
from benchmarks.er_speed.workloads import Records
from benchmarks.per_pair import PerPairScores
from mlops import dataset
from mlops.config import StorageSettings, TaskSettings
from mlops.provenance import CodeVersion
from mlops.split import TRAIN
from mlops.task import Examples
from mlops.tasks.er.fitting import fit_matcher
from mlops.tasks.er.matcher import PairMatcher
from mlops.tasks.er.task import EntityResolution

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is asked for.

    Attributes:
        settings: The task's settings, as ``mlops.toml`` has them.
        storage: How files may be read.
        sizes: Candidate pairs of the workloads.
        sample: Pairs that the loop over pairs is measured on.
        repeats: How often each time is taken.
        peer_python: The Python of other libraries.
        peer_pairs: Pairs that they are measured on.
        train_repeats: How often training is timed beside the baseline's.
        seed: Of the model, the baseline and the workloads.
        code: The commit that is measured.
    """

    settings: TaskSettings
    storage: StorageSettings
    sizes: tuple[int, ...]
    sample: int
    repeats: int
    peer_python: Path
    peer_pairs: int
    train_repeats: int
    seed: int
    code: CodeVersion


@contextmanager
def one_core() -> Iterator[None]:
    """Let nothing run side by side, so that CPU seconds are those of one core."""
    with threadpool_limits(1), joblib.parallel_config(backend="sequential"):
        yield


def measure(found: Dataset, plan: Plan, say: Say) -> DatasetRow:
    """Measure one dataset; ``say`` hears how far it is.

    Raises:
        InputRefusedError: The file holds no labelled pairs, or too few to train on.
        UsageRefusedError: The Python of the other libraries does not start.
    """
    with one_core():
        table = dataset.read_file(found.path, settings=plan.storage).table
        examples = EntityResolution().examples(table, plan.settings)
        say(f"{found.name}: training")
        matcher, training = _train(examples, plan)
        records = Records.of(examples.inputs, examples.label)
        loop = PerPairScores.fit(matcher, examples.inputs[examples.split == TRAIN])
        row = _in_turn(matcher, loop, records, plan, say)
        say(f"{found.name}: other libraries")
        return DatasetRow(
            name=found.name,
            sha256=found.sha256,
            attributes={name: kind.value for name, kind in matcher.pair_features.kinds().items()},
            feature_count=len(matcher.pair_features.notes()),
            peers=tuple(_peers(matcher, records, plan)),
            training=training,
            measured_at=utc_now(),
            code=plan.code,
            **row,
        )


def _train(examples: Examples, plan: Plan) -> tuple[PairMatcher, TrainingRow]:
    """Train ours and the baseline in turn."""
    rows = examples.take(np.flatnonzero(examples.split == TRAIN))
    ours, tables, forests = [], [], []
    for _ in range(plan.train_repeats):
        started = process_time()
        matcher = fit_matcher(rows.inputs, rows.label, rows.cluster, plan.settings.threshold, plan.seed)
        ours.append(process_time() - started)
        judged = baseline.judge(examples, seed=plan.seed)
        tables.append(judged.feature_seconds)
        forests.append(judged.fit_seconds)
    times = (round(median(each), 3) for each in (ours, tables, forests))
    own, table, forest = times
    return matcher, TrainingRow(pairs=len(rows), ours=own, baseline_features=table, baseline_fit=forest)


def _in_turn(matcher: PairMatcher, loop: PerPairScores, records: Records, plan: Plan, say: Say) -> dict[str, Any]:
    """Return the times of the loop and of ours at every size, and the memory of each size."""
    pairs = {size: records.candidates(size, seed=plan.seed) for size in plan.sizes}
    tables = {size: records.pairs(*pairs[size]) for size in pairs}
    sample = tables[max(tables)].sample(min(plan.sample, len(tables[max(tables)])), random_state=plan.seed)
    works: list[clock.Work] = [partial(loop.features.transform, sample), partial(loop.transform, sample)]
    for table in tables.values():
        works += [partial(matcher.pair_features.transform, table), partial(matcher.predict_proba, table)]
    rounds = []
    for number in range(plan.repeats):
        say(f"round {number + 1} of {plan.repeats}")
        rounds.append([clock.seconds(work) for work in works])
    times = list(zip(*rounds, strict=True))
    say("memory")
    taken = _memory(matcher, records, plan)
    sizes = tuple(
        SizeRow(
            pairs=len(table),
            records=sum(len(np.unique(side)) for side in pairs[size]),
            features=clock.rate(len(table), times[2 + 2 * number]),
            scores=clock.rate(len(table), times[3 + 2 * number]),
            memory=taken[size],
        )
        for number, (size, table) in enumerate(tables.items())
    )
    return {
        "loop_pairs": len(sample),
        "loop_features": clock.rate(len(sample), times[0]),
        "loop_scores": clock.rate(len(sample), times[1]),
        "sizes": sizes,
    }


def _memory(matcher: PairMatcher, records: Records, plan: Plan) -> dict[int, Memory]:
    with tempfile.TemporaryDirectory() as folder:
        model, data = Path(folder, "model"), Path(folder, "records")
        model.write_bytes(pickle.dumps(matcher))
        data.write_bytes(pickle.dumps(records))
        return {size: memory.of_scoring(model, data, size, plan.seed) for size in plan.sizes}


def _peers(matcher: PairMatcher, records: Records, plan: Plan) -> list[PeerRow]:
    pairs = records.square(plan.peer_pairs, seed=plan.seed)
    return beside.compare(matcher.pair_features, records, pairs, plan.peer_python, plan.repeats)
