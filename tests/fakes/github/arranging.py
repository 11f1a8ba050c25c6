"""What a test arranges of settings, people and runs: the part of the Hub about them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.github import door
from tests.fakes.github.accounts import APP, Account
from tests.fakes.github.areas import apps, jobs, labels, protection, rulesets
from tests.fakes.github.settings import BranchPolicy, Environment, Milestone, Protection, Ruleset, Team
from tests.fakes.github.shapes import client_id
from tests.fakes.github.state import State

_KEYS = ("required_status_checks", "enforce_admins", "required_pull_request_reviews", "restrictions")


@dataclass
class Arranging:
    """Arranges settings in the state."""

    state: State = field(repr=False)

    # The App

    @property
    def app_key(self) -> str:
        """The App's private key, as PEM."""
        return door.key_pair().private

    @property
    def app_client_id(self) -> str:
        """The App's client id."""
        return client_id(Account(APP))

    @property
    def installation(self) -> int:
        """The id of the App's installation."""
        return apps.INSTALLATION

    # People, labels, milestones

    def add_user(self, login: str) -> int:
        """Give ``login`` an account, and return its id."""
        self.state.people[login.lower()] = Account(login)
        return Account(login).number

    def add_team(self, slug: str) -> int:
        """Add a team to the organization, and return its id."""
        team = Team(Account(f"team {slug}").number, slug, slug.replace("-", " ").title(), self.state.now())
        self.state.teams[slug] = team
        return team.number

    def add_label(self, name: str, color: str = "ededed", description: str | None = None) -> None:
        """Add a label to the repository."""
        label = labels.known(self.state, name)
        label.color, label.description = color, description

    def add_milestone(self, title: str) -> int:
        """Add a milestone, and return its number."""
        number, now = len(self.state.milestones) + 1, self.state.now()
        self.state.milestones[number] = Milestone(number, title, Account("octocat"), now, now)
        return number

    # Settings

    def protect(self, branch: str = "main", body: Mapping[str, Any] | None = None) -> Protection:
        """Protect a branch as ``PUT …/protection`` does with ``body``; a key that it lacks is null."""
        whole = dict.fromkeys(_KEYS) | dict(body or {})
        found = protection.taken(self.state, whole, self.state.protections.get(branch, Protection()))
        self.state.protections[branch] = found
        return found

    def add_ruleset(
        self,
        name: str,
        rules: Iterable[Mapping[str, Any]] = (),
        *,
        branches: Iterable[str] = ("~DEFAULT_BRANCH",),
        enforcement: str = "active",
        bypass_actors: Iterable[Mapping[str, Any]] = (),
        of_organization: bool = False,
    ) -> int:
        """Add a ruleset for ``branches``, and return its id."""
        now = self.state.now()
        ruleset = Ruleset(self.state.numbers(), name, enforcement, now, now, of_organization=of_organization)
        conditions = {"ref_name": {"include": list(branches), "exclude": []}}
        rulesets.take(ruleset, {"conditions": conditions, "rules": list(rules), "bypass_actors": list(bypass_actors)})
        self.state.rulesets[ruleset.number] = ruleset
        return ruleset.number

    def add_environment(
        self,
        name: str,
        *,
        reviewers: Iterable[str] = (),
        wait_timer: int = 0,
        prevent_self_review: bool = False,
        branches: Iterable[str] | str | None = None,
    ) -> Environment:
        """Add an environment.

        Args:
            name: Its name.
            reviewers: Logins, and ``organization/team`` of teams.
            wait_timer: Minutes.
            prevent_self_review: Who deploys cannot approve.
            branches: Patterns, or ``protected``; every branch without it.
        """
        people = [("Team", self.add_team(who.partition("/")[2])) if "/" in who else ("User", self.add_user(who))
                  for who in reviewers]  # fmt: skip
        now = self.state.now()
        patterns = [] if branches is None or isinstance(branches, str) else list(branches)
        policy = branches if branches is None or isinstance(branches, str) else "custom"
        environment = Environment(
            self.state.numbers(), name, now, now, wait_timer, prevent_self_review, people, policy,
            [BranchPolicy(self.state.numbers(), pattern) for pattern in patterns],
        )  # fmt: skip
        self.state.environments[name.lower()] = environment
        return environment

    # The state of the repository, of issues and of runs

    def rename(self, full_name: str) -> None:
        """Give the repository another name; what is asked under the former one is redirected."""
        self.state.former.add(self.state.repository.lower())
        self.state.owner, _, self.state.name = full_name.partition("/")

    def lock(self, issue: int) -> None:
        """Lock the conversation of an issue."""
        self.state.issues[issue].locked = True

    def add_jobs(self, run_id: int, given: Iterable[Mapping[str, Any]]) -> list[int]:
        """Add jobs to a run, and return their ids.

        Args:
            run_id: A run that was added, or dispatched.
            given: What ``tests.fakes.github.areas.jobs.record`` takes: ``name``, ``status``, ``conclusion``, ``steps``,
                ``annotations``, ``log``.
        """
        run = self.state.runs[run_id]
        return [jobs.record(self.state, run, job).number for job in given]

    def end_run(self, run_id: int, conclusion: str = "success") -> None:
        """Bring a run to its end."""
        run = self.state.runs[run_id]
        run.status, run.conclusion = "completed", conclusion

    # What a test looks at

    def ruleset(self, name: str) -> Ruleset:
        """Return the ruleset of a name."""
        return next(ruleset for ruleset in self.state.rulesets.values() if ruleset.name == name)
