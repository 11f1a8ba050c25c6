"""The page in a real Chromium: what it asks for, what the console says, how it is read, walked through and shown."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmarks.browser import Browser
from tests.site.conftest import Pages

SIZES = pytest.mark.parametrize("models", [0, 1, 2, 30])
PHONE = 360

CONTRAST = """(() => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(node).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [0, 0, 0] : [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = new Set();
  let seen = 0;
  for (let text; text = walker.nextNode();) {
    const node = text.parentElement;
    if (!text.data.trim() || node.closest('title')) continue;
    const style = getComputedStyle(node), inside = node.closest('svg');
    const [a, b] = [light(channels(inside ? style.fill : style.color)), light(ground(node))];
    seen += 1;
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.add(`${text.data.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return [seen, [...faint]];
})()"""
"""Text of less contrast than WCAG 2.2 AA asks of small text (1.4.3), and how much text there was."""


def tree(browser: Browser) -> list[Mapping[str, Any]]:
    """Return what a screen reader is told, without what is hidden from it."""
    nodes: list[Mapping[str, Any]] = browser.ask("Accessibility.getFullAXTree")["nodes"]
    return [node for node in nodes if not node["ignored"]]


def role(node: Mapping[str, Any]) -> str:
    return str(node.get("role", {}).get("value", ""))


def name(node: Mapping[str, Any]) -> str:
    return str(node.get("name", {}).get("value", ""))


@SIZES
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_asked_of_anybody_and_the_console_is_silent(
    browser: Browser, pages: Pages, models: int, *, dark: bool
) -> None:
    browser.open(pages(models), dark=dark)
    asked = [event["request"]["url"] for event in browser.named("Network.requestWillBeSent")]
    assert [url for url in asked if not url.startswith("data:")] == [pages(models).as_uri()]
    assert browser.named("Log.entryAdded") == browser.named("Runtime.consoleAPICalled") == []
    assert browser.named("Runtime.exceptionThrown") == []


def test_the_policy_lets_the_pages_own_style_in_and_nothing_else(
    browser: Browser, pages: Pages, tmp_path: Path
) -> None:
    text = pages(2).read_text(encoding="utf-8")
    worse = tmp_path / "worse.html"
    worse.write_text(
        text.replace("</main>", '<script>document.title = "run"</script><img src="https://example.org/x"></main>')
        .replace("<style>", "<style>h1 { color: rgb(1, 2, 3) }", 1),
        encoding="utf-8",
    )  # fmt: skip
    browser.open(pages(2))
    assert browser.value("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
    browser.open(worse)
    assert browser.value("document.title") != "run"
    assert browser.value("getComputedStyle(document.querySelector('.skip')).position") == "static"
    said = "\n".join(event["entry"]["text"] for event in browser.named("Log.entryAdded"))
    for directive in ("script-src", "style-src", "img-src"):
        assert directive in said


@SIZES
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_stands_out(browser: Browser, pages: Pages, models: int, *, dark: bool) -> None:
    browser.open(pages(models), dark=dark)
    ground = browser.value("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(13, 17, 23)" if dark else "rgb(255, 255, 255)")
    seen, faint = browser.value(CONTRAST)
    assert faint == []
    assert seen > 20


@SIZES
def test_a_phone_scrolls_tables_and_never_the_page(browser: Browser, pages: Pages, models: int) -> None:
    browser.open(pages(models), width=PHONE, height=780)
    wide = "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, nav ul')"
    assert browser.value("document.documentElement.scrollWidth") == PHONE
    assert browser.value(f"{wide} && e.getBoundingClientRect().right > {PHONE + 1}).map(e => e.outerHTML)") == []
    small = "[...document.querySelectorAll('svg text')].map(e => e.getBoundingClientRect().height)"
    assert all(height >= 11 for height in browser.value(small))


def test_a_keyboard_reaches_everything_and_sees_where_it_is(browser: Browser, pages: Pages) -> None:
    browser.open(pages(30))
    browser.press("Tab")
    assert browser.value("document.activeElement.textContent") == "Skip to the content"
    assert browser.value("document.activeElement.getBoundingClientRect().top") >= 0
    browser.press("Enter")
    assert browser.value("document.activeElement.id") == "main"
    reached = set()
    for _ in range(150):
        browser.press("Tab")
        where, ring = browser.value(
            "(e => [e.tagName + '.' + e.className, getComputedStyle(e).outlineStyle])(document.activeElement)"
        )
        if where.startswith("BODY"):
            break
        assert ring == "solid", where
        reached.add(where.partition(".")[0] if "scroll" not in where else "scroll")
    assert {"A", "INPUT", "SUMMARY", "scroll"} <= reached


def test_models_are_filtered_by_verdict_without_a_script(browser: Browser, pages: Pages) -> None:
    browser.open(pages(30))
    shown = "[...document.querySelectorAll('tr[class^=is-]')].filter(e => e.checkVisibility()).map(e => e.className)"
    whole = browser.value(shown)
    assert set(whole) == {"is-pass", "is-inconclusive"}
    browser.value("document.querySelector('.show-all').focus()")
    browser.press("ArrowRight")
    assert set(browser.value(shown)) == {"is-pass"}
    assert browser.value(shown) == [row for row in whole if row == "is-pass"]


@SIZES
def test_a_screen_reader_is_told_of_everything(browser: Browser, pages: Pages, models: int) -> None:
    browser.open(pages(models))
    nodes = tree(browser)
    assert {"banner", "navigation", "main"} <= {role(node) for node in nodes}
    for node in nodes:
        if role(node) in {"image", "img", "table", "region", "link", "radio", "heading"}:
            assert name(node), node
    charts = [name(node) for node in nodes if role(node) in {"image", "img"}]
    if models:
        found = f"{models} models" if models > 1 else "1 model."
        assert any(
            said.startswith("Precision of") and found in said and "Asked: at least 92 %" in said for said in charts
        )
    assert len(charts) == browser.value("document.querySelectorAll('svg').length")


@SIZES
def test_headings_make_an_outline_and_tables_name_their_rows(browser: Browser, pages: Pages, models: int) -> None:
    browser.open(pages(models))
    levels = browser.value("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
    assert browser.value("document.documentElement.lang") == "en"
    assert browser.value("document.querySelectorAll('th:not([scope])').length") == 0
    assert browser.value("[...document.querySelectorAll('tbody tr')].every(e => e.querySelector('th[scope=row]'))")
    assert browser.value("[...document.querySelectorAll('table')].every(e => e.caption)")
    twice = "[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)"
    assert browser.value(twice) == []
    dead = "[...document.querySelectorAll('a[href^=\"#\"]')].filter(e => !document.querySelector(e.hash))"
    assert browser.value(f"{dead}.length") == 0


def test_the_browser_found_no_error_in_the_markup(browser: Browser, pages: Pages) -> None:
    """What the parser had to move or to close itself shows as a difference between text and tree."""
    text = pages(30).read_text(encoding="utf-8")
    browser.open(pages(30))
    for tag in ("table", "tr", "td", "th", "section", "figure", "svg", "p", "li", "dd", "div"):
        assert text.count(f"<{tag} ") + text.count(f"<{tag}>") == browser.value(
            f"document.querySelectorAll('{tag}').length"
        )
    assert browser.value("document.compatMode") == "CSS1Compat"


def test_the_first_view_comes_within_a_second(browser: Browser, pages: Pages) -> None:
    """A loose bound that a page which waits for anything would miss; the benchmark has the number."""
    browser.open(pages(30))
    paint = browser.value(
        "new Promise(done => new PerformanceObserver(list => done(list.getEntries()[0].startTime))"
        ".observe({type: 'paint', buffered: true}))"
    )
    assert 0 < paint < 10_000
