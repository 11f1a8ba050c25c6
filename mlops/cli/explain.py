"""``mlops explain``: which attributes moved the scores of rows."""

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from mlops import checksums, documents
from mlops import manifest as manifests
from mlops.artifact import TRAINING, Training
from mlops.cli.common import emit_json, find_manifest, load_settings, repository_root, shown_path
from mlops.diagnosis.why import ExplainedRow, is_page, page
from mlops.errors import ConflictError, UsageRefusedError
from mlops.split import TEST
from mlops.task import Examples, Model

_SHOWN = 10
_MAX_PAGE = 64 << 20


@click.command("explain")
@click.argument("artifact", type=click.Path(path_type=Path, file_okay=False), metavar="ARTIFACT")
@click.option("--row", "row_ids", multiple=True, metavar="ID", help="A row of the dataset, by its id; may be repeated.")
@click.option(
    "--errors", type=click.IntRange(1, 1000), default=_SHOWN, show_default=True,
    help="Without --row: so many misjudged test rows, the surest first.",
)  # fmt: skip
@click.option("--dataset", metavar="ID", help="Dataset id or path of its manifest; by default the one trained on.")
@click.option(
    "--html", "html_file", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with the same here too."
)
@click.option("--json", "as_json", is_flag=True, help="Print the explanations as JSON.")
def command(
    artifact: Path, row_ids: tuple[str, ...], errors: int, dataset: str | None, html_file: Path | None, as_json: bool
) -> None:
    """Show for rows of the pinned data which attributes moved their scores by ARTIFACT's model, and by how much.

    Contributions are in log-odds; with the starting point they add up to the log-odds of the score. The output holds
    values of the data: share it with those who may see the data.
    """
    if html_file is not None:
        _refuse_foreign(html_file)
    root = repository_root()
    settings = load_settings(root)
    checksums.verify(artifact)
    recorded = documents.read(artifact / TRAINING, Training)
    pinned = manifests.load(find_manifest(root, dataset or recorded.dataset_id))
    from mlops.cli import plugs, steps  # noqa: PLC0415  # neither help nor a refusal of an option needs the learner
    from mlops.cli.reasons import explained_rows, print_explanations  # noqa: PLC0415  # the same

    task = plugs.open_task(recorded.task)
    record, model = steps.load_model(task, artifact)
    examples = steps.read_examples(task, pinned, settings, root)
    chosen = _named(examples, row_ids) if row_ids else _surest_errors(model, examples, errors)
    rows = explained_rows(model, examples, chosen)
    what = "rows that were asked for" if row_ids else "surest misjudged test rows"
    if html_file is not None:
        intro = f"{len(rows)} {what}, dataset {pinned.id}."
        text = page(rows, model_id=record.model_id, threshold=model.threshold, intro=intro)
        documents.write_bytes(html_file, text.encode())
    if as_json:
        emit_json({"model_id": record.model_id, "threshold": model.threshold, "rows": [_as_json(row) for row in rows]})
    else:
        console = Console(highlight=False)
        console.print(f"{record.model_id}: {len(rows)} {what}, threshold {model.threshold:.4f}", markup=False)
        print_explanations(rows, console, threshold=model.threshold)
    if html_file is not None:
        click.echo(f"The page stands in {shown_path(html_file)}; it shows values of the data.", err=True)


def _refuse_foreign(path: Path) -> None:
    """Refuse to replace a file that is no page of this verb."""
    if not path.exists() or is_page(documents.read_bytes(path, limit=_MAX_PAGE)):
        return
    raise ConflictError(
        "A file stands there that is no page of explanations; it was left as it is.",
        file=path,
        field="--html",
        expected="a new file, or a page that `mlops explain` wrote before",
        found="another file",
        fix="Name another file.",
    )


def _named(examples: Examples, row_ids: Sequence[str]) -> NDArray[np.intp]:
    """Return the positions of rows by id; raises UsageRefusedError for one that is not there."""
    position = {str(row_id): at for at, row_id in enumerate(examples.row_id)}
    missing = [row_id for row_id in row_ids if row_id not in position]
    if missing:
        raise UsageRefusedError(
            "The dataset has no such row.",
            field="--row",
            expected=f"an id like {next(iter(position), '')!r}",
            found=", ".join(map(ascii, missing[:5])),
            fix="gate.json and evaluation.parquet name the test rows by these ids.",
        )
    return np.array([position[row_id] for row_id in row_ids], dtype=np.intp)


def _surest_errors(model: Model, examples: Examples, most: int) -> NDArray[np.intp]:
    """Return the positions of the misjudged test rows, farthest from the threshold first."""
    test = np.flatnonzero(examples.split == TEST)
    scores = model.predict_proba(examples.take(test).inputs)
    wrong = np.flatnonzero((scores >= model.threshold) != (examples.label[test] == 1))
    order = np.lexsort((wrong, -np.abs(scores[wrong] - model.threshold)))
    found: NDArray[np.intp] = test[wrong[order][:most]]
    return found


def _as_json(row: ExplainedRow) -> dict[str, object]:
    found = row.explanation
    parts = [{"name": p.name, "log_odds": p.log_odds, "values": list(p.values)} for p in found.contributions]
    return {
        "row_id": row.row_id,
        "label": row.label,
        "score": found.score,
        "base": found.base,
        "contributions": parts,
    }
