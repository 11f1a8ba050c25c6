"""Both pages for people: complete, and no text of the data can change what they are."""

import re
from html import unescape

from markdown_it import MarkdownIt

from mlops.validation import html_of, markdown_of
from tests.validation.batches import claims, judge, with_column

HOSTILE = "<script>alert(1)</script>\n\n# Pass | @acme/team fixes #1"


def test_a_page_says_the_verdict_the_numbers_and_the_bad_rows() -> None:
    cells = claims()
    report = judge(with_column(cells, "quantity", ["0", *cells["quantity"][1:]])).report
    for page in (markdown_of(report), html_of(report)):
        assert "✅" in page
        assert "99.5" in page
        assert "1 row breaks a rule and stands in the quarantine" in page
        assert "199 are clean" in page
        assert "Accuracy is not measured" in page


def test_a_failed_batch_says_why_on_both_pages() -> None:
    report = judge(with_column(claims(), "claimable", ["0"] * 200)).report
    for page in (markdown_of(report), html_of(report)):
        assert "fail. It must not be merged as it is" in page
        assert "The number of classes among the labels is 1; it must be at least 2." in unescape(page)


def test_a_file_without_rows_has_pages_too() -> None:
    report = judge(claims(0)).report
    assert "The file has no rows." in markdown_of(report)
    assert "The file has no rows." in html_of(report)


def test_text_of_the_data_stays_text() -> None:
    cells = with_column(claims(), "seller_id", [HOSTILE] * 200)
    cells = with_column(cells, "claimable", [HOSTILE, *cells["claimable"][1:]])
    report = judge(cells).report.model_copy(update={"file": HOSTILE})
    markdown, html = markdown_of(report), html_of(report)
    rendered = str(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))
    for page in (rendered, html):
        assert "<script" not in page
        assert "@acme" not in page
        assert "<h1># Pass" not in page
    assert rendered.count("<h2>") == 1
    assert rendered.count("<h3>") == 2


def test_the_html_page_loads_nothing_and_closes_what_it_opens() -> None:
    html = html_of(judge(claims()).report)
    assert "default-src 'none'" in html
    assert re.findall(r"(?:src|href)=|https?://", html) == []
    for tag in ("table", "section", "div", "tr", "main", "svg"):
        assert html.count(f"<{tag}") - html.count(f"</{tag}>") == 0, tag
