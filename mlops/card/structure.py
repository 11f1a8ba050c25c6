"""The structure of a card's Markdown: no section is empty, and every relative link leads somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mlops.errors import InputRefusedError
from mlops.registry import split_front_matter

_HEADING = re.compile(r"(#{2,6}) (.+)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"\]\(([^()\s]+)\)")


class Section(NamedTuple):
    """A heading of depth 2 or more, and the text up to the next heading."""

    depth: int
    title: str
    text: str


def sections(text: str) -> list[Section]:
    """Return the sections of a card in order; lines inside fenced code are not headings."""
    found: list[Section] = []
    fenced = False
    for line in split_front_matter(text)[1].splitlines():
        fenced ^= line.startswith("```")
        heading = None if fenced else _HEADING.fullmatch(line)
        if heading:
            found.append(Section(len(heading[1]), heading[2].strip(), ""))
        elif found:
            found[-1] = found[-1]._replace(text=f"{found[-1].text}{line}\n")
    return found


def empty_sections(text: str) -> list[str]:
    """Return the titles of the sections that hold no text, neither their own nor in a section below them."""
    found = sections(text)
    return [part.title for at, part in enumerate(found) if not _content(part.text) and not _has_deeper(found, at)]


def dead_links(text: str, folder: Path) -> list[str]:
    """Return the relative links of a card whose file, or whose heading, is absent.

    Args:
        text: The card.
        folder: The folder in which the card stands.
    """
    anchors = {_anchor(part.title) for part in sections(text)}
    return [target for target in dict.fromkeys(_targets(text)) if not _leads_somewhere(target, folder, anchors)]


def refuse_empty_sections(text: str, *, file: object = "") -> None:
    """Raise InputRefusedError if a section of the card ``text`` is empty."""
    if empty := empty_sections(text):
        raise InputRefusedError(
            "A section of the card is empty.",
            file=file,
            field=empty[0],
            expected="text in every section",
            found=f"nothing under {', '.join(empty)}",
            fix="Fill the task's table [tasks.<task>.card] in mlops.toml, then render the card again.",
        )


def _content(text: str) -> str:
    return _COMMENT.sub("", text).strip()


def _has_deeper(found: list[Section], at: int) -> bool:
    return at + 1 < len(found) and found[at + 1].depth > found[at].depth


def _targets(text: str) -> Iterator[str]:
    for match in _LINK.finditer(split_front_matter(text)[1]):
        if not re.match(r"[a-z][a-z0-9+.-]*:", match[1]):
            yield match[1]


def _leads_somewhere(target: str, folder: Path, anchors: set[str]) -> bool:
    path, _, anchor = target.partition("#")
    return (folder / path).is_file() if path else anchor in anchors


def _anchor(title: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
