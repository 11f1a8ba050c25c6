"""A target in a folder and one in an object store: killed anywhere and run again, it converges, and serves on."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import fsspec
import pytest

from mlops import documents
from mlops.artifact import CHECKSUMS, GATE, METRICS, MODEL, TRAINING
from mlops.deploy.document import GOLDEN, KEPT, Placed, Pointer, Replaced, moved
from mlops.deploy.placing import read_placed, read_pointer, write_pointer
from mlops.deploy.switching import Switched, Why, bring_back, former, next_share, place, switch
from mlops.errors import ConflictError, InputRefusedError, UnavailableError, UsageRefusedError
from mlops.hashing import sha256_bytes
from mlops.storage import AbsentError
from mlops.storage.target import Target

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
WHY = Why(NOW, "0" * 40)
MODELS = ("er_20251020", "er_20251027")
_STORES = count()


def folder(path: Path) -> Target:
    return Target.open("served", root=path)


def store(_: Path) -> Target:
    name = f"/bucket-{next(_STORES)}/served"
    return Target(f"memory:/{name}", fsspec.filesystem("memory"), name)


@pytest.fixture(params=[folder, store])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    opened: Target = request.param(tmp_path)
    return opened


def files(model: str, *, golden: bytes = b"golden") -> dict[str, bytes]:
    found = {name: f"{name} of {model}".encode() for name in (MODEL, TRAINING, METRICS)}
    listing = "".join(f"{sha256_bytes(data)}  {name}\n" for name, data in sorted(found.items()))
    return found | {GATE: b"{}", GOLDEN: golden, CHECKSUMS: listing.encode()}


def passed(_: Mapping[str, bytes]) -> None:
    """Do as a model that scores its golden rows as ever."""


def refused(_: Mapping[str, bytes]) -> None:
    raise InputRefusedError("The model does not score its golden rows as it did when it was judged.")


def deploy(
    target: Target, model: str, *, why: Why = WHY, healthy: Callable[[Placed | None], str] = lambda _: ""
) -> Switched:
    pointer = read_pointer(target, "production", "er")
    placed = place(target, model, files(model), why, passed)
    return switch(target, pointer, placed, why, mode="live", share=100, healthy=healthy)


def live(target: Target) -> str:
    placed = read_pointer(target, "production", "er").live
    return "" if placed is None else placed.model_id


class Killed(BaseException):
    """The process ends here."""


def killing(target: Target, monkeypatch: pytest.MonkeyPatch, at: int) -> Iterator[None]:
    """Kill the process at its write number ``at``, before or after it is done."""
    write, writes = target.write, count()

    def dying(name: str, data: bytes) -> None:
        number = next(writes)
        if number == at:
            raise Killed
        write(name, data)
        if number + 0.5 == at:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(target, "write", dying)
        yield


@pytest.mark.parametrize("at", [step / 2 for step in range(14)])
def test_bad_input_44_killed_at_any_write_and_run_again_it_converges(
    target: Target, monkeypatch: pytest.MonkeyPatch, at: float
) -> None:
    deploy(target, MODELS[0])
    for _ in killing(target, monkeypatch, at):  # type: ignore[arg-type]  # halves mean: after it
        with pytest.raises(Killed):
            deploy(target, MODELS[1])
    pointer = read_pointer(target, "production", "er")
    assert pointer.live is not None
    read_placed(target, pointer.live)  # what is pointed at is whole, whichever it is
    deploy(target, MODELS[1])
    after = read_pointer(target, "production", "er")
    assert live(target) == MODELS[1]
    assert [one.placed.model_id for one in after.before] == [MODELS[0]]


def test_a_model_that_fails_its_golden_rows_changes_nothing_that_is_served(target: Target) -> None:
    deploy(target, MODELS[0])
    with pytest.raises(InputRefusedError):
        place(target, MODELS[1], files(MODELS[1]), WHY, refused)
    assert live(target) == MODELS[0]


def test_the_same_model_again_changes_nothing(target: Target) -> None:
    deploy(target, MODELS[0])
    before = read_pointer(target, "production", "er")
    later = Why(NOW + timedelta(days=1), "1" * 40)
    assert deploy(target, MODELS[0], why=later).state == "unchanged"
    assert read_pointer(target, "production", "er") == before


def test_bytes_that_were_let_in_keep_the_verdict_that_let_them_in(target: Target) -> None:
    """Pointers name it by hash: a later verdict on the same bytes must not break the way back."""
    deploy(target, MODELS[0])
    deploy(target, MODELS[1])
    again = place(target, MODELS[0], files(MODELS[0], golden=b"others"), WHY, passed)
    before = read_pointer(target, "production", "er").before[0].placed
    assert again.golden_sha256 == before.golden_sha256
    read_placed(target, before)


def test_whoever_comes_second_changes_nothing(target: Target) -> None:
    deploy(target, MODELS[0])
    seen = read_pointer(target, "production", "er")
    placed = place(target, MODELS[1], files(MODELS[1]), WHY, passed)
    write_pointer(target, seen, moved(seen, placed, NOW))
    with pytest.raises(ConflictError):
        write_pointer(target, seen, moved(seen, placed, NOW))
    assert read_pointer(target, "production", "er").sequence == 2


def test_bad_input_45_what_the_server_does_not_take_is_taken_back(target: Target) -> None:
    deploy(target, MODELS[0])
    before = read_pointer(target, "production", "er")
    done = deploy(target, MODELS[1], healthy=lambda placed: f"{placed and placed.model_id} does not start")
    assert (done.state, done.reason) == ("rolled back", "er_20251027 does not start")
    after = read_pointer(target, "production", "er")
    assert (after.live, after.before, after.sequence) == (before.live, before.before, before.sequence + 2)


@pytest.mark.parametrize(("days", "comes_back"), [(89, True), (90, True), (91, False)])
def test_the_way_back_is_open_for_some_days(target: Target, days: int, comes_back: bool) -> None:
    deploy(target, MODELS[0])
    deploy(target, MODELS[1])
    pointer, now = read_pointer(target, "production", "er"), NOW + timedelta(days=days)
    if not comes_back:
        with pytest.raises(UsageRefusedError, match="too long ago"):
            former(pointer, None, 90, now)
        return
    back = former(pointer, None, 90, now)
    done = bring_back(target, pointer, back, Why(now, "2" * 40), test=passed, healthy=lambda _: "")
    assert (live(target), done.pointer.live and done.pointer.live.since) == (MODELS[0], now)


def test_a_file_that_is_gone_closes_the_way_back(target: Target, tmp_path: Path) -> None:
    deploy(target, MODELS[0])
    deploy(target, MODELS[1])
    pointer = read_pointer(target, "production", "er")
    back = former(pointer, None, 90, NOW)
    name = f"{back.folder}/{MODEL}"
    if target.uri == "served":
        (tmp_path / "served" / name).unlink()
    else:
        fsspec.filesystem("memory").rm(f"{target._base}/{name}")
    with pytest.raises(InputRefusedError, match="no longer has all files"):
        bring_back(target, pointer, back, WHY, test=passed, healthy=lambda _: "")
    assert live(target) == MODELS[1]


def test_bad_input_48_a_target_that_cannot_be_written_says_so_and_serves_what_it_served(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(target, MODELS[0])

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.pipe_file", full)
    with pytest.raises(UnavailableError, match="No space left"):
        deploy(target, MODELS[1])
    monkeypatch.undo()
    assert live(target) == MODELS[0]


def test_a_pointer_remembers_the_last_ones_only() -> None:
    placed = [
        Placed(
            model_id=f"er_20251020-{number}", artifact_sha256="0" * 64, gate_sha256="0" * 64, golden_sha256="0" * 64,
            since=NOW, commit="0" * 40,
        )
        for number in range(2, KEPT + 5)
    ]  # fmt: skip
    pointer = Pointer(task="er", environment="production", sequence=0, live=None)
    for one in placed:
        pointer = moved(pointer, one, NOW)
    assert len(pointer.before) == KEPT
    assert pointer.before[0] == Replaced(placed=placed[-2], until=NOW)
    assert documents.loads(documents.dumps(pointer), Pointer) == pointer


@pytest.mark.parametrize(
    ("asked", "has", "gets"),
    [(None, 0, 5), (5, 0, 5), (25, 0, None), (25, 5, 25), (100, 5, None), (100, 25, 100), (5, 25, 5), (50, 25, None)],
)
def test_a_beta_goes_through_its_shares_in_turn(target: Target, asked: int | None, has: int, gets: int | None) -> None:
    pointer = read_pointer(target, "production", "er")
    if has:
        placed = place(target, MODELS[0], files(MODELS[0]), WHY, passed)
        pointer = switch(target, pointer, placed, WHY, mode="canary", share=has, healthy=lambda _: "").pointer
    if gets is None:
        with pytest.raises(UsageRefusedError):
            next_share(asked, (5, 25, 100), pointer, MODELS[0])
    else:
        assert next_share(asked, (5, 25, 100), pointer, MODELS[0]) == gets


@pytest.mark.parametrize("name", ["../x", "a/../b", "/etc/passwd", "a//b", "", "a/.hidden", "a\\b", "a/b/"])
def test_no_name_leads_out_of_a_target(target: Target, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        target.read(name)


@pytest.mark.parametrize(
    "uri", ["ftp://host/x", "s3:bucket", "https://host/x", "s3://", "s3://key@bucket/x", " ", "a\nb"]
)
def test_other_places_are_refused(uri: str, tmp_path: Path) -> None:
    with pytest.raises(UsageRefusedError):
        Target.open(uri, root=tmp_path)


def test_what_is_absent_is_told_from_what_is_too_large(target: Target) -> None:
    with pytest.raises(AbsentError):
        target.read("er/none")
    target.write("er/some", b"12345")
    assert target.read("er/some", limit=5) == b"12345"
    with pytest.raises(InputRefusedError, match="too large to be read") as refusal:
        target.read("er/some", limit=4)
    assert (refusal.value.expected, refusal.value.found) == ("at most 4 bytes", "5 bytes")
    with pytest.raises(InputRefusedError, match="nothing was sent"):
        target.write("er/some", b"123456", limit=5)
    assert target.read("er/some") == b"12345"


def test_a_way_back_does_not_undo_another_deployment(target: Target) -> None:
    """While the server was asked, somebody else deployed: theirs stays."""
    deploy(target, MODELS[0])

    def meanwhile(placed: Placed | None) -> str:
        now = read_pointer(target, "production", "er")
        assert placed is not None
        write_pointer(target, now, moved(now, placed, NOW))
        return "no answer"

    with pytest.raises(ConflictError):
        deploy(target, MODELS[1], healthy=meanwhile)
    assert read_pointer(target, "production", "er").sequence == 3
