"""``mlops metrics``: pushed within five seconds or not at all, filled in from git, and a dashboard that is current."""

import json
import re
import shutil
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from mlops.series.exposition import TEXT, check
from mlops.storage import pushing
from tests.conftest import ROOT, RunCli, git
from tests.dashboard.prometheus import gateway
from tests.history import CLAIMS, FAILED, NEW, OLD, Repository, evidence, serving

SECONDS = 5.0


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Repository.make(tmp_path_factory.mktemp("history") / "repository").folder


@pytest.fixture
def told(history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    found = Repository(shutil.copytree(history, tmp_path / "repository"))
    monkeypatch.chdir(found.folder)
    return found


@contextmanager
def listener(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Accept connections and do with each of them what ``answer`` does, until the test is over."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=within, args=(server.accept()[0],), daemon=True).start()

        def within(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                answer(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def silent(connection: socket.socket) -> None:
    while connection.recv(1 << 16):
        pass


def trickling(connection: socket.socket) -> None:
    connection.recv(1 << 16)
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Long: 1\r\n" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.2)


def refusing(connection: socket.socket) -> None:
    connection.recv(1 << 16)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def leading_away(connection: socket.socket) -> None:
    connection.recv(1 << 16)
    connection.sendall(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n")


def hanging_up(connection: socket.socket) -> None:
    connection.recv(1)


def no_http(connection: socket.socket) -> None:
    connection.recv(1 << 16)
    connection.sendall(b"\x00\xff nonsense\r\n\r\n")


@pytest.mark.usefixtures("told")
def test_bad_input_50_a_pushgateway_that_does_not_answer_is_a_warning_after_five_seconds(run_cli: RunCli) -> None:
    with listener(silent) as url:
        started = time.monotonic()
        done = run_cli("metrics", "push", "--pushgateway", url)
        took = time.monotonic() - started
    assert (done.code, done.out) == (0, "")
    assert "0 of 6 models were pushed: it did not answer within 5 seconds" in done.err
    assert SECONDS - 0.5 < took < SECONDS + 2  # a busy machine takes a moment to read the records, too


@pytest.mark.parametrize(
    ("answer", "why"),
    [(trickling, "within 0.5 seconds"), (refusing, "it answered 400"), (leading_away, "it answered 307"), (no_http, ""),
     (hanging_up, "")],
)  # fmt: skip
def test_bad_input_50_whatever_a_pushgateway_answers_is_told_in_time(
    answer: Callable[[socket.socket], None], why: str
) -> None:
    with listener(answer) as url:
        started = time.monotonic()
        groups = {("mlops", OLD): b"a 1\n", ("mlops", NEW): b"a 1\n"}
        said = pushing.push(url, groups, content_type="text/plain", seconds=0.5)
        took = time.monotonic() - started
    assert said.startswith("0 of 2 models were pushed: ")
    assert why in said
    assert said.isprintable()
    assert len(said) < 200
    assert took < 2


@pytest.mark.parametrize(
    ("body", "why"),
    [(None, "it answered 404"), (b"<html>", "cannot be read"), (b'{"data": 1}', "cannot be read"),
     (b'{"data": [{"labels": {"job": "mlops", "model_id": "er_1"}}]}', "it answered 404")],
)  # fmt: skip
def test_a_pushgateway_that_does_not_list_or_remove_has_taken_all_the_same(body: bytes | None, why: str) -> None:
    def answer(connection: socket.socket) -> None:
        asked = connection.recv(1 << 16)
        found = body if asked.startswith(b"GET /prefix/api/v1/metrics ") else b"" if asked.startswith(b"PUT") else None
        head = b"HTTP/1.1 404 Not Found" if found is None else b"HTTP/1.1 200 OK"
        connection.sendall(head + f"\r\nContent-Length: {len(found or b'')}\r\n\r\n".encode() + (found or b""))

    with listener(answer) as url:
        said = pushing.push(
            f"{url}/prefix/", {("mlops", OLD): b"a 1\n"}, content_type="text/plain", outdated=lambda _: True
        )
    assert said.startswith("1 of 1 models were pushed, but what it keeps of models")
    assert why in said


def test_no_second_group_is_sent_when_the_time_is_over() -> None:
    asked: list[float] = []

    def slow(connection: socket.socket) -> None:
        asked.append(time.monotonic())
        connection.recv(1 << 16)
        time.sleep(0.3)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with listener(slow) as url:
        groups = {("mlops", str(number)): b"a 1\n" for number in range(5)}
        said = pushing.push(url, groups, content_type="text/plain", seconds=0.5)
        time.sleep(0.5)
    assert said.startswith("1 of 5 models were pushed: ")
    assert len(asked) == 2


@pytest.mark.usefixtures("told")
def test_bad_input_50_a_dead_pushgateway_is_a_warning(run_cli: RunCli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    done = run_cli("metrics", "push", "--pushgateway", f"http://127.0.0.1:{port}")
    assert done.code == 0
    assert "refused" in done.err


@pytest.mark.parametrize(
    "url", ["http://me:secret@gateway:9091", "ftp://gateway", "gateway:9091", "http://", "http://gateway/?a=secret",
            "file:///etc/passwd", "http://gate way", "http://gateway#secret"],
)  # fmt: skip
@pytest.mark.usefixtures("told")
def test_an_address_is_refused_and_not_repeated(url: str, run_cli: RunCli) -> None:
    done = run_cli("metrics", "push", "--pushgateway", url)
    assert done.code == 2
    assert "secret" not in done.out + done.err


def test_the_address_stands_in_the_settings_and_a_variable_goes_before(
    told: Repository, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "nothing was sent" in run_cli("metrics", "push").out
    with (told.folder / "mlops.toml").open("a", encoding="utf-8") as file:
        file.write('\n[metrics]\npushgateway = "http://127.0.0.1:1/settings"\n')
    assert "refused" in run_cli("metrics", "push").err
    monkeypatch.setenv("MLOPS_METRICS_PUSHGATEWAY", "gopher://variable")
    assert run_cli("metrics", "push").code == 2
    settings = told.folder / "mlops.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("http://127", "http://me@127"), encoding="utf-8")
    monkeypatch.delenv("MLOPS_METRICS_PUSHGATEWAY")
    assert run_cli("metrics", "push").code == 2


@pytest.mark.parametrize("model", ["er_20200101", "ER", "no/such/folder"])
@pytest.mark.usefixtures("told")
def test_a_model_that_nobody_knows_is_refused(model: str, run_cli: RunCli) -> None:
    assert run_cli("metrics", "push", model, "--pushgateway", "http://127.0.0.1:1").code == 2


@pytest.mark.parametrize(("name", "meant"), [("dist/nope", "ID"), ("dist/er_20251020", "er_20251020")])
def test_what_is_neither_an_id_nor_a_folder_is_told_as_that(name: str, meant: str, run_cli: RunCli) -> None:
    done = run_cli("metrics", "push", name, "--pushgateway", "http://127.0.0.1:1")
    assert (done.code, "neither the id of a model nor the folder of a run" in done.err) == (2, True)
    assert f"mlops metrics push {meant}." in done.err


def test_a_folder_of_a_run_is_pushed_under_its_models_id(told: Repository, run_cli: RunCli) -> None:
    sent: list[bytes] = []

    def take(connection: socket.socket) -> None:
        data = connection.recv(1 << 20)
        while b"mlops_training_seconds{" not in data:
            data += connection.recv(1 << 20)
        sent.append(data)
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

    run = told.folder / "dist" / "run"
    shutil.copytree(told.folder / "model_cards" / OLD, run)
    with listener(take) as url:
        done = run_cli("metrics", "push", run, "--pushgateway", f"{url}/prefix/")
    assert done.out == f"Pushed {OLD}.\n"
    [data] = sent
    assert data.startswith(f"PUT /prefix/metrics/job/mlops/model_id/{OLD} HTTP/1.1\r\n".encode())
    (run / "training.json").write_bytes(b"{")
    assert run_cli("metrics", "push", run, "--pushgateway", "http://127.0.0.1:1").code == 3


def kept(url: str) -> set[tuple[str, str]]:
    """Return the groups that a Pushgateway keeps: job and model."""
    with urllib.request.urlopen(f"{url}/api/v1/metrics", timeout=10) as answer:  # noqa: S310  # our own
        return {(one["labels"]["job"], one["labels"]["model_id"]) for one in json.load(answer)["data"]}


@pytest.mark.usefixtures("told")
def test_a_push_of_all_removes_what_no_record_names_and_of_one_model_removes_nothing(run_cli: RunCli) -> None:
    theirs = {("mlops_monitoring", "er_20200101")}
    candidate = ("mlops", "er_20200101")
    with gateway() as url:
        assert pushing.push(url, dict.fromkeys(theirs | {candidate}, b"a 1\n"), content_type=TEXT) == ""
        assert run_cli("metrics", "push", OLD, "--pushgateway", url).code == 0
        assert kept(url) == theirs | {candidate, ("mlops", OLD)}
        assert run_cli("metrics", "push", "--pushgateway", url).err == ""
        found = kept(url)
    assert found >= theirs
    models = {model for job, model in found - theirs if job == "mlops"}
    assert models >= {OLD, FAILED, NEW, CLAIMS}
    assert "er_20200101" not in models


def test_what_is_declared_is_sent_first_then_the_newest(told: Repository, run_cli: RunCli) -> None:
    told.commit("2025-12-20", serving(er=OLD))
    sent: list[str] = []

    def take(connection: socket.socket) -> None:
        data = connection.recv(1 << 20)
        sent.append(data.split()[1].decode().rpartition("/")[2])
        while len(data.partition(b"\r\n\r\n")[2]) < int(re.findall(rb"Content-Length: ([0-9]+)", data)[0]):
            data += connection.recv(1 << 20)
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

    with listener(take) as url:
        assert run_cli("metrics", "push", OLD, FAILED, NEW, CLAIMS, "--pushgateway", url).code == 0
    assert sent == [OLD, CLAIMS, NEW, FAILED]


def test_the_past_is_written_as_openmetrics(told: Repository, run_cli: RunCli) -> None:
    done = run_cli("metrics", "backfill", "--output", "all.om", "--until", "20251224")
    assert (done.code, done.err) == (0, "")
    data = (told.folder / "all.om").read_bytes()
    assert data.endswith(b"\n# EOF\n")
    assert f"Wrote {check(data):,} samples" in done.out
    assert run_cli("metrics", "backfill", "--output", "again.om", "--until", "20251130").code == 0
    early = (told.folder / "again.om").read_bytes()
    assert 0 < check(early) < check(data)
    assert run_cli("metrics", "backfill", "--output", "x.om", "--since", "20251201", "--until", "20251130").code == 2


def test_the_past_ends_three_hours_ago(told: Repository, run_cli: RunCli) -> None:
    before = time.time()
    assert run_cli("metrics", "backfill", "--output", "all.om", "--since", "20260101", "--until", "20990101").code == 0
    last = max(int(found) for found in re.findall(rb" ([0-9]+)$", (told.folder / "all.om").read_bytes(), re.MULTILINE))
    assert before - 3 * 3600 - 1 <= last <= time.time() - 3 * 3600


def test_a_document_that_is_not_valid_is_left_out_and_told(told: Repository, run_cli: RunCli) -> None:
    told.commit("2025-12-20", {f"model_cards/{OLD}/training.json": b"{"})
    done = run_cli("metrics", "backfill", "--output", "all.om", "--until", "20251224")
    assert done.code == 0
    assert f"model_cards/{OLD}/training.json" in done.err


def test_a_record_of_no_possible_day_stops_nothing_also_after_it_was_removed(told: Repository, run_cli: RunCli) -> None:
    told.commit("2025-12-20", {"model_cards/er_19990101.md": b"one line\n"})
    with gateway() as url:
        pushed = run_cli("metrics", "push", "--pushgateway", url)
        assert ("mlops", NEW) in kept(url)
    assert pushed.code == 0
    git(told.folder, "rm", "--quiet", "model_cards/er_19990101.md")
    told.commit("2025-12-21", {})
    past = run_cli("metrics", "backfill", "--output", "all.om", "--until", "20251224")
    assert past.code == 0
    assert f'model_id="{NEW}"' in (told.folder / "all.om").read_text(encoding="utf-8")
    for err in (pushed.err, past.err):
        assert "model_cards/er_19990101.md" in err
        assert 'mlops_dataset_timestamp_seconds{task="er",model_id="er_19990101",dataset_id="er_19990101"}' in err
        assert "restore" not in err


def test_a_commit_of_a_wrong_clock_loses_no_later_one_and_is_told(told: Repository, run_cli: RunCli) -> None:
    told.commit("2098-01-01", serving(er=OLD))
    told.commit("2026-02-01", evidence("er_20260120"))
    done = run_cli("metrics", "backfill", "--output", "all.om", "--until", "20260301")
    assert done.code == 0
    assert f"{git(told.folder, 'rev-parse', 'HEAD~1')[:10]} (2098-01-01)" in done.err
    assert 'model_id="er_20260120"' in (told.folder / "all.om").read_text(encoding="utf-8")


def test_a_shallow_clone_says_that_it_knows_little(told: Repository, run_cli: RunCli, tmp_path: Path,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    told.clone(tmp_path / "shallow", "--depth=1")
    monkeypatch.chdir(tmp_path / "shallow")
    assert "shallow" in run_cli("metrics", "backfill", "--output", "all.om", "--until", "20251224").err


def test_the_committed_dashboard_follows_from_the_settings(
    run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(ROOT / "mlops.toml", tmp_path)
    shutil.copytree(ROOT / "dashboards", tmp_path / "dashboards")
    monkeypatch.chdir(tmp_path)
    assert run_cli("metrics", "dashboard", "--check").code == 0
    settings = tmp_path / "mlops.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("min = 0.92", "min = 0.91"), encoding="utf-8")
    stale = run_cli("metrics", "dashboard", "--check")
    assert stale.code == 1
    assert stale.out.count("stale") == 2
    assert run_cli("metrics", "dashboard").code == 0
    assert run_cli("metrics", "dashboard", "--check").code == 0
    (tmp_path / "dashboards" / "alerts.yml").unlink()
    assert run_cli("metrics", "dashboard", "--check").code == 1
