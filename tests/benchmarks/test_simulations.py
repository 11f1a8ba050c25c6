"""The simulations: the truth of every scenario is what it says, and the page shows what was counted."""

import numpy as np
import pytest

from benchmarks import simulations_page
from benchmarks.machine import Machine
from benchmarks.simulations import decisions
from benchmarks.simulations.coverage import cover
from benchmarks.simulations.results import Decisions, ExactPass, FalsePass, NeededRows, Simulations
from benchmarks.simulations.samples import SCENARIOS, Scenario, scenario
from mlops.intervals.proportions import wilson_lower
from mlops.provenance import CodeVersion


@pytest.mark.parametrize("one", SCENARIOS, ids=lambda one: one.name)
def test_the_true_rate_of_a_scenario_is_the_one_asked_for(one: Scenario) -> None:
    generator = np.random.default_rng(0)
    drawn = [one.draw(generator, 400, 0.9) for _ in range(300)]
    hits = sum(float(sample.weight[sample.hit].sum()) for sample in drawn)
    assert hits / sum(float(sample.weight.sum()) for sample in drawn) == pytest.approx(0.9, abs=0.015)
    assert all(400 <= len(sample.hit) < 480 for sample in drawn)


def test_names_of_scenarios_are_unique_and_every_decision_has_one() -> None:
    names = [one.name for one in SCENARIOS]
    assert len(set(names)) == len(names)
    assert {name for name, _ in decisions._CLUSTERED} <= set(names)


def test_a_correlation_of_one_is_errors_by_whole_entities() -> None:
    sample = scenario("five rows an entity, correlation 1").draw(np.random.default_rng(0), 500, 0.8)
    by_entity = np.bincount(sample.cluster, weights=sample.hit)
    assert set(by_entity) == {0, 5}


def test_what_passes_on_independent_rows_is_wilsons_bound() -> None:
    least = decisions.smallest_passing(200, "lower_bound")
    assert wilson_lower(least, 200, 0.95) >= 0.92 > wilson_lower(least - 1, 200, 0.95)
    assert decisions.smallest_passing(200, "point") == 184
    assert decisions.smallest_passing(31, "lower_bound") == 32
    assert decisions.smallest_passing(32, "lower_bound") == 32


def test_a_point_estimate_passes_a_worse_model_in_a_fifth_of_cases() -> None:
    assert decisions._pass_probability(200, 0.90, "point") == pytest.approx(0.21, abs=0.01)
    assert decisions._pass_probability(200, 0.90, "lower_bound") < 0.01


def test_the_page_tells_what_lies_outside() -> None:
    found = cover(scenario("independent"), sizes=(50,), rates=(0.9,), samples=4, replicates=50)
    narrow = found.model_copy(update={"average": found.average.model_copy(update={"both": 0.9, "lower": 0.93})})
    results = Simulations(
        machine=Machine(cpu="a processor", cores=2, versions={"python": "3.11.7"}),
        code=CodeVersion(commit="0" * 40, dirty=False),
        seconds=90,
        samples=4,
        decided=5,
        replicates=50,
        rates=(0.9,),
        sizes=(50,),
        coverage=(narrow,),
        decisions=Decisions(
            exact=(ExactPass(threshold=0.92, truth=0.9, n=200, point=0.21, lower_bound=0.001),),
            needed=(NeededRows(threshold=0.92, truth=1.0, power=0.8, first=32, always=32),),
            false_pass=(FalsePass(name="independent", n=200, point=0.5, lower_bound=0.04, naive=0.05),),
        ),
    )
    text = simulations_page.render(results.model_dump(mode="json"))
    assert "Narrower than 93 %, which is not: independent." in text
    assert "A false-pass rate above 6 %: independent." in text
    assert "| 0.9 | 200 | 21.0 | 0.1 |" in text
    assert "| 1 | 32 | 32 |" in text
