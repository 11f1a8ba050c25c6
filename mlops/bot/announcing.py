"""Announcing a refreshed model where people wait for it: on issues named by number, and on those of a project board."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from mlops import registry
from mlops.bot import contents, pages
from mlops.bot.answers import Part, read, refuse
from mlops.bot.boards import Board, Field, Item, find, items, set_value, value_for
from mlops.bot.choosing import Wanted, check, choose, of_issue
from mlops.bot.client import GitHub
from mlops.bot.comments import Written, tell
from mlops.bot.folding import Folded, fold
from mlops.bot.markers import key_of_card, key_of_gate, key_of_intake
from mlops.bot.news import News
from mlops.bot.permissions import READ_CONTENTS
from mlops.bot.spreading import Spread, spread
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.gate import GateReport
from mlops.ids import ModelId, parse_task
from mlops.intake import IntakeReport
from mlops.reporting import Digest, Links, digest_of, digest_of_record


class Said(NamedTuple):
    """A comment, and how many of our older ones were folded away because of it."""

    written: Written
    folded: Folded


class Place(NamedTuple):
    """Where it is announced: issues by number, and what the board among whose issues they were chosen has to say.

    Attributes:
        numbers: Of the issues.
        board: The board; None without one.
        items: Its rows by the numbers of their issues.
        field: The column that shall hold the model's id; None for none.
        passed_over: What fits but is passed over, with the reason.
    """

    numbers: tuple[int, ...]
    board: Board | None = None
    items: Mapping[int, Item] = MappingProxyType({})
    field: Field | None = None
    passed_over: tuple[str, ...] = ()


class _Commit(Part):
    sha: str


def say(hub: GitHub, numbers: Sequence[int], news: News, *, author: str) -> Spread[Said]:
    """Tell ``news`` on every issue, and fold away our comments that it leaves behind."""

    def one(number: int) -> Said:
        written = tell(hub, number, news, author=author)
        return Said(written, fold(hub, written.outdated))

    return spread(numbers, one)


def on_board(
    hub: GitHub, owner: str, number: int, wanted: Wanted, *, issues: Sequence[int], field: str, text: str
) -> Place:
    """Return the issues of a board that have everything wanted, and those named, each once.

    Args:
        hub: The repository.
        owner: Of the board.
        number: Of the board.
        wanted: What an issue of the board must have.
        issues: Further issues, by number.
        field: Name of the column that shall hold ``text``; empty for none.
        text: The model's id.

    Raises:
        UsageRefusedError: There is no such board, column or option.
        UnavailableError: The token may not read boards, or GitHub did not answer.
    """
    board = find(hub, owner, number)
    check(board, wanted)
    column = board.field(field) if field else None
    if column is not None:
        value_for(column, text)
    rows = tuple(items(hub, board))
    chosen = choose(rows, wanted, board.repository)
    numbers = tuple(dict.fromkeys([*issues, *(item.issue.number for item in chosen.items)]))
    found = {number: item for number in numbers if (item := of_issue(rows, number, board.repository)) is not None}
    return Place(numbers, board, found, column, chosen.passed_over)


def mark(hub: GitHub, place: Place, numbers: Sequence[int], text: str) -> Spread[bool]:
    """Make the column of the board say ``text`` for these issues; True for those where it said something else."""
    board, column = place.board, place.field
    if board is None or column is None:
        return Spread((), ())
    return spread(
        [number for number in numbers if number in place.items],
        lambda number: set_value(hub, board, place.items[number], column, text),
    )


def news_of_verdict(report: GateReport, links: Links) -> News:
    """Return the news of a verdict; raises UsageRefusedError where it is about no model."""
    key = key_of_gate(ModelId.parse(report.model_id).dataset.task)
    return News(key, digest_of(report), lambda since: pages.verdict_comment(report, links, since))


def news_of_intake(report: IntakeReport, links: Links) -> News:
    """Return the news of what a pull request brings for a dataset."""
    key = key_of_intake(parse_task(report.task))
    return News(key, Digest(report.verdict), lambda _: pages.intake_comment(report, links))


def news_of_card(hub: GitHub, model: ModelId, commit: str, report: GateReport | None) -> News:
    """Return the news of a model, from its card as it stands at ``commit``, so that the link cannot be dead.

    Args:
        hub: The repository.
        model: Which model.
        commit: Full name of a commit.
        report: The verdict about it, where its thresholds shall be shown.

    Raises:
        UsageRefusedError: There is no card at that commit.
        InputRefusedError: It is no card, or the verdict is about another model.
    """
    path = registry.path_of(model).as_posix()
    record = contents.read_record(hub, path, commit)
    if record.id != str(model):
        raise InputRefusedError(
            "The card is the record of another model.", file=path, field="id", expected=model, found=record.id,
            fix="Publish it again.",
        )  # fmt: skip
    # The same model trained again is another artifact, for its record holds times, and keeps its card.
    if report is not None and report.bindings.model_sha256 != record.model_sha256:
        raise InputRefusedError(
            "The verdict is about another model than the card.",
            file=path,
            field="model_sha256",
            expected=record.model_sha256,
            found=report.bindings.model_sha256,
            fix="Pass the gate.json of the model that the card describes.",
        )
    links = pages.links_at(hub.settings, commit)
    digest = digest_of_record(record)
    if report is not None:
        digest = replace(digest, verdict=report.verdict)
    return News(key_of_card(model), digest, lambda since: pages.announcement(record, links, report, since))


def commit_of_card(hub: GitHub, model: ModelId) -> str:
    """Return the newest commit of the default branch that touched the card: the same until it is changed.

    Raises:
        UsageRefusedError: The card was never committed there.
    """
    path = registry.path_of(model).as_posix()
    answer = hub.send("GET", "/commits", parameters={"path": path, "per_page": 1})
    if not answer.accepted:
        refuse(answer, READ_CONTENTS)
    for entry in answer.json():
        return read(_Commit, entry, where="/commits").sha
    raise UsageRefusedError(
        "The model has no card on the default branch.", file=path, field="MODEL", expected="a card that is published",
        found="none", fix="Publish it and merge: gh workflow run publish-model-card.yml; or name a --commit.",
    )  # fmt: skip
