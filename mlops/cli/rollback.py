"""``mlops rollback``: serve again what was served before, at once, and have environments.json say so."""

from dataclasses import replace
from pathlib import Path

import click

from mlops import registry
from mlops.card.checking import refuse_unsound
from mlops.card.deployed import declare
from mlops.cli import outputs, reconciled
from mlops.cli.common import emit_json
from mlops.cli.targets import Place, answer, environment_option, health_option, in_lines, sentence, target_option
from mlops.deploy.placing import read_pointer
from mlops.deploy.switching import Switched, bring_back, end_trial, former, verify
from mlops.environments import PATH
from mlops.errors import ExitCode, UsageRefusedError
from mlops.ids import ModelId


@click.command("rollback", epilog="Example: mlops rollback --environment production --to er_20251020")
@environment_option
@click.option("--task", metavar="NAME", help="Of which task; not needed where the environment serves one.")
@click.option("--to", metavar="ID", help="Which model; the one before by default.")
@target_option
@health_option
@reconciled.report_option
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def command(
    environment: str,
    task: str | None,
    to: str | None,
    target: str | None,
    health: str | None,
    report: Path | None,
    as_json: bool,
) -> int:
    """Serve a model again that was live before: no new gate, while it was replaced not longer ago than mlops.toml says.

    Every file of it is hashed again on the target, and it must score its golden rows as ever. environments.json is
    changed, too: commit it, or the next `mlops reconcile` brings the other model back. If the server does not take the
    model, the other one is served on (exit 1); a server that named no model before either is only warned of.
    """
    place = Place.find(environment, target, health)
    name = _task(place, task, to)
    place.desired.refuse_unknown(name)
    place.refuse_absent(
        "Nothing was ever served from there, so nothing can come back.",
        f"If it is right, deploy: mlops reconcile {place.words} --artifact FOLDER",
    )
    with place.alone():
        model, done = _back(place, name, to)
    failed = done.state == "rolled back"
    if not failed:
        declare(place.root, place.desired.declared, environment, ModelId.parse(model))
    reconciled.write(report, place.desired, place.target.uri, {name: model}, {name: done}, rollback=True)
    said = sentence(place, name, done)
    warning = f"warning: the rollback stands. {in_lines(done.reason)}" if done.reason and not failed else ""
    outputs.summarise("".join(f"{line}\n" for line in (said, warning) if line))
    if warning:
        click.echo(warning, err=True)
    outputs.tell("rollback", {"state": "failure" if failed else "success", "model-id": model})
    if as_json:
        emit_json({name: answer(done)})
    else:
        click.echo(
            said if failed else f"{said}\nNext: commit {PATH.as_posix()} and the cards, which say so now; merge it."
        )
    return int(ExitCode.FAIL if failed else ExitCode.DONE)


def _back(place: Place, task: str, to: str | None) -> tuple[str, Switched]:
    """End a trial, or bring back the model before unless that is done; return what is served."""
    pointer, why = read_pointer(place.target, place.environment, task), place.why()
    live = pointer.live.model_id if pointer.live else ""
    if pointer.trial is not None and live and to in {None, live}:
        return live, end_trial(place.target, pointer)
    done = live != place.desired.models.get(task, live) or (bool(pointer.before) and pointer.before[0].taken_back)
    if live and (to == live or (to is None and done)):
        verify(place.target, pointer)
        return live, Switched("unchanged", pointer, pointer)
    back = former(pointer, to, place.rules.rollback_days, why.now)
    model = ModelId.parse(back.model_id)
    refuse_unsound(model, place.root)
    verdict = registry.read_record(place.root / registry.path_of(model)).verdict
    if verdict == "fail":
        raise UsageRefusedError(
            "This model must not come back.", field="--to", found=model, why=f"The verdict on {model} is {verdict}.",
            expected="a model whose card does not say that it failed", fix="Name another with --to, or deploy one.",
        )  # fmt: skip
    test, silence = place.test(task), place.silence()
    healthy = place.healthy(task, silence)
    if not silence:
        return str(model), bring_back(place.target, pointer, back, why, test=test, healthy=healthy)
    # Whoever named no model before cannot say that this one is at fault: it would bring back the one to get away from.
    anyway = bring_back(place.target, pointer, back, why, test=test, healthy=lambda _: "")
    return str(model), replace(anyway, reason=healthy(anyway.pointer.live))


def _task(place: Place, task: str | None, to: str | None) -> str:
    if to is not None:
        named = ModelId.parse(to).dataset.task
        if task in {None, named}:
            return named
    elif task is not None:
        return task
    served = sorted(place.desired.declared.environments[place.environment])
    if task is None and len(served) == 1:
        return served[0]
    raise UsageRefusedError(
        "It is not clear which task shall be rolled back.", field="--task",
        expected=" or ".join(served) or "a task that the environment serves, and it serves none",
        found=task or "nothing", fix=f"mlops rollback {place.words} --task {(served or ['er'])[0]}",
    )  # fmt: skip
