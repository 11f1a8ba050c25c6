#!/usr/bin/env python3
"""Show a model card as GitHub would: Markdown to one self-contained HTML page, and to a picture if asked.

    python tools/card_png.py model_cards/er_20251020.md --html card.html --png card.png

The picture needs Chromium (Debian: ``apt-get install chromium``). Nothing is fetched.
"""

import argparse
import base64
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which

from markdown_it import MarkdownIt

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH = 1080

STYLE = """
:root { color-scheme: light dark; --ink: #1f2328; --quiet: #59636e; --paper: #fff; --line: #d1d9e0; --fill: #f6f8fa;
  --code: #818b981f; --link: #0969da }
@media (prefers-color-scheme: dark) { :root { --ink: #f0f6fc; --quiet: #9198a1; --paper: #0d1117; --line: #3d444d;
  --fill: #151b23; --code: #656c7633; --link: #4493f8 } }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif }
main { max-width: 1012px; margin: 0 auto; padding: 40px 32px }
h1, h2 { border-bottom: 1px solid var(--line); padding-bottom: .3em }
h1 { margin-top: 0 } h1, h2, h3 { line-height: 1.25; font-weight: 600; margin: 24px 0 16px }
h2 { font-size: 1.5em } h3 { font-size: 1.25em }
p, table, ul, blockquote, pre, details { margin: 0 0 16px }
a { color: var(--link); text-decoration: none }
table { border-collapse: collapse; display: block; overflow: auto; width: max-content; max-width: 100% }
th, td { border: 1px solid var(--line); padding: 6px 13px }
th { font-weight: 600 } th:empty { padding: 0 }
tbody tr:nth-child(2n) { background: var(--fill) }
code { font: 85%/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, monospace; background: var(--code);
  padding: .2em .4em; border-radius: 6px; white-space: break-spaces }
pre { background: var(--fill); padding: 16px; border-radius: 6px; overflow: auto }
pre code { background: none; padding: 0; white-space: pre }
blockquote { border-left: .25em solid var(--line); padding: 0 1em; color: var(--quiet) }
img { max-width: 100% }
li + li { margin-top: .25em }
summary { cursor: pointer }
"""


def page(card: Path, *, opened: bool = False) -> str:
    """Return the card at ``card`` as one HTML page, its front matter left out and its images inside.

    Args:
        card: A Markdown file.
        opened: Whether folded parts are shown unfolded.
    """
    text = re.sub(r"\A---\n.*?\n---\n", "", card.read_text(encoding="utf-8"), flags=re.DOTALL)
    body = str(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    body = re.sub(r'src="([^":]+)"', lambda match: f'src="{_data_uri(card.parent / match[1])}"', body)
    body = re.sub(r"<h([1-6])>([^<]+)</h", lambda m: f'<h{m[1]} id="{_anchor(m[2])}">{m[2]}</h', body)
    if opened:
        body = body.replace("<details>", "<details open>")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{card.stem}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head><body><main>{body}</main></body>'


def picture(html: str, png: Path, *, dark: bool, height: int | None, width: int = WIDTH, scale: float = 1.5) -> None:
    """Write a picture of the page ``html`` to ``png``, as high as the page or as ``height`` pixels."""
    browser = next(filter(None, map(which, BROWSERS)), None)
    if browser is None:
        sys.exit("card_png: a picture needs Chromium; on Debian: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "card.html"
        measuring = "<script>document.body.dataset.height = document.documentElement.scrollHeight</script>"
        source.write_text(html + measuring, encoding="utf-8")
        scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                   "--no-first-run", f"--user-data-dir={folder}/profile", "--hide-scrollbars", *scheme]  # fmt: skip
        if height is None:
            seen = _run([*command, f"--window-size={width},800", "--dump-dom", source.as_uri()])
            found = re.search(r'data-height="(\d+)"', seen)
            height = int(found[1]) if found else 800
        size = f"--window-size={width},{height}"
        _run([*command, size, f"--force-device-scale-factor={scale}", f"--screenshot={png.resolve()}", source.as_uri()])


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout  # noqa: S603  # a fixed program


def _data_uri(image: Path) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(image.read_bytes()).decode()}"


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def main() -> None:
    """Read the command line and write what it asks for; without an option, the HTML goes to stdout."""
    parser = argparse.ArgumentParser(description="Show a model card as GitHub would.")
    parser.add_argument("card", type=Path)
    parser.add_argument("--html", type=Path, help="write the page here")
    parser.add_argument("--png", type=Path, help="write a picture here")
    parser.add_argument("--height", type=int, help="height of the picture in pixels, by default that of the page")
    parser.add_argument("--dark", action="store_true", help="the picture in dark colours")
    parser.add_argument("--open", action="store_true", help="show folded parts unfolded")
    chosen = parser.parse_args()
    html = page(chosen.card, opened=chosen.open)
    if chosen.html:
        chosen.html.write_text(html, encoding="utf-8")
    if chosen.png:
        picture(html, chosen.png, dark=chosen.dark, height=chosen.height)
    if not (chosen.html or chosen.png):
        sys.stdout.write(html)


if __name__ == "__main__":
    main()
