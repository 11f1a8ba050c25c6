"""Looking at a policy before any model is judged by it: what it can decide, and what is wrong with it (pure)."""

from dataclasses import dataclass

from mlops.config import TaskSettings
from mlops.gate import lint_rows, lint_words
from mlops.gate.attainable import Attainable, Margin, of_changes, of_criteria, of_slices
from mlops.gate.findings import LEVELS, Finding
from mlops.gate.sample import Sample


@dataclass(frozen=True)
class Lint:
    """A policy looked at against test rows, or against none.

    Attributes:
        criteria: What each criterion can decide.
        slices: What each rule inside slices can decide.
        changes: What each comparison with the model in production can prove.
        findings: Errors first.
    """

    criteria: tuple[Attainable, ...]
    slices: tuple[Attainable, ...]
    changes: tuple[Margin, ...]
    findings: tuple[Finding, ...]

    @property
    def can_pass(self) -> bool:
        """Whether nothing says that the gate can never pass."""
        return not any(finding.level == "error" for finding in self.findings)


def lint(settings: TaskSettings, sample: Sample | None) -> Lint:
    """Look at a task's policy, with the test rows at hand if there are any."""
    policy = settings.policy
    criteria = of_criteria(policy, sample)
    findings = [
        *lint_words.words(settings),
        *lint_words.points(policy, sample),
        *lint_words.agreement(policy),
        *lint_words.use(policy),
        *lint_rows.hopeless(criteria, at_hand=sample is not None),
    ]
    if sample is None:
        return Lint(tuple(criteria), (), (), _sorted(findings))
    slices, changes = of_slices(policy, sample), of_changes(policy, sample)
    findings += [
        *lint_rows.rows(policy, sample),
        *lint_rows.absent(policy, sample),
        *lint_rows.small(slices),
        *lint_rows.margins(changes),
    ]
    return Lint(tuple(criteria), tuple(slices), tuple(changes), _sorted(findings))


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return the findings, the worst first."""
    return tuple(sorted(findings, key=lambda finding: LEVELS.index(finding.level)))
