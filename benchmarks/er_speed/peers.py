"""Other libraries on the same pairs, run by any Python that has them: this file needs nothing of this repository.

``python peers.py NAME FOLDER``: reads ``left.json``, ``right.json`` and ``pairs.json`` of FOLDER, prints the library's
version, what it computes and how long that took; ``null`` where the library is not installed.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

Found = dict[str, Any]


def splink(folder: Path) -> Found:
    """Predict with Splink on DuckDB, one thread: all pairs of the records."""
    duckdb, pd, library, comparisons = map(import_module, ("duckdb", "pandas", "splink", "splink.comparison_library"))
    sides = [pd.DataFrame(json.loads((folder / f"{side}.json").read_text())) for side in ("left", "right")]
    for number, side in enumerate(sides):
        side["unique_id"] = [f"{number}-{row}" for row in range(len(side))]
    names = [name for name in sides[0].columns if name != "unique_id"]
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    settings = library.SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=["1=1"],
        comparisons=[_levels(comparisons.JaroWinklerAtThresholds(name, [0.95, 0.88, 0.7])) for name in names],
        probability_two_random_records_match=0.001,
    )
    api = library.DuckDBAPI(connection)
    linker = library.Linker([api.register(side) for side in sides], settings, log_level=None)
    started = time.process_time()
    predicted = linker.inference.predict()
    counted = connection.execute(f"SELECT count(*) FROM {predicted.physical_name}").fetchall()[0][0]  # noqa: S608  # Splink's own name
    return {
        "seconds": time.process_time() - started,
        "pairs": counted,
        "comparisons": len(names),
        "note": "Jaro-Winkler at three thresholds and equality per attribute, and the score from them",
    }


def _levels(comparison: Any) -> Any:  # noqa: ANN401  # Splink may not be there
    """Return a comparison with parameters, because speed does not depend on their values."""
    return comparison.configure(
        m_probabilities=[0.6, 0.2, 0.1, 0.05, 0.05], u_probabilities=[0.01, 0.02, 0.07, 0.2, 0.7]
    )


def recordlinkage(folder: Path) -> Found:
    """Compare with the recordlinkage toolkit, one process."""
    pd, toolkit = map(import_module, ("pandas", "recordlinkage"))
    left, right = (pd.DataFrame(json.loads((folder / f"{side}.json").read_text())) for side in ("left", "right"))
    pairs = pd.MultiIndex.from_arrays(json.loads((folder / "pairs.json").read_text()))
    compare = toolkit.Compare(n_jobs=1)
    methods = ("jarowinkler", "levenshtein", "qgram", "cosine")
    for name in left.columns:
        for method in methods:
            compare.string(name, name, method=method)
    started = time.process_time()
    table = compare.compute(pairs, left, right)
    return {
        "seconds": time.process_time() - started,
        "pairs": len(table),
        "comparisons": table.shape[1],
        "note": f"{', '.join(methods)} per attribute (features only)",
    }


PEERS: dict[str, Callable[[Path], Found]] = {"splink": splink, "recordlinkage": recordlinkage}


def main() -> None:
    """Run the peer that the command line names."""
    warnings.simplefilter("ignore")
    name, folder = sys.argv[1], Path(sys.argv[2])
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        print("null")  # noqa: T201  # the answer
        return
    # What the library says on stdout must not stand in the answer.
    answer, sys.stdout = sys.stdout, sys.stderr
    found = PEERS[name](folder)
    print(json.dumps({"version": version, **found}), file=answer)


if __name__ == "__main__":
    main()
