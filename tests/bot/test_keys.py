"""Keys: equal facts give equal keys, and no two lists of facts share one."""

from hypothesis import given
from hypothesis import strategies as st

from mlops.bot.keys import key_of

FACTS = st.lists(st.text(max_size=5), max_size=4)


@given(FACTS, FACTS)
def test_keys_are_equal_exactly_when_facts_are(one: list[str], other: list[str]) -> None:
    assert (key_of("card", *one) == key_of("card", *other)) == (one == other)


def test_the_kind_is_a_fact_too() -> None:
    assert key_of("card", "x") != key_of("check", "x")
