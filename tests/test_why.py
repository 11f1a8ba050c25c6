"""The page of explanations: no value of the data can change its structure."""

from mlops.diagnosis.why import ExplainedRow, page, signed, strongest, with_reasons
from mlops.gate import Diagnosis, ErrorRow
from mlops.task import Contribution, Explanation

HOSTILE = '</td><script>alert(1)</script><img src=x onerror="y">{{ 7 * 7 }}\u202e@team'


def explanation(*values: str) -> Explanation:
    parts = (Contribution("city", -0.5, ("Rome", "")), Contribution("name", 2.0, values), Contribution("zip", 0.0))
    return Explanation(score=0.7, base=-0.65, contributions=parts)


def test_hostile_values_are_shown_and_do_nothing() -> None:
    row = ExplainedRow(HOSTILE, 0, explanation(HOSTILE, HOSTILE))
    made = page([row], model_id="er_20251020", threshold=0.5, intro="One row.")
    plain = page(
        [ExplainedRow("row", 0, explanation("left", "right"))], model_id="er_20251020", threshold=0.5, intro="One row."
    )
    assert made.count("<") - made.count("<!--") == plain.count("<")
    assert "<script" not in made
    assert made.count("7 &#42; 7") == 3
    assert "\u202e" not in made


def test_the_strongest_come_first_and_those_that_did_nothing_stay_out() -> None:
    assert [part.name for part in strongest(explanation("a", "b"))] == ["name", "city"]
    assert [part.name for part in strongest(explanation("a", "b"), 1)] == ["name"]


def test_the_diagnosis_names_attributes_and_no_value() -> None:
    diagnosis = Diagnosis(
        false_positives=(ErrorRow(row_id="r1", score=0.7, slices={}),),
        false_negatives=(ErrorRow(row_id="r2", score=0.1, slices={}),),
        worst_slice="",
        seen_on_test_thresholds=(),
        advice=(),
    )
    found = with_reasons(diagnosis, {"r1": explanation("Ann Secret", "Anne Secret")})
    assert [(part.attribute, part.log_odds) for part in found.false_positives[0].moved_by] == [
        ("name", 2.0),
        ("city", -0.5),
    ]
    assert found.false_negatives == diagnosis.false_negatives
    assert "Secret" not in found.model_dump_json()


def test_no_row_makes_a_page_all_the_same() -> None:
    assert "<h1>" in page([], model_id="er_20251020", threshold=0.5, intro="No row.")


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert [signed(x) for x in (-0.001, 0.0, 0.004, 0.006, -1.239)] == ["0.00", "0.00", "0.00", "+0.01", "-1.24"]
