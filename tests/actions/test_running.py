"""Each action with real inputs on a real model, through its own shell."""

from pathlib import Path

from mlops.artifact import CHECKSUMS, GATE
from mlops.cli.outputs import OUTPUTS
from mlops.hashing import sha256_bytes
from tests.actions.documents import actions
from tests.actions.shell import run_action
from tests.cli.chain import DATA, DATASET, Chain
from tests.conftest import ROOT

ACTIONS = {action.name: action for action in actions()}
VERDICTS = {0: "pass", 1: "fail", 4: "inconclusive"}


def test_a_pinned_dataset_is_verified(chain: Chain, runner: Path) -> None:
    sha256 = sha256_bytes((chain.repository / DATA).read_bytes())
    ran = run_action(ACTIONS["verify-dataset"], {"dataset-hash": sha256}, chain.repository, runner)
    assert ran.code == 0, ran.log
    assert ran.set == {
        "dataset-id": DATASET,
        "dataset-date": "20251020",
        "dataset-hash": sha256,
        "rows": "900",
        "manifest": f"data_manifests/{DATASET}.json",
    }


def test_another_dataset_is_refused_without_an_output(chain: Chain, runner: Path) -> None:
    inputs = {"dataset-date": "20251020", "dataset-hash": "0" * 64}
    ran = run_action(ACTIONS["verify-dataset"], inputs, chain.repository, runner)
    assert (ran.code, ran.set) == (3, {})


def test_a_model_is_trained_and_named(chain: Chain, runner: Path) -> None:
    inputs = {"sample-size": "200", "seed": "3", "model-id": f"{DATASET}-2"}
    more = {"MLOPS_TRAIN_CODE_COMMIT": "0" * 40, "PYTHONPATH": str(ROOT / "tests" / "few_trees")}
    ran = run_action(ACTIONS["entity-resolution-train"], inputs, chain.repository, runner, more)
    assert ran.code == 0, ran.log
    assert set(ran.set) == set(OUTPUTS["train"])
    assert ran.set["artifact-name"] == "er-model-20251020-2"
    assert ran.set["artifact"] == f"dist/{DATASET}-2"
    listing = chain.repository / ran.set["artifact"] / CHECKSUMS
    assert ran.set["artifact-sha256"] == sha256_bytes(listing.read_bytes())


def test_a_model_is_judged_by_scoring_it_again(chain: Chain, runner: Path) -> None:
    (chain.artifact / GATE).unlink()
    ran = run_action(ACTIONS["er-precision-gate"], {"artifact": f"dist/{DATASET}"}, chain.repository, runner)
    assert ran.set["verdict"] == VERDICTS[ran.code], ran.log
    assert ran.code == chain.code
    assert set(ran.set) == set(OUTPUTS["gate"])
    assert ran.set["gate-sha256"] == sha256_bytes((chain.artifact / GATE).read_bytes())
    assert (runner / "1" / "summary").read_text(encoding="utf-8")


def test_an_artifact_of_other_data_has_no_verdict(chain: Chain, runner: Path) -> None:
    inputs = {"artifact": f"dist/{DATASET}", "dataset-hash": "0" * 64}
    ran = run_action(ACTIONS["er-precision-gate"], inputs, chain.repository, runner)
    assert (ran.code, ran.set) == (3, {})


def test_a_card_is_rendered_once(chain: Chain, runner: Path) -> None:
    inputs = {"artifact": f"dist/{DATASET}", "out": "cards"}
    first = run_action(ACTIONS["model-card"], inputs, chain.repository, runner / "first")
    again = run_action(ACTIONS["model-card"], inputs, chain.repository, runner / "again")
    assert (first.code, first.set["status"], again.set["status"]) == (0, "written", "unchanged"), first.log
    assert (chain.repository / first.set["card"]).is_file()
