"""The split: rows stay where their anchor's entity puts them, and training gives way to test."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlops import split


def names(values: list[str]) -> np.ndarray:
    return np.array(values, dtype=object)


def test_position_is_pinned_so_that_no_release_moves_a_row_from_train_to_test() -> None:
    assert split.position(names(["a", "b", "a"]), seed=0).round(6).tolist() == [0.741719, 0.382962, 0.741719]


def test_a_row_keeps_its_fold_when_other_rows_come_and_go() -> None:
    anchors = names([f"e{i}" for i in range(500)])
    others = names([f"x{i}" for i in range(500)])
    whole = split.by_entity(anchors, others, seed=3, test_share=0.2)
    half = split.by_entity(anchors[::2], others[::2], seed=3, test_share=0.2)
    assert (whole[::2] == half).all()


def test_about_the_asked_share_of_entities_is_tested() -> None:
    anchors = names([f"e{i}" for i in range(5000)])
    fold = split.by_entity(anchors, names(["x"] * 5000), seed=1, test_share=0.2)
    assert 0.18 < (fold == split.TEST).mean() < 0.22


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=200), st.integers(0, 5))
def test_no_training_pair_touches_the_entity_of_a_test_anchor(pairs: list[tuple[int, int]], seed: int) -> None:
    anchor = names([f"e{a}" for a, _ in pairs])
    other = names([f"e{b}" for _, b in pairs])
    fold = split.by_entity(anchor, other, seed=seed, test_share=0.3)
    tested = set(anchor[fold == split.TEST])
    trained = set(anchor[fold == split.TRAIN]) | set(other[fold == split.TRAIN])
    assert not tested & trained


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=120),
    st.integers(1, 150),
    st.integers(0, 3),
)
def test_a_sample_has_the_asked_size_and_keeps_every_stratum_it_can(strata: list[str], size: int, seed: int) -> None:
    chosen = split.stratified_sample(names(strata), names([str(i) for i in range(len(strata))]), size=size, seed=seed)
    assert len(chosen) == min(size, len(strata))
    assert len(set(chosen.tolist())) == len(chosen)
    if size >= len(set(strata)):
        assert {strata[i] for i in chosen} == set(strata)


def test_a_sample_keeps_the_shares_of_the_strata() -> None:
    strata = names(["0"] * 7500 + ["1"] * 2500)
    chosen = split.stratified_sample(strata, names([str(i) for i in range(10_000)]), size=1000, seed=0)
    assert (strata[chosen] == "1").sum() == 250


def test_a_sample_does_not_depend_on_the_order_of_the_file() -> None:
    ids = names([str(i) for i in range(300)])
    strata = names(["0", "1", "1"] * 100)
    forward = set(ids[split.stratified_sample(strata, ids, size=50, seed=7)])
    backward = set(ids[::-1][split.stratified_sample(strata[::-1], ids[::-1], size=50, seed=7)])
    assert forward == backward


def test_a_smaller_sample_of_one_stratum_is_part_of_a_larger_one() -> None:
    ids = names([str(i) for i in range(300)])
    small = split.stratified_sample(names(["0"] * 300), ids, size=20, seed=7)
    large = split.stratified_sample(names(["0"] * 300), ids, size=90, seed=7)
    assert set(small) < set(large)
