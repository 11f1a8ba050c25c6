"""``mutation.json``: which mutants of the judging code the tests notice, and why the others are harmless."""

from benchmarks.machine import Machine
from mlops.documents import Document, Part
from mlops.metrics import Count
from mlops.provenance import CodeVersion


class ModuleScore(Part):
    """The mutants of one module.

    Attributes:
        module: Its dotted name.
        mutants: All of them.
        killed: A test failed, or the tests could not run to their end.
        timeout: The tests ran many times as long as they should: a mutant that loops is noticed, too.
        survived: Every test passed, or no test calls the function.
    """

    module: str
    mutants: Count
    killed: Count
    timeout: Count
    survived: Count


class Survivor(Part):
    """A mutant that no test notices.

    Attributes:
        function: Dotted name of the function.
        removed: The line as it stands.
        added: The line as the mutant has it.
        untested: Whether no test calls the function.
        reason: Why the mutant does what the original does; empty where nobody has given a reason.
    """

    function: str
    removed: str
    added: str
    untested: bool
    reason: str


class Mutation(Document):
    """The results of ``python -m benchmarks.mutation``.

    Attributes:
        machine: Where it ran.
        code: The state of the repository.
        tool: Name and version of the tool that makes the mutants.
        tests: The tests that must notice.
        mutants: All mutants.
        score: Share of them that is noticed; survivors with a reason count as not noticed.
        modules: Per module.
        survivors: Those that are not noticed.
        unmutated: Functions that the tool leaves alone, because they are decorated.
    """

    machine: Machine
    code: CodeVersion
    tool: str
    tests: tuple[str, ...]
    mutants: Count
    score: float
    modules: tuple[ModuleScore, ...]
    survivors: tuple[Survivor, ...]
    unmutated: tuple[str, ...]
