"""``mlops explain``: what moved scores, on the terminal, as JSON and as a page."""

import json
import re
from html.parser import HTMLParser

import pytest
from scipy.special import logit

from mlops import evaluation
from tests.cli.chain import Chain
from tests.conftest import RunCli


def test_the_contributions_of_a_row_add_up_to_the_score_of_the_evaluation(chain: Chain, run_cli: RunCli) -> None:
    scored = evaluation.read(chain.artifact / "evaluation.parquet")
    said = run_cli("explain", chain.artifact, "--row", scored.row_id[3], "--json")
    assert said.code == 0, said.err
    (row,) = json.loads(said.out)["rows"]
    assert row["row_id"] == scored.row_id[3]
    assert row["label"] == scored.label[3]
    assert row["score"] == pytest.approx(scored.score[3])
    assert row["base"] + sum(part["log_odds"] for part in row["contributions"]) == pytest.approx(logit(row["score"]))


def test_without_rows_the_surest_misjudged_test_rows_are_shown(chain: Chain, run_cli: RunCli) -> None:
    scored = evaluation.read(chain.artifact / "evaluation.parquet")
    wrong = set(scored.row_id[scored.predicted != (scored.label == 1)])
    said = run_cli("explain", chain.artifact, "--errors", 3, "--json")
    shown = [row["row_id"] for row in json.loads(said.out)["rows"]]
    assert 0 < len(shown) == min(3, len(wrong))
    assert set(shown) <= wrong


def test_on_the_terminal_each_attribute_has_a_bar_and_its_values(chain: Chain, run_cli: RunCli) -> None:
    said = run_cli("explain", chain.artifact, "--errors", 1)
    assert said.code == 0, said.err
    assert re.search(r"^  name +[+-]?\d+\.\d\d █* +.+ / .+$", said.out, re.MULTILINE)
    assert "starting point" in said.out


class _Page(HTMLParser):
    """Collects tags and visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_stands_alone_and_fetches_nothing(chain: Chain, run_cli: RunCli) -> None:
    said = run_cli("explain", chain.artifact, "--errors", 2, "--html", "why.html")
    assert said.code == 0, said.err
    assert "it shows values of the data" in said.err
    source = (chain.repository / "why.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(source)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not [attributes for _, attributes in page.tags if {"src", "href"} & attributes.keys()]
    assert any((attributes.get("content") or "").startswith("default-src 'none'") for _, attributes in page.tags)
    assert "Misjudged." in page.text
    assert len(source.encode()) < 50_000


def test_a_page_replaces_an_earlier_page_and_no_other_file(chain: Chain, run_cli: RunCli) -> None:
    model = chain.artifact / "model.skops"
    before = model.read_bytes()
    said = run_cli("explain", chain.artifact, "--html", model)
    assert said.code == 6
    assert "left as it is" in said.err
    assert model.read_bytes() == before
    assert [run_cli("explain", chain.artifact, "--errors", n, "--html", "why.html").code for n in (1, 2)] == [0, 0]


def test_a_row_that_is_not_there_is_a_letter(chain: Chain, run_cli: RunCli) -> None:
    said = run_cli("explain", chain.artifact, "--row", "no such row")
    assert said.code == 2
    assert "no such row" in said.err
    assert not said.out


def test_a_run_that_does_not_pass_says_what_moved_its_worst_scores(chain: Chain, run_cli: RunCli) -> None:
    report = json.loads((chain.artifact / "gate.json").read_text(encoding="utf-8"))
    if report["verdict"] == "pass":
        assert run_cli("run", "er", "--min-f1", "1.0", "--json").code in {1, 4}
        report = json.loads((chain.artifact / "gate.json").read_text(encoding="utf-8"))
    listed = report["diagnosis"]["false_positives"] + report["diagnosis"]["false_negatives"]
    assert listed
    assert all(0 < len(row["moved_by"]) <= 5 for row in listed)
