"""A table with other columns is another table: refused with what was probably meant, not judged."""

import pytest

from mlops.contract.reading import typed
from mlops.errors import InputRefusedError
from mlops.validation.columns import check_columns
from tests.validation.batches import claims, contract, table


def test_optional_columns_may_be_absent_or_there() -> None:
    check_columns(typed(table(claims()), contract()), file="new.csv")
    check_columns(typed(table({**claims(), "source_file": ["x"] * 200}), contract()), file="new.csv")


def test_absent_and_unknown_columns_are_named_with_the_likely_one() -> None:
    cells = claims()
    cells["sellerid"] = cells.pop("seller_id")
    with pytest.raises(InputRefusedError) as refusal:
        check_columns(typed(table(cells), contract()), file="new.csv")
    letter = refusal.value.letter()
    assert "no seller_id; sellerid, which the contract does not name" in letter
    assert "sellerid looks like seller_id" in letter
    assert "mlops contract show fba_claims" in letter
