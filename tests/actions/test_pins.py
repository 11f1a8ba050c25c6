"""Third-party actions: pinned by commit, one pin each, and each has a stand-in for runs under act."""

import re

import pytest

from tests.actions.documents import Source, actions, workflows
from tests.conftest import ROOT
from tests.e2e.standins import FOLDER, used

ALL: list[Source] = [*actions(), *workflows()]
PIN = re.compile(r"uses: (?P<action>[\w.-]+/[\w./-]+)@(?P<sha>[0-9a-f]{40}) # v\d+\.\d+\.\d+(?=\s|$)")


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.name)
def test_every_use_is_ours_or_pinned_by_commit_and_names_its_version(source: Source) -> None:
    uses = [line.strip().removeprefix("- ") for line in source.text.splitlines() if re.match(r"\s*(- )?uses:", line)]
    assert [line for line in uses if not PIN.match(line) and not line.startswith("uses: ./")] == []


def test_one_action_has_one_pin_in_the_whole_repository() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("actions/*/README.md")]
    texts = [source.text for source in ALL] + [page.read_text(encoding="utf-8") for page in pages]
    pins = {match[0].removeprefix("uses: ") for text in texts for match in PIN.finditer(text)}
    assert sorted(pin.partition("@")[0] for pin in pins) == sorted(used(ROOT))


def test_every_third_party_action_has_a_stand_in() -> None:
    names = {path.parent.name for path in FOLDER.glob("*/action.yml")}
    assert {f"actions/{name}" for name in names} == used(ROOT).keys()
