"""Propose that an environment be served by a model: a pull request that changes one line, and the cards that say so."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from mlops import config
from mlops.bot.client import GitHub
from mlops.bot.growing import Tree
from mlops.bot.keys import key_of
from mlops.bot.racing import Proposal, Published, Road, nothing_to_do, propose, race
from mlops.errors import UsageRefusedError
from mlops.ids import ModelId
from mlops.promotion import Promotion, promote

BRANCHES = "mlops/deploy-"


@dataclass(frozen=True)
class Wish:
    """What is proposed.

    Attributes:
        model: Which model.
        environment: Where it shall be served.
        today: The day, UTC: a certificate expires.
        former: Whether it was rolled back to, and serves already.
    """

    model: ModelId
    environment: str
    today: Callable[[], date]
    former: bool = False


Describe = Callable[[Promotion, str], str]
"""Makes the body of the pull request from what changed and the commit whose files it may link to."""


def submit(hub: GitHub, wish: Wish, road: Road, describe: Describe) -> Published:
    """Bring the pull request of an environment's task up to date; does nothing where the base branch says it already.

    There is one for each task of an environment: a later wish takes the place of an earlier one.

    Raises:
        InputRefusedError: The base branch has no card of the model, or it does not hold.
        UsageRefusedError: The model must not be served there, or the environment is not declared.
        ConflictError: Somebody else's commit stands on the branch.
        UnavailableError: Git or GitHub did not do it before the deadline.
    """
    return race(hub, road, lambda tree: _once(hub, wish, road.base, tree, describe))


def _once(hub: GitHub, wish: Wish, base: str, tree: Tree, describe: Describe) -> Published | None:
    root, (model, environment) = tree.git.folder, (wish.model, wish.environment)
    settings = config.load(root / config.FILE_NAME)
    # Before the look at the branch: a promotion that is refused must be refused also where it was proposed before.
    found = promote(root, settings, model, environment, today=wish.today().isoformat(), former=wish.former)
    if found.state == "refused":
        raise UsageRefusedError(
            "This model must not be served there; nothing was proposed.", field="model_id", found=model,
            why=found.reason, expected="a model that passed its gate; of a certified task one that the ledger allows",
            fix="mlops registry list shows which models there are.",
        )  # fmt: skip
    if found.state == "unchanged":
        return nothing_to_do(hub, tree, base)
    task = model.dataset.task
    title = f"Serve {model} in {environment}"
    proposal = Proposal(
        f"{BRANCHES}{environment}-{task}", base, key_of("promotion", base, environment, str(model)), title
    )
    paths = tuple(path.as_posix() for path in found.paths)
    return propose(hub, tree, proposal, write=lambda: paths, body=lambda commit: describe(found, commit))
