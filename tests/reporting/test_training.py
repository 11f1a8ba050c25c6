"""The page of a training run: what was trained, how well it does, how to fetch and check it."""

import pytest
from markdown_it import MarkdownIt

from mlops.artifact import Training
from mlops.reporting import Links, training_summary_of
from tests import factories
from tests.reporting import scenes
from tests.reporting.test_verdict import LINKS, cells, seen


def page_of(training: Training | None = None, *, links: Links = LINKS, seconds: dict[str, float] | None = None) -> str:
    """Return the page of a run."""
    return training_summary_of(
        training or factories.training(), factories.metrics(), artifact_sha256="a" * 64, links=links, seconds=seconds
    )


def test_the_page_says_that_nothing_is_judged_yet() -> None:
    assert page_of().splitlines()[0] == "## er_20251020: trained, not judged yet"


def test_metrics_have_bounds_and_denominators() -> None:
    assert cells(page_of(), "F1") == ["F1", "96.6 %", "95.9 % to 97.2 %", "2,020"]
    assert "Measured on 2,000 test rows that trained nothing" in seen(page_of())


def test_rows_seed_features_and_hashes_are_told() -> None:
    said = seen(page_of())
    assert "7,600 of 7,600 training rows (sample size 10,000), seed 42, 3 features" in said
    assert factories.DATA_SHA256 in said
    assert f"er-model-20251020 , checksums.txt is {'a' * 64}" in said


def test_the_artifact_is_fetched_and_checked_by_commands() -> None:
    page = page_of()
    assert "gh run download 17 -n er-model-20251020 -D dist/er_20251020\n" in page
    assert "(cd dist/er_20251020 && sha256sum -c checksums.txt)\n" in page
    assert "gh run download RUN_ID -n er-model-20251020" in page_of(links=Links())
    assert f"er-precision-gate.yml \\\n  -f dataset_hash={factories.DATA_SHA256}\n" in page


def test_a_run_that_times_out_is_told_to_take_fewer_rows() -> None:
    assert "-f sample_size=3800 \\\n" in page_of()


def test_every_stage_has_its_seconds_and_the_longest_the_longest_bar() -> None:
    page = page_of(seconds={"read": 0.4})
    read, features, fit = (cells(page, name) for name in ("read", "features", "fit"))
    assert [row[1] for row in (read, features, fit)] == ["0.4", "3.2", "6.1"]
    assert len(fit[2]) == 24 > len(features[2]) > len(read[2]) == 2
    assert "| read | 0.0 | █ |" in page_of(factories.training(seconds={}), seconds={"read": 0.0})


def test_other_seeds_and_findings_are_told() -> None:
    page = training_summary_of(
        factories.training(), factories.metrics(repeats=scenes.repeats()), artifact_sha256="a" * 64
    )
    assert "F1 with seed 44: 62.5 %." in seen(page)
    assert "4 pairs of the test rows have the same content as a training pair." in seen(page)


@pytest.mark.parametrize("model", ["no id", "x\n## forged", "er_20251020-2"])
def test_a_model_without_an_id_gives_no_command_its_name(model: str) -> None:
    page = page_of(factories.training(model_id=model, dataset_id=model))
    assert str(MarkdownIt("commonmark", {"html": True}).enable("table").render(page)).count("<h2>") == 1
    assert ("-n NAME -D dist/MODEL" in page) == (model != "er_20251020-2")
    assert "blob" not in page
