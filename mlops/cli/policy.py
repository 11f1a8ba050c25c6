"""``mlops policy lint`` and ``mlops policy simulate``: choose thresholds before any model is judged by them."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from mlops.cli.common import emit_json
from mlops.cli.parameters import RATE
from mlops.cli.policy_report import print_lint
from mlops.cli.policy_rows import Given, check_quality, find
from mlops.errors import ExitCode, UsageRefusedError
from mlops.gate.linting import lint as lint_policy
from mlops.gate.sample import Truth

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def command() -> None:
    """Choose thresholds: what can a policy decide on so many test rows, and how likely does a model pass?"""


@command.command(epilog="Example: mlops policy lint er --rows 2000 --positives 500")
@click.argument("task", required=False)
@click.option("--artifact", type=_FOLDER, help="Use the test rows of this artifact.  [newest card's evidence]")
@click.option("--rows", type=int, help="All test rows, with --positives.")
@click.option("--positives", type=int, help="Positive test rows; as many are taken to be predicted positive.")
@click.option("--design-effect", type=float, help="Rows worth one independent row, with --positives.  [1]")
@click.option("--json", "as_json", is_flag=True, help="Print facts and findings as one JSON object.")
def lint(
    task: str | None,
    artifact: Path | None,
    rows: int | None,
    positives: int | None,
    design_effect: float | None,
    as_json: bool,
) -> int:
    """Say what TASK's policy can and can never decide on the test rows at hand.

    For each rule: the smallest value that passes, the errors which that allows, and the rows that it takes. Exit 1 if
    the gate can never pass on these rows, whatever the model; else 0. TASK may be left out where only one is declared.
    """
    subject = find(Given(task, artifact, rows=rows, positives=positives, effect=design_effect))
    found = lint_policy(subject.settings, subject.sample)
    if as_json:
        source = None if subject.sample is None else subject.sample.source
        emit_json({"task": subject.task, "source": source, "can_pass": found.can_pass, **asdict(found)})
    else:
        print_lint(found, subject.sample, Console(), task=subject.task)
    return int(ExitCode.DONE if found.can_pass else ExitCode.FAIL)


@command.command(epilog="Example: mlops policy simulate er --precision 0.95 --recall 0.93 --positives 500")
@click.argument("task", required=False)
@click.option("--precision", type=RATE, help="True precision of the model; with --recall.")
@click.option("--recall", type=RATE, help="True recall of the model; with --precision.")
@click.option("--f1", type=RATE, help="True F1, of a model whose precision and recall are both this.")
@click.option("--artifact", type=_FOLDER, help="Use the test rows of this artifact.  [newest card's evidence]")
@click.option("--rows", type=int, help="All test rows, with --positives; without it, negatives are taken to be many.")
@click.option("--positives", type=int, help="Positive test rows, instead of an artifact's.")
@click.option("--predicted", type=int, help="Rows predicted positive.  [what the rates imply, else as --positives]")
@click.option("--design-effect", type=float, help="Rows worth one independent row, with --positives.  [1]")
@click.option("--runs", type=click.IntRange(1, 100), default=3, show_default=True, help="Passes in a row to ask for.")
@click.option("--json", "as_json", is_flag=True, help="Print the probabilities as one JSON object.")
def simulate(
    task: str | None,
    precision: float | None,
    recall: float | None,
    f1: float | None,
    artifact: Path | None,
    rows: int | None,
    positives: int | None,
    predicted: int | None,
    design_effect: float | None,
    runs: int,
    as_json: bool,
) -> None:
    """Say how likely TASK's gate is to pass a model of known true quality on the test rows at hand.

    Without --precision and --recall, or --f1: tables over true qualities around the thresholds. RUNS passes in a row
    are those of independent runs, each on fresh test rows: the same rows judged again repeat their luck.
    """
    from mlops.cli.policy_outlook import print_outlook  # noqa: PLC0415  # lint starts without NumPy
    from mlops.gate.outcomes import of_grid, of_model  # noqa: PLC0415  # the same

    truth = _truth(precision, recall, f1)
    subject = find(Given(task, artifact, rows, positives, predicted, design_effect))
    sample, policy = subject.sample, subject.settings.policy
    if sample is None:
        raise UsageRefusedError(
            "There are no test rows to simulate.",
            field="--positives",
            expected="a card with evidence, or --artifact, or --positives",
            found="none of them",
            fix=f"For example: mlops policy simulate {subject.task} --positives 500",
        )
    if truth is None:
        outlook = of_grid(policy, sample, runs=runs)
    else:
        check_quality(truth, sample, predicted)
        outlook = of_model(policy, sample, truth, runs=runs)
    if as_json:
        quality = None if truth is None else truth._asdict() | {"f1": truth.f1}
        emit_json(
            {"task": subject.task, "source": sample.source, "truth": quality, "runs": runs, **asdict(outlook)}
        )  # fmt: skip
    else:
        print_outlook(outlook, sample, truth, Console(), task=subject.task, runs=runs)


def _truth(precision: float | None, recall: float | None, f1: float | None) -> Truth | None:
    """Return the quality that the options name; refuse half of one, or two."""
    if precision is None and recall is None:
        return None if f1 is None else Truth(f1, f1)
    if precision is None or recall is None or f1 is not None:
        raise UsageRefusedError(
            "A model's quality is its precision and its recall, or its F1.",
            field="--precision, --recall, --f1",
            expected="--precision and --recall, or --f1 alone, or none for a table",
            found="too many of them" if f1 is not None else "only one of precision and recall",
            fix="For example: mlops policy simulate --precision 0.95 --recall 0.93",
        )
    return Truth(precision, recall)
