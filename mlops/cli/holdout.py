"""The budget of the test rows at the command line: counted by every verb that judges, recorded where asked to."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Self

import click
from rich.console import Console

from mlops import judged
from mlops.cli.printing import line
from mlops.config import HoldoutBudget
from mlops.gate import Facts, GateReport, HoldoutUse
from mlops.judged import Judged
from mlops.metrics import Metrics
from mlops.registry import FOLDER as CARDS

record_option = click.option(
    "--record",
    is_flag=True,
    help=f"Add this model to {judged.FILE.as_posix()}, which counts how often the test rows judged; commit the file.",
)
"""The option of every verb that judges."""


@dataclass(frozen=True)
class Ledger:
    """The ledger of a repository as it stood when the verb began.

    Attributes:
        root: The repository.
        entries: The lines of its ledger, and of the base branch's, from which a change cannot remove any.
        base: A checkout of the base branch, whose cards count too; None without.
    """

    root: Path
    entries: tuple[Judged, ...]
    base: Path | None = None

    @classmethod
    def read(cls, root: Path, base: Path | None = None) -> Self:
        """Read the ledger of ``root``, and of ``base``; raises InputRefusedError when one is not acceptable."""
        held = () if base is None else judged.read(base / judged.FILE)
        return cls(root, (*judged.read(root / judged.FILE), *held), base)

    def tell(self, metrics: Metrics, budget: HoldoutBudget, facts: Facts) -> Facts:
        """Return ``facts`` with how often the rows of ``metrics`` have judged, its own model counted once."""
        if metrics.test_sha256 is None:
            raise ValueError("metrics that were measured name their test rows")
        known = judged.models_on(metrics.test_sha256, self.entries, self.root / CARDS)
        if self.base is not None:
            known |= judged.models_on(metrics.test_sha256, (), self.base / CARDS)
        use = HoldoutUse(
            test_sha256=metrics.test_sha256,
            models=len(known | {metrics.model_sha256}),
            warn_after=budget.warn_after,
            stop_after=budget.stop_after,
        )
        return replace(facts, holdout=use)

    def record(self, report: GateReport, *, today: date) -> bool:
        """Record that the report's model was judged, whatever the verdict; return whether that was new.

        Raises:
            InputRefusedError: The ledger became unreadable meanwhile.
            UnavailableError: It cannot be written.
        """
        return judged.record(self.root / judged.FILE, judged.entry_of(report, today))


def print_holdout(report: GateReport, console: Console) -> None:
    """Print how often the test rows have judged; nothing where nobody counts."""
    use = report.holdout
    if use is not None:
        models = f"{use.models} model{'s' * (use.models > 1)}, this one included"
        line(console, f"These test rows have judged {models}; the policy stops after {use.stop_after}.", style="dim")
