"""The globs of this repository's own ``mlops.toml``: they name all code that shapes a model."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops.cli.plugs import task_names
from mlops.config import load
from mlops.globs import matches

SHAPE_NO_MODEL = {
    "mlops/__init__.py",
    "mlops/artifact.py",  # the record of a training
    "mlops/certification_settings.py",  # what certifies a model, not what it learns
    "mlops/checksums.py",
    "mlops/config.py",  # what the settings say is compared, not how they are read
    "mlops/criterion_settings.py",  # the same
    "mlops/deploy_settings.py",  # where a model goes
    "mlops/documents.py",
    "mlops/errors.py",
    "mlops/formatting.py",  # how numbers and names are shown
    "mlops/github_settings.py",  # what GitHub is set to
    "mlops/globs.py",
    "mlops/hashing.py",
    "mlops/ids.py",
    "mlops/inputs.py",  # what a fitted model reads, told to a server
    "mlops/manifest.py",
    "mlops/metrics_settings.py",  # where metrics are sent
    "mlops/monitoring_settings.py",  # when what is served alarms
    "mlops/metrics.py",  # the vocabulary of measurements
    "mlops/places.py",  # where a letter points
    "mlops/provenance.py",
    "mlops/shapley.py",  # explains scores that stand already
    "mlops/slices.py",
    "mlops/tasks/__init__.py",
}
"""What training imports, and what decides neither which rows a model sees nor what it makes of them."""


def imported(root: Path, module: str, seen: set[str]) -> Iterator[str]:
    """Yield the files of ``module`` and of all that it imports of this package."""
    stem = module.replace(".", "/")
    file = next((name for name in (f"{stem}.py", f"{stem}/__init__.py") if (root / name).is_file()), None)
    if file is None or file in seen:
        return
    seen.add(file)
    yield file
    if "." in module:
        yield from imported(root, module.rpartition(".")[0], seen)
    for node in ast.walk(ast.parse((root / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mlops"):
            for name in ("", *(f".{alias.name}" for alias in node.names)):
                yield from imported(root, f"{node.module}{name}", seen)


@pytest.mark.parametrize("task", task_names())
def test_all_code_that_training_imports_is_named_or_is_known_to_shape_no_model(root: Path, task: str) -> None:
    globs = load(root / "mlops.toml").task(task).code
    seen: set[str] = set()
    files = {file for start in ("mlops.training", f"mlops.tasks.{task}.task") for file in imported(root, start, seen)}
    assert len(files) > 50
    assert {file for file in files if not matches(file, globs)} == SHAPE_NO_MODEL & files


@pytest.mark.parametrize("task", task_names())
def test_the_lock_file_of_the_learner_is_named_and_what_makes_example_data_is_not(root: Path, task: str) -> None:
    globs = load(root / "mlops.toml").task(task).code
    assert matches("requirements/train.txt", globs)
    assert not matches(f"mlops/tasks/{task}/generator/making.py", globs)


@pytest.mark.parametrize("task", task_names())
def test_every_glob_names_a_file(root: Path, task: str) -> None:
    sources = (*root.glob("mlops/**/*.py"), *root.glob("requirements/*"), *root.glob("data/**/*"))
    names = [path.relative_to(root).as_posix() for path in sources]
    for glob in load(root / "mlops.toml").task(task).code:
        assert any(matches(name, (glob,)) for name in names), glob


def test_what_shapes_no_model_is_imported_at_all(root: Path) -> None:
    seen: set[str] = set()
    starts = ("mlops.training", *(f"mlops.tasks.{task}.task" for task in task_names()))
    assert {file for start in starts for file in imported(root, start, seen)} >= SHAPE_NO_MODEL
