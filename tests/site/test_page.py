"""The page as text: how large it is, what it lets in, and that nothing in a record can change it."""

import base64
import hashlib
import random
import re
import subprocess
from datetime import UTC, date, datetime, time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from mlops import config, documents, site
from mlops.certification import keeping
from mlops.certification.status import status
from mlops.cli import live
from mlops.environments import PATH, Environments
from mlops.site.facts import Certification, Model, SiteFacts, TaskFacts
from mlops.site.live import live_by_model
from tests import factories
from tests.certification import scenes as runs
from tests.conftest import ROOT
from tests.progress import scenes as collected
from tests.site import scenes
from tests.site.conftest import Pages

HOSTILE = (
    "</p><script>alert(1)</script><img src=https://example.org/x onerror=alert(2)> @team #1 [a](https://b) {{ 7*7 }}"
)


def many(models: int) -> SiteFacts:
    """Return facts of so many models, each with a dataset, and as many changes of what was live, with links."""
    known = [scenes.judged(number, random.Random(number)) for number in range(10)]  # noqa: S311  # numbers to draw
    found, datasets, switches = [], [], []
    before = ""
    for number in range(models):
        ident, (record, report) = scenes.model_id(number), known[number % 10]
        moment = datetime.combine(scenes.day_of(number), time(), UTC)
        named = record.model_copy(update={"id": ident, "trained_at": moment})
        found.append(Model(named, report.model_copy(update={"model_id": ident})))
        datasets.append(factories.manifest(id=ident, as_of=moment.date(), rows=8_000 + number, parent=before or None))
        switches.append(live.Switch(moment, f"{number:040x}", "production", "er", before, ident))
        before = ident
    task = TaskFacts("er", "Do two records name the same?", tuple(found), tuple(datasets), None)
    history = site.History(switches=tuple(switches))
    return SiteFacts(
        (task,), {"production": {"er": before}}, history, moment, "https://github.com/organisation/matching"
    )


def test_five_hundred_models_fit_into_300_kilobytes() -> None:
    text = site.render_page(many(500))
    assert len(text.encode()) < 300_000
    rows = re.findall(r'<tr class="is-\w+"><th scope="row">(?:<a href="[^"]+">)?(er_\d{8})', text)
    assert rows == [scenes.model_id(number) for number in reversed(range(500))]
    assert "<summary>475 older models</summary>" in text
    assert "newest 60 of 500" in text


def test_git_is_asked_as_often_for_much_as_for_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    run = subprocess.run

    def counted(*words: Any, **more: Any) -> Any:
        asked.append(words)
        return run(*words, **more)

    monkeypatch.setattr(subprocess, "run", counted)

    def questions(folder: Path, switches: int) -> int:
        scenes.full(scenes.repository(folder), 2, switches=switches)
        asked.clear()
        assert len(list(live.switches(folder))) >= 2
        return len(asked)

    assert questions(tmp_path / "few", 2) == questions(tmp_path / "many", 9) <= 4


def test_days_in_the_future_stand_in_no_axis_and_are_told_with_a_word() -> None:
    [task] = facts("plain words").tasks
    known = site.History(until=datetime(2020, 1, 1, tzinfo=UTC))  # all these records are of later days
    text = site.render_page(SiteFacts((task,), {}, known, None))
    assert not re.findall(r"<text[^>]*>\d{4}-", text)
    assert text.count("</time>, by a wrong clock") > 25
    believed = site.render_page(SiteFacts((task,), {}, site.History(), None))
    assert re.findall(r"<text[^>]*>\d{4}-", believed)
    assert "wrong clock" not in believed


def test_the_policy_allows_this_style_and_no_script(pages: Pages) -> None:
    text = pages(2).read_text(encoding="utf-8")
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert text.index("Content-Security-Policy") < text.index("<style>")
    assert not re.findall(r"<script|<iframe|<object|<embed|<form|\sstyle=|\son\w+=|url\(|@import", text)


def test_nothing_is_loaded_from_elsewhere(pages: Pages) -> None:
    text = pages(12).read_text(encoding="utf-8")
    loads = re.findall(r'<(?!a\b)\w+[^>]*\s(?:src|href)="([^"]*)"', text)
    assert all(address.startswith("data:") for address in loads)
    links = set(re.findall(r'<a [^>]*href="([^"#]+)', text))
    assert len(links) > 12
    assert all(re.fullmatch(r"https://github\.com/acme/matching(/(blob|commit)/[\w./-]+)?", link) for link in links)


def facts(said: str = HOSTILE, *, history: site.History | None = None) -> SiteFacts:
    """Return facts in which everything that could be free text is the same text."""
    record, _ = scenes.judged(0)
    report = factories.gate_report(reason=said, verdict="fail")
    ledger = runs.ledger(runs.report(0)).revoked(date="2025-12-02", task="claims", model_id=said, reason=said)
    pinned = collected.manifest(1, None)
    integrated = pinned.integrated
    assert integrated is not None
    pinned = pinned.model_copy(update={
        "id": said, "parent": said, "integrated": integrated.model_copy(update={"batch": said})
    })  # fmt: skip
    found = Certification(ledger, status(ledger, runs.settings(), "2025-12-02"), 0.95)
    model = Model(record.model_copy(update={"id": said, "verdict": "fail"}), report)
    switch = live.Switch(datetime(2025, 12, 1, tzinfo=UTC), "0" * 40, said, said, said, said)
    task = TaskFacts(said, said, (model,) * 30, (pinned,) * 30, found)
    known = history or site.History(switches=(switch,))
    return SiteFacts((task,), {said: {said: said}}, known, datetime(2025, 12, 2, tzinfo=UTC))


class Markup(HTMLParser):
    """What a parser finds: elements, each with the names of its attributes, and addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[tuple[str, ...]] = set()
        self.addresses: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add((tag, *(name for name, _ in attrs)))
        self.addresses |= {value or "" for name, value in attrs if name in {"href", "src"}}


@pytest.mark.parametrize("history", [None, site.History(unknown=HOSTILE)])
def test_nothing_that_a_record_says_becomes_markup(history: site.History | None) -> None:
    text = site.render_page(facts() if history is None else facts(history=history))
    found = Markup(text)
    assert not {"script", "img", "iframe"} & {tag for tag, *_ in found.elements}
    assert not [names for names in found.elements if any(name.startswith("on") for name in names)]
    assert all(address.startswith(("#", "data:")) for address in found.addresses)
    assert found.elements <= Markup(site.render_page(tame(history))).elements
    assert text.count("alert") > 30


def tame(history: site.History | None) -> SiteFacts:
    """Return the same facts with plain words: they make every element that the page has."""
    return facts("plain words", history=site.History(unknown="plain words") if history else None)


def test_a_model_that_has_no_card_is_told_where_it_is_live(tmp_path: Path) -> None:
    folder = scenes.repository(tmp_path / "repository")
    scenes.model(folder, 0)
    scenes.declare(folder, date(2025, 1, 1), {"production": {"er": scenes.model_id(0), "claims": "claims_20251103"}})
    text = page(folder)
    assert '<strong>claims_20251103</strong> <span class="dim">no card</span>' in text
    assert "since <time>2025-01-01</time>, <code>" in text


def page(folder: Path) -> str:
    history = site.History(switches=tuple(live.switches(folder)))
    return site.render_page(site.read(folder, config.load(ROOT / config.FILE_NAME), history))


def test_what_is_declared_and_not_committed_is_told(tmp_path: Path) -> None:
    folder = scenes.repository(tmp_path / "repository")
    scenes.declare(folder, date(2025, 1, 1), {"production": {"er": scenes.model_id(0)}})
    (folder / PATH).write_bytes(documents.dumps(Environments(environments={"production": {"er": scenes.model_id(1)}})))
    assert "not committed yet" in page(folder)


def test_the_streak_is_that_of_the_ledger_on_the_day_of_the_newest_record(tmp_path: Path) -> None:
    folder = scenes.repository(tmp_path / "repository")
    scenes.certified(folder)
    text = page(folder)
    assert "<strong>2 of 3</strong> counting green runs in a row" in text
    assert text.count('<i class="full">') == 2
    ledger = keeping.read(folder / keeping.path_of("claims"))
    assert f"Tier on {ledger.lines[-1].date}: <strong>beta</strong>" in text
    scenes.model(folder, 900)  # a record of half a year later
    assert "The certificate expired on" in page(folder)


def test_datasets_name_their_parents_also_those_that_are_gone(tmp_path: Path) -> None:
    folder = scenes.repository(tmp_path / "repository")
    scenes.certified(folder)
    first = folder / "data_manifests" / "claims_20251006.json"
    text = page(folder)
    assert text.count('<tr class="chained">') == 3
    assert "+250" in text
    first.unlink()
    text = page(folder)
    assert text.count('<tr class="chained">') == 2
    assert "claims_20251006<small>has no manifest here</small>" in text


def test_models_are_marked_with_every_environment_that_they_are_live_in() -> None:
    found = live_by_model({"staging": {"er": "a"}, "production": {"er": "a", "claims": "b"}})
    assert found == {"a": ["production", "staging"], "b": ["production"]}


def test_a_task_that_is_declared_no_more_keeps_its_history(tmp_path: Path) -> None:
    folder = scenes.repository(tmp_path / "repository")
    scenes.model(folder, 0)
    settings = config.load(ROOT / config.FILE_NAME)
    without = settings.model_copy(update={"tasks": {"claims": settings.tasks["claims"]}})
    found = site.read(folder, without, site.History())
    assert [task.name for task in found.tasks] == ["claims", "er"]
    assert scenes.model_id(0) in site.render_page(found)
