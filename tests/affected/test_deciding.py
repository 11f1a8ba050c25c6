"""Whether a change is judged: each thing that a model depends on, alone; and whatever cannot be told."""

from typing import Any

import pytest

from mlops.affected import Facts, State, decide
from mlops.config import Criterion, SplitSettings, TaskSettings, ThresholdSettings
from mlops.trees import Fingerprint
from tests import factories

OLD, NEW = "data_manifests/er_20251020.json", "data_manifests/er_20251120.json"
ONE, OTHER = Fingerprint("text 1"), Fingerprint("text 2")
FILES = {"code/a.py": ONE, "code/b.py": ONE}


def settings(**changes: Any) -> TaskSettings:
    return factories.task_settings(**({"code": ("code",)} | changes))


def state(**changes: Any) -> State:
    known: dict[str, Any] = {"settings": settings(), "manifests": {OLD: ONE}, "files": FILES}
    return State(**(known | changes))


def facts(base: State | None = None, head: State | None = None, **changes: Any) -> Facts:
    pins = {"er_20251020": "a" * 64, "er_20251120": "b" * 64, "er_20251220": "c" * 64}
    known: dict[str, Any] = {"task": "er", "base": base or state(), "head": head or state(), "pins": pins}
    return Facts(**(known | changes))


def test_without_a_difference_nothing_is_judged_and_dataset_and_champion_are_named_all_the_same() -> None:
    decision = decide(facts(champion="er_20251020"))
    assert not decision.judge
    assert (decision.reasons, decision.notes) == ((), ())
    assert (decision.dataset_id, decision.dataset_hash) == ("er_20251020", "a" * 64)
    assert decision.champion == "er_20251020"


def test_a_new_manifest_is_judged_on_its_own_dataset() -> None:
    decision = decide(facts(head=state(manifests={OLD: ONE, NEW: ONE})))
    assert decision.judge
    assert decision.reasons == (f"Data: {NEW} was added.",)
    assert (decision.dataset_id, decision.dataset_hash) == ("er_20251120", "b" * 64)


def test_a_changed_manifest_is_judged_though_a_newer_one_stands_there() -> None:
    both = {OLD: ONE, NEW: ONE}
    decision = decide(facts(base=state(manifests=both), head=state(manifests=both | {OLD: OTHER})))
    assert decision.reasons == (f"Data: {OLD} was changed.",)
    assert decision.dataset_id == "er_20251020"


def test_of_several_new_manifests_the_newest_is_judged_and_the_others_are_named() -> None:
    manifests = {OLD: ONE, "data_manifests/er_20251220.json": ONE, NEW: ONE}
    decision = decide(facts(head=state(manifests=manifests)))
    assert decision.dataset_id == "er_20251220"
    assert decision.notes == ("The change adds or alters 2 datasets; er_20251220 is judged, er_20251120 not.",)


def test_a_removed_manifest_is_told_and_judged_only_where_it_was_the_newest() -> None:
    both = state(manifests={OLD: ONE, NEW: ONE})
    older = decide(facts(base=both, head=state(manifests={NEW: ONE})))
    assert (older.judge, older.notes) == (False, (f"{OLD} was removed.",))
    newest = decide(facts(base=both, head=state(manifests={OLD: ONE})))
    assert (newest.judge, newest.reasons) == (True, (f"Data: {NEW} was removed, the base branch's newest.",))
    assert newest.dataset_id == "er_20251020"


def test_a_manifest_of_another_task_concerns_another_model() -> None:
    assert not decide(facts(head=state(manifests={OLD: ONE, "data_manifests/claims_20251120.json": ONE}))).judge


@pytest.mark.parametrize("name", ["ER_20251120.json", "er_2025112.json", "x\n.json"])
def test_a_new_file_among_the_manifests_that_is_named_like_none_is_judged(name: str) -> None:
    decision = decide(facts(head=state(manifests={OLD: ONE, f"data_manifests/{name}": ONE})))
    assert decision.judge
    assert "not named like a manifest" in decision.reasons[0]
    assert decision.reasons[0].isprintable()


def test_a_manifest_that_cannot_be_compared_or_is_not_valid_is_judged() -> None:
    unknown = decide(facts(head=state(manifests={OLD: Fingerprint(unknown="a link out of the tree")})))
    assert f"Data: {OLD} cannot be compared." in unknown.reasons
    invalid = decide(facts(pins={"er_20251020": ""}))
    assert invalid.reasons == ("Data: the manifest of er_20251020 is not valid.",)
    assert (invalid.dataset_id, invalid.dataset_hash) == ("er_20251020", "")


def test_a_task_without_a_dataset_names_none() -> None:
    nothing = state(manifests={})
    assert decide(facts(base=nothing, head=nothing)).dataset_id == ""


def test_another_policy_is_judged_and_the_field_is_named() -> None:
    criteria = {"precision": Criterion(min=0.95), "recall": Criterion(min=0.88), "f1": Criterion(min=0.90)}
    decision = decide(facts(head=state(settings=settings(policy=factories.policy(criteria=criteria)))))
    assert decision.reasons == (
        "mlops.toml: tasks.er.policy.criteria.precision.min is 0.92 on the base branch, 0.95 here.",
    )


def test_a_criterion_that_was_left_out_is_judged() -> None:
    decision = decide(facts(head=state(settings=settings(policy=factories.policy(criteria={})))))
    assert len(decision.reasons) == 3
    assert all("nothing here" in reason for reason in decision.reasons)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": 7}, "tasks.er.seed is 42 on the base branch, 7 here."),
        ({"sample_size": 500}, "tasks.er.sample_size is 10000 on the base branch, 500 here."),
        ({"split": SplitSettings(test_share=0.3)}, "tasks.er.split.test_share is 0.2 on the base branch, 0.3 here."),
        ({"threshold": ThresholdSettings(confidence=0.9)}, "tasks.er.threshold.confidence is 0.95"),
    ],
)
def test_each_setting_that_makes_a_model_is_judged(change: dict[str, Any], reason: str) -> None:
    (found,) = decide(facts(head=state(settings=settings(**change)))).reasons
    assert reason in found


@pytest.mark.parametrize(
    "change",
    [{"description": "other"}, {"card": factories.card_settings(contact="someone")}],
)
def test_words_make_no_model(change: dict[str, Any]) -> None:
    assert not decide(facts(head=state(settings=settings(**change)))).judge


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (FILES | {"code/a.py": OTHER}, "Code: code/a.py was changed."),
        (FILES | {"code/c.py": ONE}, "Code: code/c.py was added."),
        ({"code/a.py": ONE}, "Code: code/b.py was removed."),
        (FILES | {"code/b.py": Fingerprint(unknown="no regular file")}, "Code: code/b.py cannot be compared"),
    ],
)
def test_each_change_of_code_is_judged(files: dict[str, Fingerprint], reason: str) -> None:
    decision = decide(facts(head=state(files=files)))
    assert decision.judge
    assert reason in decision.reasons[0]


def test_of_very_many_files_some_are_named_and_the_others_counted() -> None:
    decision = decide(facts(head=state(files={f"code/{number}\n.py": ONE for number in range(1000)})))
    assert len(decision.reasons) == 21
    assert decision.reasons[-1] == "Code: 982 further files."
    assert all(reason.isprintable() for reason in decision.reasons)


def test_a_glob_that_matches_nothing_is_judged_for_code_could_change_unseen() -> None:
    declared = settings(code=("code", "cod/*.py"))
    decision = decide(facts(base=state(settings=declared), head=state(settings=declared)))
    assert decision.reasons == ("mlops.toml: tasks.er.code: cod/*.py matches no file, here and on the base branch.",)


def test_other_globs_are_told_and_no_globs_too() -> None:
    assert "the files of both count" in decide(facts(head=state(settings=settings(code=())))).notes[0]
    none = state(settings=settings(code=()), files={})
    decision = decide(facts(base=none, head=none))
    assert (decision.judge, len(decision.notes)) == (False, 1)
    assert "a change of code is not noticed" in decision.notes[0]


def test_a_task_that_is_new_and_settings_that_cannot_be_read_are_judged() -> None:
    new = decide(facts(base=state(settings=None)))
    assert new.reasons == ("The base branch does not declare this task: it is new.",)
    broken = decide(facts(base=state(settings=None, problem="not valid TOML\n")))
    assert broken.reasons == (r"The settings of the base branch cannot be read: not valid TOML\n",)


def test_what_is_not_known_of_the_champion_is_judged() -> None:
    decision = decide(facts(unknown=("The model in production cannot be told: why",)))
    assert (decision.judge, decision.champion) == (True, "")
