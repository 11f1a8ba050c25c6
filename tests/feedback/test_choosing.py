"""Which labelled predictions become data: each is counted once, whatever the log holds."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mlops.feedback.choosing import choose
from mlops.feedback.reading import Logged

AS_OF = date(2025, 3, 1)


@st.composite
def logged(draw: st.DrawFn) -> list[Logged]:
    rows = []
    for number in range(draw(st.integers(0, 12))):
        label = draw(st.sampled_from([None, 0, 1]))
        day = AS_OF - timedelta(days=draw(st.integers(0, 4)))
        revised = label is not None and draw(st.booleans())
        inputs = {"x": draw(st.sampled_from("ab"))}
        rows.append(
            Logged(
                number, f"{number}", day, "er_20250101", "a" * 64, "live", draw(st.sampled_from(["", "n", "m"])), "e",
                inputs, 0.5, positive=True, label=label, decided=None, labelled=None, revised=revised,
            )
        )  # fmt: skip
    return rows


@given(logged(), st.integers(0, 3), st.booleans(), st.sets(st.sampled_from(["revised", "same_inputs"])))
def test_each_prediction_is_counted_once_and_no_key_stands_twice(
    rows: list[Logged], maturity: int, named: bool, keep: set[str]
) -> None:
    chosen = choose(rows, maturity_days=maturity, as_of=AS_OF, named=named, keep=keep)  # type: ignore[arg-type]  # the two words
    assert chosen.answered == len(rows)
    kept, held = {row.number for row in chosen.rows}, {one.row.number for one in chosen.held}
    assert not kept & held
    assert all((AS_OF - row.day).days >= maturity and row.label is not None for row in chosen.rows)
    keys = [row.row if named else row.inputs["x"] for row in chosen.rows]
    assert len(set(keys)) == len(keys)
    assert not any(one.reason in keep for one in chosen.held)


def test_choosing_does_not_depend_on_what_is_too_young() -> None:
    one = Logged(
        1, "1", AS_OF, "er_20250101", "a" * 64, "live", "n", "e", {"x": "a"}, 0.5, positive=True, label=1,
        decided=None, labelled=None, revised=False,
    )  # fmt: skip
    old = one._replace(number=0, id="0", day=AS_OF - timedelta(days=14), label=0)
    chosen = choose([old, one], maturity_days=14, as_of=AS_OF, named=True)
    assert [row.number for row in chosen.rows] == [0]
    assert chosen.immature == 1
