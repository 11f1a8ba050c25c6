"""Each ``action.yml`` as data: inputs are options, outputs are the verb's, and the shell sees neither."""

import re

import pytest

from mlops.cli.outputs import OUTPUTS
from tests.actions.documents import INPUT, Action, actions, expression
from tests.actions.verbs import name_of, options, run_steps

ALL = actions()
WRAPPING = [action for action in ALL if action.name != "setup"]

APP = {"app-client-id": "MLOPS_APP_CLIENT_ID", "app-private-key": "MLOPS_APP_PRIVATE_KEY"}
"""Inputs that sign for a token in place of the one that is given."""

PLUMBING = {"MLOPS", "MLOPS_EXTRA", "GITHUB_TOKEN", "VERB", "ARTIFACT", "SUBJECT", *APP.values()}
"""What a step's environment holds besides twins of options: what runs, the token, the arguments."""

ARGUMENTS = {"verb": "VERB", "artifact": "ARTIFACT", "subject": "SUBJECT", "token": "GITHUB_TOKEN", **APP}
"""Inputs that are no options, and the variables that carry them."""

EMPTY_IS_REFUSED = {"artifact-sha256": "ARTIFACT_SHA256", "gate-sha256": "GATE_SHA256"}
"""Inputs of model-release that are passed as options: an empty twin would mean "not given", and check nothing."""

LEFT_OUT = {
    "verify": set(),
    "train": {"dataset", "code-commit"},  # an action names data by date and hash, and runs in a checkout
    "intake": set(),
    # One dataset by date and hash, judged as mlops.toml says: the rest is for people.
    # A further id is for models whose card stands beside another; the certificate is of its dataset alone.
    "run": {"dataset", "data", "model-id", "out", "sample-size", "min-precision", "min-recall", "min-f1", "base"},
    "gate": {"evaluation", "slice", "out", "summary"},  # it always scores again, and gate.json lies by the artifact
    "card": {"check"},  # mlops check does that
    "admit": set(),
    "bot release": {"deadline", "commit"},  # model-release takes the defaults
    "reconcile": set(),
    "rollback": set(),
}
"""Options that the wrapping action leaves at their defaults, with the reason; ``--json`` is for programs."""

RENAMED = {"release-url": "url"}
"""Outputs of model-release, which runs several verbs, whose own name would not say whose they are."""

WHERE_A_BUCKET_MAY_BE = {"model-reconcile", "model-rollback"}
"""Actions that reach a target, which may be a bucket whose client is an extra; they hold no token of GitHub."""

COLOURS = {"white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"}

per_action = pytest.mark.parametrize("action", ALL, ids=lambda action: action.name)
per_wrapping = pytest.mark.parametrize("action", WRAPPING, ids=lambda action: action.name)


@per_action
def test_it_can_stand_in_the_marketplace(action: Action) -> None:
    assert action.says["name"]
    assert len(action.says["description"]) <= 125
    assert action.says["author"]
    assert action.says["branding"]["color"] in COLOURS
    assert re.fullmatch(r"[a-z-]+", action.says["branding"]["icon"])
    assert action.says["runs"]["using"] == "composite"


def test_no_two_actions_have_one_name() -> None:
    names = [action.says["name"] for action in ALL]
    assert len(set(names)) == len(names)


@per_action
def test_every_input_and_output_is_described_in_sentences(action: Action) -> None:
    for field in (*action.inputs.values(), *action.outputs.values()):
        assert str(field["description"]).strip().endswith("."), field


@per_action
def test_an_input_is_required_or_has_a_default(action: Action) -> None:
    for name, field in action.inputs.items():
        assert (field.get("required") is True) != ("default" in field), name


@per_action
def test_every_input_reaches_a_step_and_no_step_asks_for_another(action: Action) -> None:
    used = {name for step in action.steps for name in INPUT.findall(str({**step, "run": ""}))}
    assert used == set(action.inputs)


@per_action
def test_the_shell_sees_no_expression(action: Action) -> None:
    assert [step["run"] for step in action.steps if "${{" in str(step.get("run", ""))] == []


@per_action
def test_every_shell_is_bash_and_every_step_has_a_name(action: Action) -> None:
    assert {step["shell"] for step in action.steps if "run" in step} == {"bash"}
    assert all(step["name"] for step in action.steps)


@per_wrapping
def test_it_begins_with_the_set_up_of_one_extra(action: Action) -> None:
    first, *others = action.steps
    assert first["id"] == "setup"
    assert first["run"] == '"$GITHUB_ACTION_PATH/../setup/install.sh"'
    extra = "bot" if "token" in action.inputs else "train"
    if action.name in WHERE_A_BUCKET_MAY_BE:
        extra = "${{ inputs.extra }}"
    assert first["env"] == {"MLOPS_EXTRA": extra}
    assert {step["env"]["MLOPS"] for step in others} == {"${{ steps.setup.outputs.mlops }}"}


@per_wrapping
def test_its_steps_run_verbs_and_nothing_else(action: Action) -> None:
    option = r'--[a-z0-9-]+ "\$[A-Z0-9_]+"'
    argument = r'(?:-- "\$ARTIFACT"|\$\{(?P<name>ARTIFACT|SUBJECT):\+-- "\$(?P=name)"\})'
    other = argument.replace("name", "other")
    quoted = re.compile(rf'"\$MLOPS"(?: [a-z]+){{1,2}}(?: "\$VERB")?(?: {option})*(?: {argument})?(?: {other})?')
    for step in action.steps[1:]:
        assert quoted.fullmatch(step["run"]), step["run"]
    assert [step for step, _ in run_steps(action)] == action.steps[1:]


@per_wrapping
def test_whoever_gets_a_token_installs_the_bot_alone(action: Action) -> None:
    holders = [step for step in action.steps if "token" in INPUT.findall(str(step))]
    assert all(list(step["env"]).count("GITHUB_TOKEN") == 1 for step in holders)
    if "token" in action.inputs:
        assert action.steps[0]["env"] == {"MLOPS_EXTRA": "bot"}
        assert action.inputs["token"]["default"] == "${{ github.token }}"


@per_wrapping
def test_every_line_of_environment_is_the_twin_of_an_option_spelled_as_its_input(action: Action) -> None:
    for step, verbs in run_steps(action):
        known = {twin: name_of(option) for verb in verbs for twin, option in options(verb).items()}
        for variable, value in step["env"].items():
            if variable in {*PLUMBING, *EMPTY_IS_REFUSED.values()}:
                continue
            assert variable in known, variable
            source = expression(value)
            if source.startswith("inputs."):
                assert source == f"inputs.{known[variable]}"


@per_wrapping
def test_every_input_is_an_option_of_a_verb_that_it_runs(action: Action) -> None:
    named = {name_of(option) for _, verbs in run_steps(action) for verb in verbs for option in options(verb).values()}
    of_set_up = {"extra"} if action.name in WHERE_A_BUCKET_MAY_BE else set()
    assert set(action.inputs) - set(ARGUMENTS) - named == of_set_up


@per_wrapping
def test_every_option_is_an_input_or_left_out_for_a_reason(action: Action) -> None:
    for step, verbs in run_steps(action):
        passed = {word.removeprefix("--") for word in re.findall(r" (--[a-z0-9-]+) ", step["run"])}
        for verb in verbs:
            own = {twin: name_of(option) for twin, option in options(verb).items()}
            given = {name for twin, name in own.items() if twin in step["env"]} | passed
            left = set() if action.name == "bot" else LEFT_OUT[verb]
            assert set(own.values()) - given - {"json"} == left, verb


@per_wrapping
def test_arguments_come_from_the_variables_named_after_them(action: Action) -> None:
    for step, _ in run_steps(action):
        for name, variable in {**ARGUMENTS, **EMPTY_IS_REFUSED}.items():
            if variable in step["env"]:
                assert step["env"][variable] == f"${{{{ inputs.{name} }}}}"
                assert f'"${variable}"' in step["run"] or variable in {"GITHUB_TOKEN", *APP.values()}


@per_wrapping
def test_defaults_are_the_verbs(action: Action) -> None:
    """An empty input is an empty twin, which means "not given"; what then holds is said where it is a fixed value."""
    for _, verbs in run_steps(action):
        for option in (option for verb in verbs for option in options(verb).values()):
            field = action.inputs.get(name_of(option))
            if field is None or field.get("required") or name_of(option) in ARGUMENTS:
                continue
            if option.is_flag:
                assert field["default"] == "false"
            elif name_of(option) == "task":
                assert field["default"] == ("er" if action.name == "verify-dataset" else "")
            else:
                assert field["default"] == ""
                if isinstance(option.default, str | int) and option.default != "":
                    assert str(option.default).split(" <")[0] in field["description"]


def test_flags_that_an_action_fixes_are_what_makes_it_a_gate() -> None:
    fixed = {
        (action.name, variable): value
        for action in WRAPPING
        for step, _ in run_steps(action)
        for variable, value in step["env"].items()
        if not expression(value)
    }
    assert fixed == {("er-precision-gate", "MLOPS_GATE_RESCORE"): "true"}


@per_wrapping
def test_every_output_is_one_that_the_verb_of_its_step_sets(action: Action) -> None:
    set_by = {step["id"]: verbs for step, verbs in run_steps(action) if "id" in step}
    for name, field in action.outputs.items():
        found = re.fullmatch(r"steps\.(\w+)\.outputs\.([\w-]+)", expression(field["value"]))
        assert found, name
        promised = {output for verb in set_by[found[1]] for output in OUTPUTS[verb]}
        assert found[2] in promised, name
        assert found[2] == RENAMED.get(name, name)


@pytest.mark.parametrize("action", [a for a in WRAPPING if a.name != "model-release"], ids=lambda action: action.name)
def test_every_output_of_the_verb_is_an_output_of_the_action(action: Action) -> None:
    promised = {output for _, verbs in run_steps(action) for verb in verbs for output in OUTPUTS[verb]}
    assert set(action.outputs) == promised


def test_a_release_follows_admission() -> None:
    release = next(action for action in WRAPPING if action.name == "model-release")
    assert [verb for _, verbs in run_steps(release) for verb in verbs] == ["admit", "bot release"]
    assert [step["name"] for step in release.steps if "if" in step] == []


def test_the_set_up_restores_no_cache_beside_a_token() -> None:
    [setup] = [action for action in ALL if action.name == "setup"]
    cached = [step for step in setup.steps if "cache" in str(step.get("uses", "")) or "key.sh" in str(step.get("run"))]
    assert [step["if"] for step in cached] == ["inputs.cache == 'true' && inputs.extra != 'bot'"] * 2
    assert "restore-keys" not in str(cached)
