"""The histogram of label delays."""

import pytest

from mlops.feedback import delays


@pytest.mark.parametrize(
    ("days", "name"),
    [(-1, "before"), (0, "0"), (1, "1"), (2, "2-3"), (3, "2-3"), (4, "4-7"), (112, "57-112"), (113, "113 or more")],
)
def test_each_delay_has_one_class(days: int, name: str) -> None:
    assert delays._class(days) == name
