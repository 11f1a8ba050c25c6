"""``mlops feedback label`` against a real server: what people decided arrives, once, and nothing half."""

import csv
import json
import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from mlops.cli import feedback_label
from mlops.feedback import reading
from mlops.feedback.reading import Window
from mlops.serving.app import make
from mlops.serving.holding import Holder
from mlops.serving.measures import Measures
from mlops.storage.target import Target
from tests.conftest import RunCli
from tests.feedback.logs import Written
from tests.serving.running import running

TOKEN = "a-long-random-text"  # noqa: S105  # of the tests
WINDOW = Window(date(2025, 1, 1), date(2025, 2, 1), date(2100, 1, 1))
UNKNOWN = "f" * 32


@pytest.fixture
def log(tmp_path: Path) -> Written:
    found = Written(tmp_path / "serving.sqlite")
    for number in range(6):
        found.answer("2025-01-02", {"left_name": str(number)})
    return found


@pytest.fixture
def url(log: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("MLOPS_SERVE_TOKEN", TOKEN)
    holder = Holder(Target.open("served", root=tmp_path), "production", {})
    with running(make(holder, log.log, Measures(), token=TOKEN)) as found:
        yield found


def sheet(folder: Path, *rows: tuple[str, str, str]) -> Path:
    """Return a filled-in sheet of predictions (number or id), labels and days."""
    path = folder / "er_20250102-s1.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["prediction_id", "id", "input.left_name", "label", "decided"])
        for name, label, day in rows:
            writer.writerow([f"{int(name):032x}" if len(name) < 9 else name, "", "Ada", label, day])
    return path


def labels(log: Written) -> dict[int, int]:
    """Return the labels that the log has, by the number of the prediction."""
    rows = reading.read(log.path, "er", WINDOW)
    return {int(row.id, 16): row.label for row in rows if row.label is not None}


@pytest.mark.usefixtures("repository")
def test_what_was_decided_arrives_once_and_the_rest_waits(
    run_cli: RunCli, log: Written, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback_label, "MAX_ROWS", 2)
    path = sheet(tmp_path, ("1", "1", "2025-01-05"), ("2", "0", ""), ("3", "", ""), ("4", "1.0", "2025-01-06"))
    first = run_cli("feedback", "label", str(path), "--server", f"{url}/", "--decided", "20250107")
    assert (first.code, first.err) == (0, "")
    assert first.out == "3 labels sent: 3 new, 0 were there already. Rows without a label: 1.\n"
    assert labels(log) == {1: 1, 2: 0, 4: 1}
    again = run_cli("feedback", "label", str(path), "--server", url, "--decided", "20250107", "--json")
    assert (again.code, json.loads(again.out)) == (0, {"labels": 3, "new": 0, "undecided": 1})


@pytest.mark.usefixtures("repository")
def test_another_label_needs_to_be_called_a_revision(
    run_cli: RunCli, log: Written, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.decide("2025-01-05", f"{3:032x}", 1)
    monkeypatch.setattr(feedback_label, "MAX_ROWS", 2)
    rows = [("1", "1", "2025-01-05"), ("9", "", ""), ("2", "1", "2025-01-05"), ("3", "0", "2025-01-06")]
    path = sheet(tmp_path, *rows)
    refused = run_cli("feedback", "label", str(path), "--server", url)
    assert refused.code == 6
    assert "row 5" in refused.err
    assert "Of 3 labels the first 2 were kept." in refused.err
    assert "--revises" in refused.err
    assert run_cli("feedback", "label", str(path), "--server", url, "--revises").code == 0
    assert labels(log) == {1: 1, 2: 1, 3: 0}


@pytest.mark.usefixtures("repository")
def test_every_conflict_is_counted_and_the_first_are_told_with_both_labels(
    run_cli: RunCli, log: Written, url: str, tmp_path: Path
) -> None:
    for number in range(1, 7):
        log.decide("2025-01-05", f"{number:032x}", 1)
    path = sheet(tmp_path, ("1", "1", "2025-01-06"), *((str(number), "0", "2025-01-06") for number in range(2, 7)))
    refused = run_cli("feedback", "label", str(path), "--server", url)
    assert refused.code == 6
    assert "another label of 5 of these predictions" in refused.err
    assert "row 3: 1 there, 0 here; row 4: 1 there, 0 here; row 5" in refused.err
    assert labels(log) == dict.fromkeys(range(1, 7), 1)


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_sheet_as_a_spreadsheet_of_another_country_writes_it(
    run_cli: RunCli, log: Written, url: str, tmp_path: Path, delimiter: str
) -> None:
    path = tmp_path / "saved.csv"
    lines = [["prediction_id", "input.left_name", "label", "decided"], [f"{1:032x}", '"a,b;c"', "1", "2025-01-05"]]
    path.write_text("\ufeff" + "".join(delimiter.join(line) + "\r\n" for line in lines), encoding="utf-8")
    done = run_cli("feedback", "label", str(path), "--server", url)
    assert (done.code, done.err) == (0, "")
    assert labels(log) == {1: 1}


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("1", "1", "2025-01-05"), ("2", "yes", "2025-01-05")], ("row 3, label", "0 or 1", "yes")),
        ([("1", "1", "5.1.2025")], ("row 2, decided", "YYYY-MM-DD")),
        ([("1", "1", "")], ("row 2, decided", "--decided DAY")),
        ([("abcdefabcdef", "1", "2025-01-05")], ("row 2, prediction_id", "32 hexadecimal digits")),
        ([("1", "1", "2025-01-05"), ("2", "", ""), ("1", "0", "2025-01-05")], ("rows 2 and 4",)),
        ([("1", "1", "2025-01-05"), ("1", "1", "2025-01-06")], ("rows 2 and 3", "another day")),
        ([("1", "1", "2025-01-05"), (UNKNOWN, "1", "2025-01-05")], ("row 3", "No label was kept", "another server")),
    ],
)
def test_one_bad_row_keeps_all_back(
    run_cli: RunCli, log: Written, url: str, rows: list[tuple[str, str, str]], said: tuple[str, ...]
) -> None:
    refused = run_cli("feedback", "label", str(sheet(log.path.parent, *rows)), "--server", url)
    assert refused.code == 3
    for text in said:
        assert text in refused.err
    assert labels(log) == {}


@pytest.mark.usefixtures("repository")
def test_a_table_that_is_no_sheet_is_refused(run_cli: RunCli, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("pair_id,label\n1,1\n", encoding="utf-8")
    refused = run_cli("feedback", "label", str(path), "--server", "http://127.0.0.1:9")
    assert refused.code == 3
    assert "prediction_id, decided" in refused.err


@pytest.mark.usefixtures("repository")
def test_a_server_that_wants_another_token_or_is_none_gets_a_letter(
    run_cli: RunCli, log: Written, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(sheet(tmp_path, ("1", "1", "2025-01-05")))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = run_cli("feedback", "label", path, "--server", f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert nobody.code == 5
    assert "did not answer" in nobody.err
    elsewhere = run_cli("feedback", "label", path, "--server", f"{url}/healthz")
    assert elsewhere.code == 2
    assert "no server of predictions" in elsewhere.err
    assert run_cli("feedback", "label", path, "--server", "file:///etc").code == 2
    monkeypatch.setenv("MLOPS_SERVE_TOKEN", "x")
    refused = run_cli("feedback", "label", path, "--server", url)
    assert refused.code == 2
    assert "MLOPS_SERVE_TOKEN" in refused.err
    assert labels(log) == {}


@pytest.mark.usefixtures("repository")
def test_a_token_is_never_repeated_and_what_speaks_no_http_does_not_answer(
    run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(sheet(tmp_path, ("1", "1", "2025-01-05")))
    monkeypatch.setenv("MLOPS_SERVE_TOKEN", f"{TOKEN}\n")
    refused = run_cli("feedback", "label", path, "--server", "http://127.0.0.1:9")
    assert refused.code == 2
    assert TOKEN not in refused.err
    monkeypatch.setenv("MLOPS_SERVE_TOKEN", TOKEN)
    with socket.create_server(("127.0.0.1", 0)) as other:

        def greet() -> None:
            connection = other.accept()[0]
            with connection:
                connection.recv(1 << 16)
                connection.sendall(b"SSH-2.0-server\r\n\r\n")

        greeting = threading.Thread(target=greet)
        greeting.start()
        said = run_cli("feedback", "label", path, "--server", f"http://127.0.0.1:{other.getsockname()[1]}")
        greeting.join()
    assert said.code == 5
    assert "did not answer" in said.err
