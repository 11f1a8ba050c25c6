"""May a model be served in an environment? Its card says how it was judged; of a certified task the ledger decides."""

from pathlib import Path

from mlops import registry
from mlops.certification import keeping
from mlops.certification.status import PRODUCTION, Permission, may_deploy, status
from mlops.config import Settings
from mlops.ids import ModelId
from mlops.provenance import CodeVersion, undeployable

ALL = (100,)


def permission(
    model: ModelId, environment: str, *, root: Path, settings: Settings, today: str, former: bool = False
) -> Permission:
    """Return whether a model may be served in an environment, and to how many.

    Args:
        model: The model; its card must be committed.
        environment: Where.
        root: The repository.
        settings: Its settings.
        today: The day, as ``YYYY-MM-DD``: a certificate expires.
        former: Whether it was live there before. Then it may come back while another model holds the tier, but not
            after its own verdict is no pass any more, or the tier was lost or revoked.

    Raises:
        InputRefusedError: There is no card, or it cannot be read, or the ledger does not hold.
        UsageRefusedError: The task is not declared.
    """
    record = registry.read_record(root / registry.path_of(model))
    found = _judged(model, environment, record, root=root, settings=settings, today=today, former=former)
    if found.allowed and record.code_dirty and not former:  # admission would refuse it, after the merge
        code = CodeVersion(commit=record.code_commit, dirty=True)
        return Permission(allowed=False, shares=(), reason=undeployable(str(model), code))
    return found


def _judged(
    model: ModelId,
    environment: str,
    record: registry.Record,
    *,
    root: Path,
    settings: Settings,
    today: str,
    former: bool,
) -> Permission:
    """Return what the gate and, of a certified task, the ledger allow."""
    task = model.dataset.task
    certification = settings.task(task).certification
    if certification is None:
        if record.verdict == "pass":
            return Permission(allowed=True, shares=ALL, reason=f"{model} passed its gate.")
        return Permission(allowed=False, shares=(), reason=f"The verdict on {model} is {record.verdict}.")
    ledger = keeping.read(keeping.path_of(task, root / registry.FOLDER))
    found = status(ledger, certification, today)
    asked = may_deploy(found, environment, gate=record.verdict, rollout=certification.beta_rollout)
    if former and asked.allowed:
        return Permission(allowed=True, shares=ALL, reason=f"{model} was live before.")
    if environment == PRODUCTION and asked.allowed and found.model_id != str(model):
        return Permission(allowed=False, shares=(), reason=f"The tier {found.tier} is held by {found.model_id}.")
    return asked
