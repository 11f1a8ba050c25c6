"""The files of a runner of GitHub Actions, and what a step wrote into them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Page:
    """Where a step writes its outputs and its summary."""

    folder: Path

    @property
    def output(self) -> Path:
        """The file of the outputs."""
        return self.folder / "output"

    @property
    def summary(self) -> str:
        """The summary that was written."""
        return (self.folder / "summary").read_text(encoding="utf-8")

    def outputs(self) -> dict[str, str]:
        """Return the outputs that were set, as the runner reads them."""
        found = {}
        lines = iter(self.output.read_text(encoding="utf-8").splitlines())
        for line in lines:
            name, _, delimiter = line.partition("<<")
            found[name] = "\n".join(iter(lambda: next(lines), delimiter))
        return found
