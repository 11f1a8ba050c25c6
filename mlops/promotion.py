"""Promotion: a model becomes what an environment is to be served by, if its card holds and it may be served there."""

from pathlib import Path
from typing import Literal, NamedTuple

from mlops import environments
from mlops.admission import refuse_undeclared
from mlops.card.checking import refuse_unsound
from mlops.card.deployed import declare
from mlops.certification.status import Permission
from mlops.config import Settings
from mlops.environments import parse_environment
from mlops.ids import ModelId
from mlops.permission import ALL, permission

State = Literal["changed", "unchanged", "refused"]


class Promotion(NamedTuple):
    """What came of it.

    Attributes:
        state: ``refused`` if the model must not be served there; then nothing was written.
        before: The model that the environment was to be served by; empty if none was.
        shares: Of the entities, in percent: the steps by which the model may go live.
        reason: Why it may be served, or may not.
        paths: What was written, from the repository's root.
    """

    state: State
    before: str
    shares: tuple[int, ...]
    reason: str
    paths: tuple[Path, ...]


def promote(
    root: Path, settings: Settings, model: ModelId, environment: str, *, today: str, former: bool = False
) -> Promotion:
    """Have ``environments.json`` say that a model serves its task in an environment.

    Args:
        root: The repository.
        settings: Its settings.
        model: The model; its card must be committed.
        environment: One that ``environments.json`` declares.
        today: The day, as ``YYYY-MM-DD``: a certificate expires.
        former: Whether it was rolled back to, which no new judgement stands before: its card alone must hold.

    Raises:
        InputRefusedError: The model's card is absent or does not hold; nothing was written.
        UsageRefusedError: The environment or the task is not declared.
    """
    declared = environments.read(root)
    refuse_undeclared(parse_environment(environment), declared)
    refuse_unsound(model, root)
    if former:
        allowed = Permission(allowed=True, shares=ALL, reason=f"{model} was live before.")
    else:
        allowed = permission(model, environment, root=root, settings=settings, today=today)
    before = declared.environments[environment].get(model.dataset.task, "")
    if not allowed.allowed:
        return Promotion("refused", before, allowed.shares, allowed.reason, ())
    if before == str(model):
        return Promotion("unchanged", before, allowed.shares, allowed.reason, ())
    return Promotion("changed", before, allowed.shares, allowed.reason, declare(root, declared, environment, model))
