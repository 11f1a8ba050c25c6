"""Whoever only renders needs no learner: the base installation is enough."""

import subprocess
import sys

PROGRAM = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"numpy", "pandas", "pyarrow", "scipy", "sklearn", "skops", "rapidfuzz"}:
            raise ModuleNotFoundError(f"{name} is not in the base installation", name=name)

sys.meta_path.insert(0, Absent())
from pathlib import Path
from mlops import documents, registry
from mlops.gate import GateReport
from mlops.reporting import digest_of, fit, points_of, summary_of, title_of, training_summary_of

folder = registry.FOLDER / "er_20251020"
report = documents.read(folder / "gate.json", GateReport)
points = points_of([registry.read_record(registry.path_of("er_20251020"))], "er")
print(summary_of(report, history=points).splitlines()[0], title_of(report), digest_of(report), sep="\\n")
"""


def test_a_verdict_is_rendered_without_numpy_and_pandas(root: object) -> None:
    done = subprocess.run(  # noqa: S603  # this interpreter and the program above
        [sys.executable, "-c", PROGRAM], cwd=str(root), check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    headline, title, digest = done.stdout.splitlines()
    assert headline == "## ✅ er_20251020: pass"
    assert title.startswith("Pass: er_20251020")
    assert digest.startswith("verdict=pass")
