"""The same training with other seeds: its scored rows measured again, never believed, and shown side by side."""

from pathlib import Path

from rich.console import Console

from mlops import checksums, evaluation
from mlops.artifact import TRAINING, Training, is_seed_evaluation, repeat_seeds, seed_evaluation
from mlops.cli.printing import heading, table
from mlops.cli.remeasured import check_same_rows, disagrees
from mlops.config import Policy
from mlops.evaluation import Evaluation
from mlops.formatting import format_rate
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from mlops.metrics import Repeat


def measure_seeds(
    artifact: Path, listed: dict[str, str], *, training: Training, rows: Evaluation, policy: Policy
) -> tuple[Repeat, ...]:
    """Measure the scored rows of every other seed.

    Args:
        artifact: The folder that training left.
        listed: The hashes of its files, verified.
        training: How the model and its repeats were made.
        rows: The scored rows of the model itself; those of a repeat must be the same rows.
        policy: Its ``confidence`` is that of each bound.

    Raises:
        InputRefusedError: The seeds are not those that follow the model's own, or a file is absent, too many, of
            other rows, or contradicts its own threshold.
    """
    _refuse_chosen_seeds(artifact, listed, training)
    found = []
    for repeat in training.repeats:
        name = seed_evaluation(repeat.seed)
        data = checksums.read_verified(artifact, name, listed, limit=evaluation.MAX_BYTES)
        scored = evaluation.loads(data, file=artifact / name)
        check_same_rows(rows, scored, artifact / name, fix="Train again with `mlops train`.")
        found.append(
            evaluation.measure_repeat(
                scored,
                seed=repeat.seed,
                evaluation_sha256=sha256_bytes(data),
                threshold=repeat.threshold,
                policy=policy,
            )
        )
    return tuple(found)


def print_seeds(report: GateReport, console: Console) -> None:
    """Print the model beside the same training with other seeds, and how far they lie apart; nothing without any."""
    found = [result for result in report.seeds if result.seed is not None]
    if not found:
        return
    own = {result.metric: result.value for result in report.criteria}
    names = [name for name in own if any(name in result.values for result in found)]
    columns = [[own[name], *(result.values.get(name) for result in found)] for name in names]
    labels = ["the model", *(f"seed {result.seed}" for result in found)]
    verdicts = ["", *(result.verdict for result in found)]
    rows = [
        (label, *map(format_rate, values), verdict)
        for label, values, verdict in zip(labels, zip(*columns, strict=True), verdicts, strict=True)
    ]
    heading(console, "The same training with other seeds")
    table(
        console,
        ("", *names, "verdict"),
        [*rows, ("spread", *map(_spread, columns), "")],
        words=("", "verdict"),
    )


def _spread(values: list[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{100 * (max(known) - min(known)):.2f} points" if len(known) == len(values) else "not defined"


def _refuse_chosen_seeds(artifact: Path, listed: dict[str, str], training: Training) -> None:
    """Refuse seeds that somebody picked, and files of seeds that the record does not name."""
    seeds = tuple(repeat.seed for repeat in training.repeats)
    wanted = repeat_seeds(training.seed, len(seeds) + 1)
    if seeds != wanted:
        raise disagrees(artifact / TRAINING, "repeats", expected=f"the seeds {_words(wanted)}", found=_words(seeds))
    files = sorted(name for name in listed if is_seed_evaluation(name))
    if files != sorted(map(seed_evaluation, wanted)):
        raise disagrees(
            artifact / TRAINING,
            "repeats",
            expected=f"a record of each of {', '.join(files) or 'no files'}",
            found=_words(seeds),
        )


def _words(seeds: tuple[int, ...]) -> str:
    return ", ".join(map(str, seeds)) or "none"
