"""Every number and word that the gate and the linter give for typical inputs, as ``scenes.json`` has them."""

import json

import pytest

from tests.gate.scenes import FILE, SCENES, stage

EXPECTED = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", list(SCENES))
def test_a_scene_gives_what_was_reviewed(name: str) -> None:
    found, expected = stage(name), EXPECTED[name]
    assert found.keys() == expected.keys()
    for case, value in found.items():
        assert value == expected[case], f"{name}, {case}: see python -m tests.gate.scenes"


def test_no_scene_is_left_over() -> None:
    assert EXPECTED.keys() == SCENES.keys()
