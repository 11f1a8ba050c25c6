"""A stateful GitHub for tests: one repository, over real HTTP on the loopback, checked against GitHub's description.

Use it through the fixture ``hub`` of ``tests.fakes.github.fixtures``::

    from tests.fakes.github.fixtures import hub  # noqa: F401  # a fixture

    def test_the_bot_comments_once(hub: Hub) -> None:
        number = hub.add_issue("Certify the model")
        run_the_bot(api=hub.api, repository=hub.repository, token=hub.token)
        assert [comment.body for comment in hub.comments(number)] == ["…"]

or, where a fixture will not do, as a context manager::

    with serve(bare, "acme/er-models") as hub: ...

The fixture's repository has one commit, with a ``README.md``, on ``main``.

**Who speaks.** ``hub.token`` is a workflow's own token: ``github-actions[bot]``, which, as on GitHub, cannot touch
variables or administration (403). ``hub.app_token`` is an App's: ``precision-gate[bot]``, which may. Others come from
``hub.token_for("octocat", without=("issues",))``, ``permissions={"issues": "read"}`` (these and no others) or
``scopes=("repo", "project")`` (a classic one); an unknown token is answered 401. The App signs with ``hub.app_key`` as
``hub.app_client_id``; what its installation was granted is ``hub.state.app_permissions``.

**The git side** is the bare repository ``hub.bare``. Pushes go there directly (``insteadOf``), and pull requests,
branches, contents and releases are read from it.

**Settings** are arranged by ``hub.protect``, ``add_ruleset``, ``add_environment``, ``add_label``, ``add_milestone``,
``add_user``, ``add_team``, and stand in ``hub.state`` (``tests.fakes.github.settings``). People are known when they
were added; whom nobody knows is 404. ``hub.rename``, ``hub.lock``, ``hub.state.archived``, ``hub.state.private`` and
``hub.state.protectable`` (the plan has protection) are the states of a repository. ``hub.add_jobs`` and
``hub.end_run`` move runs.

**Faults** (``hub.faults``, see ``tests.fakes.github.faults``): ``hub.faults.bad_gateway("POST", r"/comments$",
stored=True)`` stores the comment and answers 502. Also ``answer``, ``cut``, ``hang``, ``secondary_limit``,
``primary_limit``, ``forbid``, ``before``, ``after``. A path is without ``/api/v3`` and without the query.

**The contract.** Every request and every answer is checked against GitHub's OpenAPI description; what does not hold
stands in ``hub.violations``, and the fixture fails the test for it. A test that sends nonsense on purpose clears them.

**What a test looks at**: ``hub.state`` (plain records by number: ``issues``, ``comments``, ``checks``, ``releases``, …)
and ``hub.requests("POST", r"/comments$")``, everything that was asked.
"""

from tests.fakes.github.faults import Faults
from tests.fakes.github.hub import Hub, serve
from tests.fakes.github.state import Dispatch, State

__all__ = ["Dispatch", "Faults", "Hub", "State", "serve"]
