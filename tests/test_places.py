"""A key is found on its line, however the file spells it."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops import documents
from mlops.places import json_line, toml_line

TOML = '''\
# a comment: [tasks.er.policy.criteria.precision]
title = """
[tasks.er.policy.criteria.precision]
min = 0.1
"""

[tasks.er.policy]
confidence = 0.95 # criteria.precision.min = 0.3

[tasks.er.policy.criteria.precision]   # "min"
# min = 0.5
decide_on = "lower_bound"
min = 0.92
change = { max_drop = 0.02, baseline = "production" }

[tasks.er.policy.criteria]
recall.min = 0.88
f1 = { min = 0.90, slices = { script = { min = 0.8 } } }
"quoted key".min = 0.5

[[tasks.er.notes]]
texts = [
  "one",
  "min = 1",
]
after = 1
'''
POLICY = ("tasks", "er", "policy")


@pytest.mark.parametrize(
    ("keys", "statement"),
    [
        (("title",), 'title = """'),
        (("tasks",), "[tasks.er.policy]"),
        (POLICY, "[tasks.er.policy]"),
        ((*POLICY, "confidence"), "confidence = 0.95"),
        ((*POLICY, "criteria", "precision"), "[tasks.er.policy.criteria.precision]   #"),
        ((*POLICY, "criteria", "precision", "min"), "min = 0.92"),
        ((*POLICY, "criteria", "precision", "change", "baseline"), "change = {"),
        ((*POLICY, "criteria", "recall", "min"), "recall.min"),
        ((*POLICY, "criteria", "f1", "slices", "script", "min"), "f1 = {"),
        ((*POLICY, "criteria", "quoted key", "min"), '"quoted key".min'),
        (("tasks", "er", "notes"), "[[tasks.er.notes]]"),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_key_is_found_where_its_statement_begins(keys: tuple[str, ...], statement: str, ending: str) -> None:
    text = TOML.replace("\n", ending)
    line = toml_line(text, keys)
    assert text.split("\n")[line - 1].startswith(statement)


def test_a_key_that_is_not_there_gives_the_table_above_it() -> None:
    assert toml_line(TOML, (*POLICY, "criteria", "precision", "max")) == toml_line(
        TOML, (*POLICY, "criteria", "precision")
    )
    assert toml_line(TOML, (*POLICY, "min_rows")) == toml_line(TOML, POLICY)


@pytest.mark.parametrize("text", ["", "no toml", "a = 1\na = 2\n", "[other]\nx = 1\n"])
def test_nothing_is_found_where_nothing_is(text: str) -> None:
    assert toml_line(text, ("tasks", "er")) == 0


@given(
    st.lists(st.sampled_from(["# x", "", "k{} = 1", "k{} = [\n1,\n2 ]", 'k{} = """\n#\n"""', "[t{}]"]), max_size=12),
    st.data(),
)
def test_every_key_of_any_file_stands_on_the_line_that_is_named(statements: list[str], data: st.DataObject) -> None:
    written = [statement.format(number) for number, statement in enumerate(statements)]
    top = [text for text in written if not text.startswith("[")] + [text for text in written if text.startswith("[")]
    names = [text.partition(" ")[0].strip("[]") for text in top if text and not text.startswith("#")]
    if not names:
        return
    name = data.draw(st.sampled_from(names))
    text = "\n".join(top)
    assert name in tomllib.loads(text)
    begins = text.split("\n")[toml_line(text, (name,)) - 1]
    assert begins.startswith((f"{name} =", f"[{name}]"))


def test_a_key_of_the_outermost_object_is_found() -> None:
    text = documents.canonical_json({"a": {"sha256": "no"}, "note": '"sha256": {', "sha256": "yes", "z": [1]}).decode()
    assert text.splitlines()[json_line(text, "sha256") - 1] == '  "sha256": "yes",'
    assert json_line(text, "absent") == 0
    assert json_line("{{{", "sha256") == 0


def test_the_pins_of_this_repository_name_their_hash_on_one_line(root: Path) -> None:
    for path in sorted((root / "data_manifests").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        assert json.loads(text)["sha256"] in text.splitlines()[json_line(text, "sha256") - 1]
