"""The mutation run: what the tool prints is read strictly, and every survivor has its reason."""

import tomllib

import pytest

from benchmarks import mutation, mutation_page
from benchmarks.machine import Machine
from benchmarks.mutation import Mutant, explain, parse_diff, parse_results, score, unmutated
from benchmarks.mutation_results import Mutation, Survivor
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.provenance import CodeVersion
from tests.conftest import ROOT

SHOWN = """# mlops.gate.reasons.x_combine__mutmut_3: survived
--- mlops/gate/reasons.py
+++ mlops/gate/reasons.py
@@ -1,3 +1,3 @@
 def combine(x):
-    return x >= 1
+    return x > 1
"""
PRINTED = """
    mlops.gate.reasons.x_combine__mutmut_1: killed
    mlops.gate.reasons.x_combine__mutmut_2: timeout
    mlops.gate.reasons.x_combine__mutmut_3: survived
    mlops.policy.xǁLoosenedǁ__str____mutmut_1: no tests
"""
MUTANT = Mutant("mlops.gate.reasons.x_combine__mutmut_3", "survived")
REASON = {"function": "mlops.gate.reasons.combine", "removed": "return x >= 1", "reason": "x is never 1."}


def test_the_names_of_functions_and_methods_are_read() -> None:
    functions = [mutant.function for mutant in parse_results(PRINTED)]
    assert functions == ["mlops.gate.reasons.combine"] * 3 + ["mlops.policy.Loosened.__str__"]


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="not known here"):
        _ = Mutant("mlops.gate:12", "killed").function


def test_timeouts_are_noticed_and_untested_mutants_survive() -> None:
    reasons, policy = score(parse_results(PRINTED))
    assert (reasons.module, reasons.mutants, reasons.killed, reasons.timeout, reasons.survived) == (
        "mlops.gate.reasons", 3, 1, 1, 1,
    )  # fmt: skip
    assert (policy.mutants, policy.survived) == (1, 1)


@pytest.mark.parametrize("text", ["", PRINTED + "    mlops.gate.reasons.x_combine__mutmut_4: not checked\n"])
def test_a_run_that_was_broken_off_is_no_result(text: str) -> None:
    with pytest.raises(InputRefusedError, match="not all judged"):
        parse_results(text)


def test_the_changed_line_is_read() -> None:
    assert parse_diff(SHOWN) == ("return x >= 1", "return x > 1")


def test_a_reason_is_given_to_the_mutant_it_was_written_for() -> None:
    (found,) = explain([(MUTANT, *parse_diff(SHOWN))], [REASON | {"added": "return x > 1"}])
    assert found.reason == "x is never 1."
    (found,) = explain([(MUTANT, "return x >= 1", "return x >= 2")], [])
    assert found.reason == ""


@pytest.mark.parametrize("added", ["return x < 1", ["return x > 1", "return x < 1"]])
def test_a_reason_for_a_mutant_that_does_not_survive_is_refused(added: object) -> None:
    with pytest.raises(UsageRefusedError, match="does not survive"):
        explain([(MUTANT, *parse_diff(SHOWN))], [REASON | {"added": added}])


def test_the_committed_reasons_are_complete() -> None:
    for one in tomllib.loads(mutation.REASONS.read_text(encoding="utf-8"))["survivor"]:
        assert one.keys() == {"function", "removed", "added", "reason"}
        assert all(one.values())


def test_decorated_functions_are_named_as_left_alone() -> None:
    found = unmutated(ROOT, ["benchmarks/*", "mlops/documents.py", "mlops/config.py"])
    assert "mlops.documents.canonical_json" not in found
    assert all(name.startswith(("mlops.documents.", "mlops.config.")) for name in found)
    assert found


def test_the_page_shows_every_survivor() -> None:
    survivors = [
        Survivor(function="f", removed="a", added="b", untested=False, reason="Equal."),
        Survivor(function="g", removed="a", added="c", untested=False, reason=""),
        Survivor(function="h", removed="a", added="d", untested=True, reason=""),
    ]
    found = Mutation(
        machine=Machine(cpu="a processor", cores=2, versions={}),
        code=CodeVersion(commit="0" * 40, dirty=True),
        tool="mutmut 3",
        tests=("tests/gate",),
        mutants=4,
        score=0.25,
        modules=tuple(score(parse_results(PRINTED))),
        survivors=tuple(survivors),
        unmutated=("mlops.gate.x",),
    )
    text = mutation_page.render(found.model_dump(mode="json"))
    assert "**25.0 %** of 4 mutants" in text
    for words in ("`f`: Equal.", "**no reason yet**", "no test calls the function", "+ d", "`mlops.gate.x`"):
        assert words in text
