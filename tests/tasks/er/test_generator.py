"""Example data is the same everywhere, gives nothing away, and is as hard as its documentation says."""

import hashlib
import json
import os
import re
import subprocess
import sys
import unicodedata
from dataclasses import fields
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from mlops import config
from mlops.dataset.writing import to_parquet
from mlops.errors import UsageRefusedError
from mlops.tasks.er import pairs
from mlops.tasks.er.generator import generate
from mlops.tasks.er.generator.rates import SHIPPED
from mlops.tasks.er.generator.words import load
from mlops.tasks.er.schema import PairSchema, detect

CONTENT_OF_200_ROWS = "2ab8a262fdd1b39eaf5e7e9b83830224d6ebae8294b8673cb2c6e1baca74efbd"
COMMITTED = "data/training/er_20251020.parquet"
COMMITTED_SHA256 = "8fd35a234fa39876b89cb1ba159a442feccb469759fe9fae262bbab8f6fa0406"
ATTRIBUTES = 10


def content_sha256(table: pa.Table) -> str:
    """Return the hash of names, types and cells, whatever the file format."""
    schema = [(field.name, str(field.type)) for field in table.schema]
    return hashlib.sha256(json.dumps([schema, table.to_pylist()], ensure_ascii=False).encode()).hexdigest()


@pytest.fixture(scope="module")
def committed(root: Path) -> pa.Table:
    return pq.read_table(root / COMMITTED)


@pytest.fixture(scope="module")
def frame(committed: pa.Table) -> pd.DataFrame:
    return pd.DataFrame(committed.to_pandas())


def test_the_content_for_a_seed_never_changes() -> None:
    assert content_sha256(generate(200, 42)) == CONTENT_OF_200_ROWS


def test_the_content_does_not_depend_on_the_process() -> None:
    """Sets and dictionaries of another process hash differently; the data must not."""
    code = (
        "import hashlib; from mlops.tasks.er.generator import generate; from mlops.dataset.writing import to_parquet;"
        "print(hashlib.sha256(to_parquet(generate(200, 42))).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4242", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    said = subprocess.run(  # noqa: S603  # our own interpreter and words
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    )
    assert said.stdout.strip() == hashlib.sha256(to_parquet(generate(200, 42))).hexdigest()


@settings(max_examples=10, deadline=None)
@given(rows=st.integers(50, 120), more=st.integers(0, 60), seed=st.integers(0, 2**32 - 1))
def test_a_longer_dataset_begins_with_the_shorter_one(rows: int, more: int, seed: int) -> None:
    assert generate(rows + more, seed).slice(0, rows).equals(generate(rows, seed))


def test_another_seed_is_other_data() -> None:
    one, other = generate(100, 1).to_pandas(), generate(100, 2).to_pandas()
    assert not set(one["left_id"]) & set(other["left_id"])
    assert len(set(one["left_name"]) & set(other["left_name"])) < 3


@pytest.mark.parametrize(
    ("rows", "seed", "field"), [(49, 1, "rows"), (5_000_001, 1, "rows"), (50, -1, "seed"), (50, 2**32, "seed")]
)
def test_what_is_out_of_range_is_refused(rows: int, seed: int, field: str) -> None:
    with pytest.raises(UsageRefusedError) as refused:
        generate(rows, seed)
    assert refused.value.field == field


def test_the_committed_file_is_what_the_documented_command_makes(root: Path, committed: pa.Table) -> None:
    data = (root / COMMITTED).read_bytes()
    assert hashlib.sha256(data).hexdigest() == COMMITTED_SHA256
    made = generate(10_000, 42)
    assert made.equals(committed)
    written_by = pq.ParquetFile(root / COMMITTED).metadata.created_by
    if written_by.endswith(f" {pa.__version__}"):
        assert to_parquet(made) == data


def test_the_committed_file_is_small_and_holds_no_pandas_metadata(root: Path) -> None:
    assert (root / COMMITTED).stat().st_size < 2_000_000
    file = pq.ParquetFile(root / COMMITTED)
    assert file.metadata.metadata is None
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_the_table_has_the_form_of_labelled_pairs(committed: pa.Table, frame: pd.DataFrame) -> None:
    schema = detect(committed.column_names)
    assert isinstance(schema, PairSchema)
    assert list(schema.left) == list(schema.right)
    assert len(schema.left) == ATTRIBUTES
    assert schema.unused == ()
    assert frame["pair_id"].is_unique
    assert not frame.duplicated(["left_id", "right_id"]).any()
    assert not (frame == "").to_numpy().any()


def test_about_every_fourth_pair_is_a_match(frame: pd.DataFrame) -> None:
    assert 0.25 <= frame["label"].mean() <= 0.30


def test_ids_tell_nothing_of_the_record(frame: pd.DataFrame) -> None:
    """Ids of two records of one entity are as far apart as any two."""
    for side, letter in (("left_id", "C"), ("right_id", "S")):
        assert frame[side].str.fullmatch(rf"{letter}-[0-9a-f]{{16}}").all()
    first = frame["left_id"].str[2].eq(frame["right_id"].str[2])
    assert abs(first[frame["label"] == 1].mean() - first[frame["label"] == 0].mean()) < 0.02


def test_no_column_but_the_annotators_gives_the_label_away(frame: pd.DataFrame) -> None:
    """Type, source, missing cells and the order of rows are alike for matches and others."""
    share = frame["label"].mean()
    for column in ("entity_type", "stratum"):
        assert (frame.groupby(column)["label"].mean() - share).abs().max() < 0.08
    cells = frame.filter(regex="^(left|right)_").isna()
    gap = cells[frame["label"] == 1].mean() - cells[frame["label"] == 0].mean()
    assert gap.abs().max() < 0.06
    of_anchor = frame.groupby("left_id")["label"]
    many = of_anchor.transform("size") >= 3
    place = of_anchor.cumcount()
    assert abs(frame["label"][many & (place == 0)].mean() - frame["label"][many & (place == 1)].mean()) < 0.06


def test_annotators_agree_as_people_do(frame: pd.DataFrame) -> None:
    both = frame.dropna(subset=["annotator_2"])
    assert 0.01 < 1 - len(both) / len(frame) < 0.10
    assert 0.87 < cohen_kappa_score(both["annotator_1"], both["annotator_2"].astype(int)) < 0.94
    agreed = both[both["annotator_1"] == both["annotator_2"]]
    assert (agreed["label"] == agreed["annotator_1"]).all()
    assert 0 < (both["label"] != both["annotator_1"]).sum() < 0.05 * len(both)


def test_little_is_purged_when_entities_are_kept_apart(root: Path, committed: pa.Table) -> None:
    schema = detect(committed.column_names)
    assert isinstance(schema, PairSchema)
    task = config.load(root / "mlops.toml").task("er")
    examples = pairs.examples(pairs.read(committed, schema), committed, schema, task.split)
    assert (examples.split == "purged").mean() < 0.05
    assert 0.17 < (examples.split == "test").mean() < 0.23


def test_five_hundred_rows_are_too_few_to_decide(root: Path) -> None:
    table = generate(500, 42)
    schema = detect(table.column_names)
    assert isinstance(schema, PairSchema)
    task = config.load(root / "mlops.toml").task("er")
    examples = pairs.examples(pairs.read(table, schema), table, schema, task.split)
    assert (examples.split == "test").sum() < task.policy.min_rows


def test_the_data_is_varied(frame: pd.DataFrame) -> None:
    anchors = frame.drop_duplicates("left_id")
    assert anchors["left_name"].nunique() > 0.95 * len(anchors)
    assert set(frame["entity_type"]) == {"person", "company", "sole_trader", "non_profit", "public_body"}
    assert 0.01 < (frame["entity_type"] == "public_body").mean() < 0.06
    letters = {unicodedata.name(mark, "").split(" ")[0] for name in frame["left_name"] for mark in name}
    assert {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "CJK"} <= letters


def test_the_documented_noise_is_there(frame: pd.DataFrame) -> None:
    """Between the two records of a match, each kind of noise shows."""
    left, right = frame["left_name"].str.lower(), frame["right_name"].str.lower()
    match = frame["label"] == 1
    non_ascii = left.map(lambda name: not name.isascii())
    assert (match & right.str.contains(",")).sum() > 100, "surname first"
    assert (match & non_ascii & right.map(str.isascii)).sum() > 100, "transliterated"
    assert frame["right_name"].str.contains("Ã", regex=False).any(), "wrong encoding"
    assert (right.str.len() <= 30)[frame["stratum"] == "ledger"].all(), "cut off"
    assert (match & (left == right)).sum() > 50, "easy pairs exist too"
    assert ((left == right) & ~match).sum() > 5, "namesakes and branches"
    assert frame["right_city"].str.contains(r"\d", na=False).sum() > 20, "swapped fields"
    for column in ("right_phone", "right_email", "right_registration_number", "right_birth_or_founded"):
        assert 0.3 < frame[column].isna().mean() < 0.95


def test_the_words_are_varied_enough() -> None:
    words = load()
    languages = words.languages.values()
    assert len({term.plain for language in languages for term in language.surnames}) >= 300
    named = [term for language in languages for term in language.given]
    assert sum(len(term.latin) > 1 for term in named) >= 150
    assert len({term.plain for language in languages for term in (*language.nouns, *language.industry)}) >= 300
    assert len({city.name.plain for country in words.countries.values() for city in country.cities}) >= 120
    assert len(words.countries) >= 12


def test_latin_spellings_are_in_latin_letters() -> None:
    for language in load().languages.values():
        for term in (*language.given, *language.surnames, *language.streets, *language.industry, *language.nouns):
            for spelling in term.latin:
                foreign = [mark for mark in spelling if mark.isalpha() and "LATIN" not in unicodedata.name(mark)]
                assert not foreign, (language.code, spelling)


def test_mail_addresses_and_websites_belong_to_nobody(frame: pd.DataFrame) -> None:
    """All are below a top-level domain that is reserved for examples, but for slips of the keyboard."""
    for column in ("left_email", "right_email", "left_website", "right_website"):
        kept = frame[column].dropna()
        assert kept.str.contains(r"\.example/?$").mean() > 0.93


def test_the_documentation_names_every_rate(root: Path) -> None:
    text = (root / "docs" / "example-data.md").read_text(encoding="utf-8")
    table = text.partition("## Rates")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", table, flags=re.MULTILINE))
    shown = {}
    for field in fields(SHIPPED):
        value = getattr(SHIPPED, field.name)
        shown[field.name] = str(value) if isinstance(value, float) else ", ".join(f"{k} {v}" for k, v in value.items())
    assert {name: cell.strip() for name, cell in rows.items()} == shown
