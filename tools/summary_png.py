#!/usr/bin/env python3
"""Show a summary as GitHub would: Markdown to one self-contained HTML page, and to a picture if asked.

    mlops gate dist/er_20251020 --summary summary.md
    python tools/summary_png.py summary.md --png summary.png --dark

The column is as narrow as that of a pull request's conversation. The picture needs Chromium and a font with emoji
(Debian: ``apt-get install chromium fonts-noto-color-emoji``). Nothing is fetched.
"""

import argparse
import sys
from pathlib import Path

from card_png import STYLE, picture
from markdown_it import MarkdownIt

COLUMN = 750
MARGIN = 24

SUMMARY_STYLE = f"""
main {{ max-width: {COLUMN}px; padding: {MARGIN}px }}
h2, h3 {{ margin-top: 20px; margin-bottom: 12px }}
body {{ font-family: -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif, "Noto Color Emoji" }}
"""


def page(markdown: str, *, title: str, opened: bool) -> str:
    """Return ``markdown`` as one HTML page in GitHub's style.

    Args:
        markdown: The summary.
        title: The page's title.
        opened: Whether folded parts are shown unfolded.
    """
    body = str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
    if opened:
        body = body.replace("<details>", "<details open>")
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    style = f"<style>{STYLE}{SUMMARY_STYLE}</style>"
    return f'<!doctype html>\n<html lang="en"><head>{head}{style}</head><body><main>{body}</main></body></html>'


def main() -> None:
    """Read the command line and write what it asks for; without an option, the HTML goes to stdout."""
    parser = argparse.ArgumentParser(description="Show a summary as GitHub would.")
    parser.add_argument("summary", type=Path)
    parser.add_argument("--html", type=Path, help="write the page here")
    parser.add_argument("--png", type=Path, help="write a picture here")
    parser.add_argument("--dark", action="store_true", help="the picture in dark colours")
    parser.add_argument("--open", action="store_true", help="show folded parts unfolded")
    parser.add_argument("--scale", type=float, default=1.5, help="pixels of the picture to one of the page")
    chosen = parser.parse_args()
    html = page(chosen.summary.read_text(encoding="utf-8"), title=chosen.summary.stem, opened=chosen.open)
    if chosen.html:
        chosen.html.write_text(html, encoding="utf-8")
    if chosen.png:
        width = COLUMN + 2 * MARGIN
        picture(html, chosen.png, dark=chosen.dark, height=None, width=width, scale=chosen.scale)
    if not (chosen.html or chosen.png):
        sys.stdout.write(html)


if __name__ == "__main__":
    main()
