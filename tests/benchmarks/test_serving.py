"""The page about the server says what was asked for, what was found, and what was missed."""

from datetime import UTC, datetime

import pytest

from benchmarks.machine import Machine
from benchmarks.serving.results import Death, Latency, Memory, Seconds, ServingLoad, Switching
from benchmarks.serving_page import render, requirements
from mlops.provenance import CodeVersion

GOOD = ServingLoad(
    machine=Machine(cpu="a processor", cores=2, versions={"python": "3.11.7"}),
    code=CodeVersion(commit="0" * 40, dirty=False),
    measured_at=datetime(2026, 1, 5, tzinfo=UTC),
    training_rows=3_000,
    estimators={"er": "Trees."},
    latencies=tuple(
        Latency(what=what, requests=9, p50=1.0, p95=2.0, p99=3.0, cpu=1.0)
        for what in ("one pair", "one claim", "100 pairs")
    ),
    switching=Switching(requests=10_000, failed=0, moves=3, answered={"er_20251020": 4_000, "er_20251027": 6_000}),
    memory=(Memory(requests=10_000, resident=300_000_000), Memory(requests=100_000, resident=301_000_000)),
    deaths=(Death(acknowledged=500, lost=0), Death(acknowledged=600, lost=0)),
    repeats=2,
    commands=(Seconds(command="mlops rollback", median=4.0, lowest=3.0, highest=5.0),),
)  # fmt: skip


def test_what_was_met_is_said() -> None:
    assert all(one.met for one in requirements(GOOD))
    page = render(GOOD.model_dump(mode="json"))
    assert "✗" not in page
    assert "no acknowledged prediction lost by 2 killed servers | 0 of 1,100 | ✓" in page
    assert "10,000 requests over 3 moves; answered 4,000 by er_20251020, 6,000 by er_20251027." in page


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("latencies", (GOOD.latencies[0].model_copy(update={"p95": 15.0}),)),
        ("switching", GOOD.switching.model_copy(update={"failed": 1})),
        ("switching", GOOD.switching.model_copy(update={"moves": 0})),
        ("deaths", (Death(acknowledged=500, lost=1),)),
        ("deaths", (Death(acknowledged=0, lost=0),)),
        ("memory", (GOOD.memory[0], Memory(requests=100_000, resident=400_000_000))),
        ("commands", (GOOD.commands[0].model_copy(update={"median": 5.0}),)),
    ],
)
def test_what_was_missed_is_said(part: str, value: object) -> None:
    found = GOOD.model_copy(update={part: value})
    assert sum(not one.met for one in requirements(found)) == 1
    assert render(found.model_dump(mode="json")).count("✗") == 1
