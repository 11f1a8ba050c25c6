"""What is too long is cut where its structure allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlops.reporting import COMMENT_LIMIT, fit

FOLD = "<details>\n<summary>more</summary>\n\n| a | b |\n|--|--|\n" + "| ä | 1 |\n" * 400 + "\n</details>\n"
FENCE = "```sh\n" + "mlops pin er FILE\n" * 400 + "```\n"


@pytest.mark.parametrize("limit", [300, 400, 1_000, 5_000, 11_000])
@pytest.mark.parametrize("page", [f"# title\n\n{FOLD}", f"# title\n\n{FENCE}{FOLD}", "word " * 4_000])
def test_a_cut_page_keeps_its_limit_and_its_structure(page: str, limit: int) -> None:
    found = fit(page, limit, whole="[this run](https://github.com/a/b/actions/runs/1)")
    assert len(found.encode()) <= limit
    assert found.count("<details>") == found.count("</details>")
    assert found.count("```") % 2 == 0
    rendered = str(MarkdownIt("commonmark", {"html": True}).enable("table").render(found))
    if len(page.encode()) > limit:
        assert rendered.rstrip().endswith('<a href="https://github.com/a/b/actions/runs/1">this run</a>.</p>')
        assert "<strong>Cut here</strong>" in rendered


@given(st.text(max_size=200))
def test_a_page_that_fits_stays_as_it_is(page: str) -> None:
    assert fit(page, COMMENT_LIMIT) == page
