"""The kind of an attribute follows from its training values."""

import pytest

from mlops.tasks.er.attributes import Kind, infer_kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["129.95", "$ 3", "1,299.00"], Kind.NUMBER),
        (["18-may-15", "may 18 , 2015", "2015-05-18"], Kind.DATE),
        (["404/351 -9533", "404-237-7601"], Kind.CODE),
        (["lds4821ww", "r85wh1-wide", "fva3959"], Kind.CODE),
        (["0012345678905", "0012345678912"], Kind.CODE),
        (["anna schmidt", "o brien"], Kind.SHORT),
        (["canon ef-s 10-22mm f/3.5-4.5 usm autofocus lens black"], Kind.TITLE),
        (["word " * 40], Kind.LONG),
        ([], Kind.SHORT),
    ],
)
def test_kinds_are_inferred(values: list[str], kind: Kind) -> None:
    assert infer_kind(values, len(values)) is kind


def test_few_values_that_repeat_are_categories() -> None:
    assert infer_kind(["retail", "wholesale"], 100) is Kind.CATEGORY
