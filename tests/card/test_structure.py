"""Empty sections and dead links are found, and nothing else is taken for one."""

from pathlib import Path

import pytest

from mlops.card.structure import dead_links, empty_sections, refuse_empty_sections, sections
from mlops.errors import InputRefusedError

HEAD = "---\nlicense: mit\n---\n# Title\n\n"


def test_a_section_without_text_is_empty() -> None:
    assert empty_sections(f"{HEAD}## One\n\ntext\n\n## Two\n\n## Three\n\n<!-- nothing -->\n") == ["Two", "Three"]


def test_a_section_whose_text_stands_in_a_deeper_one_is_not_empty() -> None:
    assert empty_sections(f"{HEAD}## One\n\n### Deeper\n\ntext\n") == []
    assert empty_sections(f"{HEAD}## One\n\n### Deeper\n\n## Two\n\ntext\n") == ["Deeper"]


def test_a_line_of_fenced_code_is_no_heading() -> None:
    assert [part.title for part in sections(f"{HEAD}## One\n\n```sh\n## not a heading\n```\n")] == ["One"]


def test_an_empty_section_is_refused_with_what_to_fill() -> None:
    with pytest.raises(InputRefusedError, match=r"tasks\.<task>\.card"):
        refuse_empty_sections(f"{HEAD}## One\n")


def test_links_to_absent_files_and_headings_are_dead(tmp_path: Path) -> None:
    (tmp_path / "there.json").write_text("{}")
    (tmp_path / "folder").mkdir()
    text = (
        f"{HEAD}## Known limitations\n\n[a](there.json) [b](absent.json) [c](#known-limitations) [d](#absent) "
        "[e](https://example.org/x) [f](folder) ![g](absent.svg) [h](there.json#part)\n"
    )
    assert dead_links(text, tmp_path) == ["absent.json", "#absent", "folder", "absent.svg"]
