#!/usr/bin/env python3
"""Send the rows of a labelled file to `mlops serve` as its clients would, and later what turned out to be true.

``MLOPS_SERVE_TOKEN=... python tools/play_traffic.py pairs.parquet --url http://127.0.0.1:8000`` prints how many rows
were scored by which model and how many labels were kept. Stands for the systems around a model in demonstrations; what
is sent are exactly the columns that the server's own schema names.
"""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

AT_ONCE = 50
"""Rows of a request."""
LABEL, LABELS = "label", (0, 1, "0", "1")
DO_NOW = "  do now: Name a .parquet file of labelled rows, as `mlops data generate` writes it.\n"
TOKEN = "MLOPS_SERVE_TOKEN"  # noqa: S105  # a variable's name


def ask(url: str, token: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401  # JSON is anything
    """Return what the server answers to a GET, or to a POST of ``body``."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310  # the address that the reader named
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # the same
        return json.load(answer)


def batches(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield the rows in the portions that are sent at once."""
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]


def play(rows: Sequence[Mapping[str, Any]], task: str, url: str, token: str, labelled: float) -> Counter[str]:
    """Send all rows and the labels of a share of them; return the counts of rows by model, and of labels."""
    schema = ask(f"{url}/v1/schema/{task}", token)
    columns = list(schema["properties"]["rows"]["items"]["properties"]["inputs"]["properties"])
    told: Counter[str] = Counter()
    decided = datetime.now(UTC).date().isoformat()
    labels: list[dict[str, Any]] = []
    for some in batches(rows):
        sent = [{"inputs": {name: row[name] for name in columns if name in row}} for row in some]
        answers = ask(f"{url}/v1/predict", token, {"task": task, "rows": sent})["predictions"]
        for row, answer in zip(some, answers, strict=True):
            told[answer["model_id"]] += 1
            if len(labels) < labelled * len(rows):
                labels.append({"prediction_id": answer["prediction_id"], "label": int(row[LABEL]), "decided": decided})
    for few in batches(labels):
        told["labels"] += ask(f"{url}/v1/labels", token, {"labels": list(few)})["new"]
    return told


def refused(url: str, status: int, said: str, token: str) -> str:
    """Return the letter of a refusal: what the server said, or that it asks for its token."""
    if status == HTTPStatus.UNAUTHORIZED:
        return (
            f"The server asks for its token.\n  field: {TOKEN}\n  expected: the token that the server was begun with\n"
            f"  found: {'another one' if token else 'nothing'}\n"
            f"  do now: export {TOKEN}=..., in the shell in which this runs, and begin again.\n"
        )
    return f"The server refused what was sent.\n  field: {url}\n  found: status {status}\n  why: {said}\n"


def read(file: Path) -> tuple[list[dict[str, Any]], str]:
    """Return the rows of a labelled file, or the letter that says why there are none."""
    try:
        table = pq.read_table(file)
    except (OSError, pa.ArrowException) as error:
        return [], f"This file cannot be read.\n  field: FILE\n  found: {file}\n  why: {str(error)[:300]}\n{DO_NOW}"
    if LABEL not in table.column_names:
        found = ", ".join(table.column_names[:20])
        return [], (
            f"This file has no labels to send.\n  field: {file}\n  expected: a column `{LABEL}`\n"
            f"  found: {found}\n{DO_NOW}"
        )
    rows = table.to_pylist()
    strange = [row[LABEL] for row in rows if row[LABEL] not in LABELS]
    if strange:
        return [], (
            f"Not every row has a label.\n  field: {file}, {LABEL}\n  expected: 0 or 1\n"
            f"  found: {strange[0]!r:.80}\n{DO_NOW}"
        )
    return rows, ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Play what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help=".parquet, with a column `label`")
    parser.add_argument("--task", default="er")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--labelled", type=float, default=1.0, help="share of the rows whose label is sent")
    given = parser.parse_args(arguments)
    token = os.environ.get(TOKEN, "")
    rows, letter = read(given.file)
    if letter:
        sys.stderr.write(letter)
        return 2
    try:
        told = play(rows, given.task, given.url, token, given.labelled)
    except urllib.error.HTTPError as error:
        with error:
            sys.stderr.write(refused(given.url, error.code, error.read(2_000).decode(errors="replace"), token))
        return 2
    except urllib.error.URLError as error:
        sys.stderr.write(
            f"No server answers.\n  field: --url\n  found: {given.url}\n  why: {error.reason}\n"
            "  do now: Begin one with `mlops serve`, or name the address at which it listens.\n"
        )
        return 2
    labels = told.pop("labels", 0)
    sys.stdout.write("".join(f"{count:,} rows scored by {model}\n" for model, count in sorted(told.items())))
    sys.stdout.write(f"{labels:,} labels kept\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
