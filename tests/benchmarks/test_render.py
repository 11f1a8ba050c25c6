"""The page shows the committed results and nothing else."""

import re
from pathlib import Path

import pytest

from benchmarks import er_quality_page, readme, render
from benchmarks.er_quality.results import CrossCriterion, CrossRow, DatasetRow, ErQuality, SplitRuns, Variants
from benchmarks.er_quality.summary import summarise
from benchmarks.machine import Machine
from benchmarks.published import REQUIRED
from mlops import documents
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from tests.benchmarks.test_summary import row


def results(*rows: DatasetRow, cross: tuple[CrossRow, ...] = ()) -> ErQuality:
    """Return the results of these rows."""
    return ErQuality(
        machine=Machine(cpu="a processor", cores=2, versions={"python": "3.11.7"}),
        jobs=1,
        seeds=(0, 1, 2),
        resplit_seeds=(0,),
        datasets=rows,
        cross=cross,
        variants={one.name: Variants(recorded=2, before=8) for one in rows},
        summary=summarise(rows),
    )


def shown(found: ErQuality) -> str:
    """Return the part of the page about ``found``."""
    return er_quality_page.render(found.model_dump(mode="json"))


def test_the_committed_page_shows_the_committed_results() -> None:
    render.check(render.PAGE, render.page())
    render.check(render.README, render.shown(render.README))


def test_check_tells_of_a_page_that_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, page, front = tmp_path / "results", tmp_path / "page.md", tmp_path / "front.md"
    folder.mkdir()
    documents.write(folder / "er_quality.json", results(row("shop", [0.9])))
    front.write_text(f"# Words\n\n{readme.BEGIN}{readme.END}\nMore words.\n", encoding="utf-8")
    asked = ["--results", str(folder), "--page", str(page), "--readme", str(front)]
    assert render.main([*asked, "--check"]) == 6
    assert render.main(asked) == 0
    assert render.main([*asked, "--check"]) == 0
    for path in (page, front):
        kept = path.read_text(encoding="utf-8")
        path.write_text(kept.replace("90.0", "99.0"), encoding="utf-8")
        assert render.main([*asked, "--check"]) == 6
        path.write_text(kept, encoding="utf-8")
    assert front.read_text(encoding="utf-8").startswith("# Words\n\n" + readme.BEGIN + "| dataset")
    assert front.read_text(encoding="utf-8").endswith(readme.END + "\nMore words.\n")
    assert "python -m benchmarks.render" in capsys.readouterr().err


def test_a_readme_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="no place for the table"):
        readme.replace("# Words\n", results().model_dump(mode="json"))


def test_results_that_nothing_renders_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "unheard_of.json").write_text("{}", encoding="utf-8")
    assert render.main(["--results", str(tmp_path), "--page", str(tmp_path / "page.md")]) == 2
    assert "benchmarks.unheard_of_page" in capsys.readouterr().err


def test_a_ledger_is_no_part_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "er_quality_judged.json").write_text("{}", encoding="utf-8")
    assert "##" not in render.page(tmp_path)


def test_the_table_comes_first_and_stands_beside_published_figures() -> None:
    text = shown(results(row("abt_buy", [0.91, 0.92, 0.93])))
    first = next(line for line in text.splitlines() if line.startswith("| `"))
    assert first.startswith("| `abt_buy` | 30 (10) | 92.0 (91.0 to 93.0) ✓ | 90.5 | 92.0 |")
    assert first.endswith("| 43.6 [q] | 62.8 [q] | 89.33 [q] |")


def test_a_missed_requirement_is_said_before_the_table() -> None:
    text = shown(results(row("abt_buy", [0.5]), row("dblp_acm", [0.986])))
    assert "**not met: abt_buy**" in text.partition("\n| ")[0]
    assert "short of the aim: dblp_acm" in text.partition("\n| ")[0]


def test_the_mean_is_shown_once_it_is_complete() -> None:
    assert "**ours 95.00**, above Ditto's 91.33" in shown(results(*(row(name, [0.95]) for name in REQUIRED)))
    assert "Mean F1" not in shown(results(row("abt_buy", [0.95])))


def test_what_was_tuned_on_test_is_marked_so() -> None:
    assert "tuned on test, no result" in shown(results(row("shop", [0.9])))


def test_a_refused_dataset_keeps_its_row() -> None:
    refused = row("shop", []).model_copy(update={"published": None, "refusal": "No label.\n  field: la|bel"})
    split = row("town", []).model_copy(update={"published": SplitRuns(refusal="Too few.")})
    text = shown(results(refused, split))
    assert "| `shop` | refused: No label. field: la\\|bel |" in text
    assert "| `town` | refused: Too few. |" in text


def test_a_dataset_without_a_published_split_is_shown_on_our_own() -> None:
    found = row("town", [0.9])
    own = found.model_copy(update={"published": None, "resplit": found.published})
    assert "| `town` | no published split | own split: 90.0 |" in shown(results(own))


def test_every_table_has_cells_for_its_columns() -> None:
    refused = CrossRow(train="shop", test="town", key=sha256_bytes(b"key"), refusal="No attribute.")
    criterion = CrossCriterion(metric="recall", value=0.5, lower=0.4, upper=0.6, threshold=0.88, verdict="fail")
    judged = CrossRow(train="town", test="shop", key=sha256_bytes(b"key"), criteria=(criterion,), verdict="fail")
    bad = row("town", []).model_copy(update={"published": None, "refusal": "No label."})
    rows = [row(name, [0.95]) for name in REQUIRED] + [row("own", [0.9]).model_copy(update={"published": None})]
    tables = re.findall(r"(?:^\|.*\n)+", shown(results(*rows, bad, cross=(refused, judged))), re.MULTILINE)
    assert len(tables) == 6
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_rows_of_different_code_are_not_passed_off_as_one() -> None:
    other = row("town", [0.9]).model_copy(update={"matcher_sha256": sha256_bytes(b"another")})
    assert "more than one state of the matcher" in shown(results(row("shop", [0.9]), other))
    assert "more than one state of the matcher" not in shown(results(row("shop", [0.9])))


def test_results_of_another_form_are_refused() -> None:
    with pytest.raises(InputRefusedError):
        er_quality_page.render({"schema_version": 1})
