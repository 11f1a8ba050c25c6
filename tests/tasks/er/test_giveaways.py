"""An attribute that names the entity is found; one that describes it is not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlops.tasks.er.giveaways import find_giveaways

N = 200
LABEL = np.array([1] * (N // 2) + [0] * (N // 2), dtype=np.int8)


def _pairs(left: list[str | None], right: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"left_key": left, "right_key": right}, dtype=object)


def _equal_on_matches(values: list[str]) -> pd.DataFrame:
    """Return pairs whose sides agree on the matches and never elsewhere."""
    return _pairs([*values], [*values[: N // 2], *values[N // 2 + 1 :], values[0]])


def test_a_running_number_that_is_equal_on_matches_is_a_giveaway() -> None:
    (found,) = find_giveaways(_equal_on_matches([str(i) for i in range(N)]), LABEL)
    assert found.attribute == "key"
    assert found.matches_equal == 1
    assert found.non_matches_equal == 0
    assert "`key` is equal on 100.0% of the training matches" in found.sentence()


def test_a_counter_with_a_fixed_text_around_is_a_giveaway() -> None:
    assert find_giveaways(_equal_on_matches([f"entity-{i}" for i in range(N)]), LABEL)


def test_a_uuid_is_a_giveaway() -> None:
    uuids = [f"{i:08x}-0000-4000-8000-{i * 7919:012x}" for i in range(N)]
    assert find_giveaways(_equal_on_matches(uuids), LABEL)


def test_a_phone_or_article_number_is_none_although_it_tells_matches_apart() -> None:
    phones = [str(4_040_000_000 + i * 104_729) for i in range(N)]
    articles = [f"{'abc'[i % 3]}x{i}" for i in range(N)]
    assert not find_giveaways(_equal_on_matches(phones), LABEL)
    assert not find_giveaways(_equal_on_matches(articles), LABEL)


def test_a_year_is_none_because_it_agrees_on_non_matches_too() -> None:
    years = [str(1990 + i % 20) for i in range(N)]
    assert not find_giveaways(_pairs([*years], [*years]), LABEL)


def test_a_number_on_few_matches_is_none() -> None:
    left: list[str | None] = [str(i) if i % 2 else None for i in range(N)]
    assert not find_giveaways(_pairs(left, left), LABEL)


@pytest.mark.parametrize(
    ("dataset", "named"),
    [
        ("abt_buy", []),
        ("amazon_google", []),
        ("beer", []),
        ("dblp_acm", []),
        ("dblp_scholar", []),
        ("dirty_dblp_acm", []),
        ("dirty_itunes_amazon", []),
        ("fodors_zagats", ["class"]),
        ("walmart_amazon", []),
        ("wdc_cameras_small", []),
        ("wdc_computers_small", []),
    ],
)
def test_of_the_public_datasets_only_the_class_of_the_restaurants_is_named(
    shared_data: Path, dataset: str, named: list[str]
) -> None:
    table = pd.read_parquet(shared_data / "er" / f"{dataset}.parquet")
    table = table[table["split"] != "test"]
    columns = [name for name in table.columns if name.startswith(("left_", "right_")) and not name.endswith("_id")]
    inputs = table[columns].astype(object).where(table[columns].notna(), None)
    assert [found.attribute for found in find_giveaways(inputs, table["label"].to_numpy(np.int8))] == named
