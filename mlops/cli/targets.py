"""What the verbs that deploy share: the environment, its target, who asks, and the model that proves itself there."""

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops import environments, provenance
from mlops.admission import refuse_undeclared
from mlops.cli import outputs
from mlops.cli.common import load_settings, repository_root, shown_path
from mlops.config import Settings
from mlops.deploy.document import Placed, Trial
from mlops.deploy.switching import Healthy, Switched, Test, Why
from mlops.deploy_settings import DeploySettings
from mlops.environments import Environments, parse_environment
from mlops.errors import UsageRefusedError
from mlops.storage import health
from mlops.storage.target import Target

if TYPE_CHECKING:
    from mlops.deploy.loading import Known

environment_option = click.option(
    "--environment", "environment", default=environments.PRODUCTION, show_default=True, metavar="NAME",
    help="Where.",
)  # fmt: skip
target_option = click.option(
    "--target", metavar="URI", help="Where it is served from; mlops.toml's by default: a folder, s3://, gs:// or az://."
)
health_option = click.option(
    "--health", metavar="URL", help="The server's /readyz, asked after the switch; mlops.toml's by default."
)

_DO_NOW = " Do now: "


@dataclass(frozen=True)
class Desired:
    """An environment as the repository declares it.

    Attributes:
        golden_rows: Test rows that go along with a model.
    """

    root: Path
    settings: Settings
    environment: str
    declared: Environments
    golden_rows: int

    @classmethod
    def of(cls, environment: str) -> "Desired":
        """Return what is declared of an environment, wherever it is served from.

        Raises:
            UsageRefusedError: It is not declared.
        """
        root = repository_root()
        settings, declared = load_settings(root), environments.read(root)
        refuse_undeclared(parse_environment(environment), declared)
        rules = settings.deploy.get(environment, DeploySettings(target="."))
        return cls(root, settings, environment, declared, rules.golden_rows)

    @property
    def models(self) -> Mapping[str, str]:
        """Return the declared model of each task."""
        return self.declared.environments[self.environment]

    def refuse_unknown(self, task: str) -> None:
        """Refuse a task that is neither declared here nor in the settings; raises UsageRefusedError."""
        known = sorted({*self.models, *self.settings.tasks})
        if task not in known:
            raise UsageRefusedError(
                "There is no such task.", field="--task", expected=" or ".join(known), found=ascii(task[:100]),
                fix="Correct the name.",
            )  # fmt: skip

    def test(self, task: str, where: str, known: "Known | None" = None) -> Test:
        """Return what has a model prove itself from its files, which stand at ``where``."""

        def tested(files: Mapping[str, bytes]) -> None:
            from mlops.cli.plugs import open_task  # noqa: PLC0415  # a refusal of an option needs no learner
            from mlops.deploy import loading  # noqa: PLC0415  # the same

            loading.load(files, open_task(task), place=where, known=known)

        return tested


@dataclass(frozen=True)
class Place:
    """An environment and where it is served from.

    Attributes:
        given: The target that ``--target`` named; empty if ``mlops.toml`` did.
    """

    desired: Desired
    rules: DeploySettings
    target: Target
    given: str = ""

    @classmethod
    def find(cls, environment: str, target: str | None, health_url: str | None = None) -> "Place":
        """Return the place of an environment.

        Raises:
            UsageRefusedError: It is not declared, or nothing says where it is served from.
        """
        desired = Desired.of(environment)
        settings = desired.settings
        rules = DeploySettings(target=target) if target else settings.environment(environment)
        if target and environment in settings.deploy:
            rules = settings.deploy[environment].model_copy(update={"target": target})
        if health_url is not None:
            rules = rules.model_copy(update={"health": health_url})
        _refuse_fleeting(rules.target)
        return cls(desired, rules, Target.open(rules.target, root=desired.root), target or "")

    @property
    def root(self) -> Path:
        """Return the repository."""
        return self.desired.root

    @property
    def environment(self) -> str:
        """Return the environment's name."""
        return self.desired.environment

    @property
    def words(self) -> str:
        """Return the options that name this place, for a command to run now."""
        target = f" --target {shlex.quote(self.given)}" if self.given else ""
        return f"--environment {self.environment}{target}"

    def refuse_absent(self, why: str, fix: str = "") -> None:
        """Refuse a folder that does not exist.

        Args:
            why: What speaks for a misspelling.
            fix: What to do where the name is right; empty has it made by hand.

        Raises:
            UsageRefusedError: It does not exist.
        """
        if not self.target.is_there():
            named = self.desired.settings.deploy.get(self.environment)
            folder = shlex.quote(str(shown_path(self.root / self.target.uri)))
            raise UsageRefusedError(
                "There is no such folder; nothing was changed.", file=self.target.uri,
                field="--target" if self.given else "target", found="nothing", why=why,
                expected=named.target if named and self.given else "the folder that this environment is served from",
                fix=f"Correct the name. {fix or f'If it is meant: mkdir -p {folder}, then run this again.'}",
            )  # fmt: skip

    def test(self, task: str, known: "Known | None" = None) -> Test:
        """Return what has a model prove itself from its files on the target."""
        return self.desired.test(task, self.target.uri, known)

    def silence(self) -> str:
        """Return why the server does not say which models it serves, before a switch; empty if it does."""
        return health.silence_of(self.rules.health) if self.rules.health else ""

    def healthy(self, task: str, silence: str | None = None) -> Healthy:
        """Return what asks the server after a switch.

        Args:
            task: Which task.
            silence: What :meth:`silence` said before the switch; None asks now.
        """
        url, before = self.rules.health, self.silence() if silence is None else silence

        def ask(placed: Placed | None) -> str:
            if placed is None or not url:
                return ""
            seconds = self.rules.health_seconds

            def waiting(why: str, left: float) -> None:
                click.echo(f"{task}: {url} is asked for {left:.0f} s more. {why}", err=True)

            said = health.wait_for(url, task, placed.model_id, placed.artifact_sha256, seconds=seconds, waiting=waiting)
            if not said or not before:
                return said and f"{said} Asked at {url}."
            return (
                f"{said} Asked at {url}, which named no model before the switch either, so this tells nothing of "
                f"{placed.model_id}.{_DO_NOW}Start the server, or correct `health`; then curl --fail {url}"
            )

        return ask

    def why(self) -> Why:
        """Return who asks: the commit that is checked out, now."""
        now = datetime.now(UTC).replace(microsecond=0)
        return Why(now, provenance.code_version(self.root).commit, provenance.run_url(os.environ))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other deployments out of the target."""
        with self.target.alone():
            yield


def named(placed: Placed | None) -> str:
    """Return the id of a model, or that there is none."""
    return "no model" if placed is None else placed.model_id


def sentence(place: Place, task: str, done: Switched) -> str:
    """Return what came of a change, in a sentence."""
    old, new = named(done.before.live), named(done.pointer.live)
    where = f"{place.environment} ({place.target.uri})"
    if done.state == "rolled back":
        return f"{task}: {where} serves {new} again. {in_lines(done.reason)}"
    now, ended = done.pointer.trial, _ended(done)
    if done.state == "unchanged":
        beside = "" if now is None else f", and beside it {_tried(now)}"
        return f"{task}: {where} serves {new} already{beside}; every hash holds."
    if now is not None:
        return f"{task}: {where} serves {new}, and beside it {_tried(now)}.{ended}"
    if ended and old == new:
        return f"{task}: {where} serves {new} alone again.{ended}"
    return f"{task}: {where} serves {new} instead of {old}.{ended}"


def _tried(trial: Trial) -> str:
    share = f"which answers {trial.share} % of the entities" if trial.mode == "canary" else "which is only logged"
    return f"{trial.placed.model_id} as {trial.mode}, {share}"


def _ended(done: Switched) -> str:
    """Return that a trial was ended by a change, and of which model; empty if none was, or if its model goes on."""
    trial = done.before.trial
    after = (done.pointer.live, done.pointer.trial.placed if done.pointer.trial else None)
    if trial is None or trial.placed.artifact_sha256 in {one.artifact_sha256 for one in after if one is not None}:
        return ""
    return f" The trial of {_tried(trial)}, has ended."


def in_lines(reason: str) -> str:
    """Return a reason for a terminal: what to do now has a line of its own there."""
    return reason.replace(_DO_NOW, "\n  do now: ")


def answer(done: Switched) -> dict[str, object]:
    """Return what came of a change as JSON values."""
    trial = done.pointer.trial
    return {
        "state": done.state,
        "live": done.pointer.live.model_id if done.pointer.live else None,
        "before": done.before.live.model_id if done.before.live else None,
        "trial": None
        if trial is None
        else {"model_id": trial.placed.model_id, "mode": trial.mode, "share": trial.share},
        "sequence": done.pointer.sequence,
        "reason": done.reason,
    }


def _refuse_fleeting(uri: str) -> None:
    """Refuse a folder in a job's checkout: the runner throws it away, and GitHub would show a deployment of nothing."""
    if outputs.here() is not None and "://" not in uri and not Path(uri).is_absolute():
        raise UsageRefusedError(
            "This folder does not outlive the job.", field="target", found=uri,
            expected="a bucket (s3://, gs://, az://), or the absolute path of a folder on a runner of your own",
            fix="Name one under [deploy.<environment>] in mlops.toml, or none: then the release is what is used.",
        )  # fmt: skip
