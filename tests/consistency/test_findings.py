"""Letters that are told: counted together, whole, and named from the root of the repository."""

from pathlib import Path

from mlops.consistency.findings import Findings, located, problem
from mlops.errors import InputRefusedError


def letter(file: object) -> InputRefusedError:
    return InputRefusedError("This does not hold.", file=file)


def test_parts_are_counted_together_in_their_order() -> None:
    one = Findings((letter("a"),), ("first",), {"cards": 1})
    other = Findings((letter("b"),), ("second",), {"cards": 2, "manifests": 1})
    both = Findings.together(iter([one, other]))
    assert [found.file for found in both.problems] == ["a", "b"]
    assert both.notes == ("first", "second")
    assert both.looked_at == {"cards": 3, "manifests": 1}


def test_every_letter_is_whole_and_names_its_file_from_the_root(tmp_path: Path) -> None:
    whole = problem("This does not hold.", "x", expected="1", found="2", fix="Do it.")
    inside, outside, relative = (
        letter(tmp_path / "a" / "b.json"),
        letter(tmp_path.parent / "c"),
        letter("d.json, line 3"),
    )
    found = located(Findings((inside, outside, relative, whole)), tmp_path)
    assert [one.file for one in found.problems] == ["a/b.json", str(tmp_path.parent / "c"), "d.json, line 3", "x"]
    assert all(one.expected and one.found and one.fix for one in found.problems)
    assert (whole.expected, whole.found, whole.fix) == ("1", "2", "Do it.")
