"""Records and entities: the same content, the same id, connected by matches."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from mlops.tasks.er.entities import content_keys, record_keys, resolve


def frame(*names: str | None) -> pd.DataFrame:
    return pd.DataFrame({"name": list(names)}, dtype=object)


def test_equal_rows_share_a_key_and_missing_is_not_the_empty_neighbour() -> None:
    keys = content_keys(pd.DataFrame({"a": ["x", "x", None], "b": ["y", "y", "xy"]}, dtype=object))
    assert keys[0] == keys[1] != keys[2]


def test_without_ids_a_record_is_its_content_on_either_side() -> None:
    left, right = record_keys(frame("a", "b"), frame("b", "c"), None, None)
    assert left[1] == right[0]


def test_ids_of_two_tables_are_kept_apart() -> None:
    ids = pd.Series(["1", "2"])
    left, right = record_keys(frame("a", "b"), frame("p", "q"), ids, ids)
    assert not set(left) & set(right)


def test_ids_of_one_table_compared_with_itself_are_shared() -> None:
    left, right = record_keys(frame("a", "b"), frame("b", "c"), pd.Series(["1", "2"]), pd.Series(["2", "3"]))
    assert left[1] == right[0]


def test_matches_connect_records_to_entities() -> None:
    left = np.array(["a", "b", "d"], dtype=object)
    right = np.array(["b", "c", "e"], dtype=object)
    first, second = resolve(left, right, np.array([True, True, False]))
    assert first[0] == second[0] == first[1] == second[1]
    assert len({first[2], second[2], first[0]}) == 3


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15), st.booleans()), min_size=1), st.randoms())
def test_entities_do_not_depend_on_the_order_of_the_rows(rows: list[tuple[int, int, bool]], random: object) -> None:
    def solve(items: list[tuple[int, int, bool]]) -> dict[tuple[int, int], tuple[str, str]]:
        left = np.array([f"l{a:02d}" for a, _, _ in items], dtype=object)
        right = np.array([f"r{b:02d}" for _, b, _ in items], dtype=object)
        first, second = resolve(left, right, np.array([m for _, _, m in items]))
        return {(a, b): (x, y) for (a, b, _), x, y in zip(items, first, second, strict=True)}

    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis hands in random.Random
    assert solve(rows) == solve(shuffled)
