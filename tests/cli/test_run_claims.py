"""``mlops run claims``: one run through all gates of a certified task, recorded, inside a job; several looks at it."""

import json
import os
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow.csv as pc
import pytest

from mlops import checksums, documents
from mlops.artifact import AUDIT, CERTIFICATION, CROSSVAL, VALIDATION
from mlops.card.facts import CardNotes
from mlops.certification import keeping
from mlops.certification.document import CertificationReport
from mlops.cli import crossing
from mlops.cli.outputs import OUTPUTS
from mlops.crossval.document import CrossvalReport
from mlops.crossval.latency import measure_latency
from mlops.hashing import sha256_bytes
from mlops.tasks.claims.generator import CERTIFIABLE, Span, generate
from tests.cli.chain import within
from tests.cli.job import Job, enter
from tests.conftest import ROOT, Outcome
from tests.small import few_trees

ID = "claims_20251006"
SPAN = Span(date(2024, 12, 3), date(2025, 9, 28))


@dataclass(frozen=True)
class Ran:
    """What the run left: look, do not touch."""

    repository: Path
    said: Outcome
    job: Job

    @property
    def artifact(self) -> Path:
        """The folder of the run."""
        return self.repository / "dist" / ID

    @property
    def answer(self) -> dict[str, Any]:
        """What ``--json`` printed."""
        found: dict[str, Any] = json.loads(self.said.out)
        return found


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run the chain on 700 made claims, with small models and ten rows that tell the latency."""
    folder, out, err = tmp_path_factory.mktemp("repository"), StringIO(), StringIO()
    (folder / "data").mkdir()
    (folder / "mlops.toml").write_bytes((ROOT / "mlops.toml").read_bytes())
    table = generate(700, 7, setting=CERTIFIABLE, span=SPAN, as_of=date(2025, 10, 6))
    pc.write_csv(table, folder / f"data/{ID}.csv")
    with pytest.MonkeyPatch.context() as patch, few_trees(), redirect_stdout(out), redirect_stderr(err):
        patch.setattr(crossing, "measure_latency", partial(measure_latency, runs=10, warm_up=0))
        assert within(folder, "pin", "claims", f"data/{ID}.csv", "--source", "made up", "--licence", "CC0-1.0") == 0
        out.truncate(0)
        out.seek(0)
        for name in [name for name in os.environ if name.startswith("GITHUB_")]:
            patch.delenv(name)
        job = enter(patch, tmp_path_factory.mktemp("job"), folder)
        code = within(folder, "run", "claims", "--record", "--json")
    return Ran(folder, Outcome(code, out.getvalue(), err.getvalue()), job)


def test_the_chain_goes_through_all_gates(ran: Ran) -> None:
    assert set(ran.answer["seconds"]) == {
        "verify", "validate", "audit", "cv", "train", "evaluate", "gate", "certify", "card",
    }  # fmt: skip


def test_every_document_lies_in_the_folder_and_the_gates_beside_it(ran: Ran) -> None:
    for name in (VALIDATION, AUDIT, CROSSVAL):
        assert (ran.artifact / name).read_bytes() == (ran.repository / "dist" / "gates" / ID / name).read_bytes()
    assert {"model.skops", "training.json", "metrics.json", "gate.json", CERTIFICATION, "checksums.txt"} <= {
        path.name for path in ran.artifact.iterdir()
    }
    checksums.verify(ran.artifact)
    assert (ran.artifact / "model_cards" / f"{ID}.md").is_file()


def test_the_certificate_takes_the_verdicts_of_the_gates_and_the_measures_of_the_folds(ran: Ran) -> None:
    report = documents.read(ran.artifact / CERTIFICATION, CertificationReport)
    crossval = documents.read(ran.artifact / CROSSVAL, CrossvalReport)
    assert (report.dataset_id, report.profile, report.as_of) == (ID, "phase3", "2025-10-06")
    assert report.gates == {
        gate: json.loads((ran.artifact / name).read_bytes())["verdict"]
        for gate, name in (("validation", VALIDATION), ("audit", AUDIT), ("crossval", CROSSVAL))
    }
    assert [block.n for block in report.performance.cv_blocks] == [fold.n for fold in crossval.folds]
    assert report.performance.lifts == crossval.lifts
    assert crossval.folds[-1].last < report.performance.tested.first  # gate 3 saw no row of gate 4


def test_record_adds_one_line_about_this_certificate(ran: Ran) -> None:
    report = documents.read(ran.artifact / CERTIFICATION, CertificationReport)
    (line,) = keeping.read(ran.repository / keeping.path_of("claims")).runs
    assert (line.sequence, line.dataset_id, line.verdict) == (1, ID, report.verdict)
    assert line.report_sha256 == sha256_bytes((ran.artifact / CERTIFICATION).read_bytes())
    assert line.counts == (report.verdict == "pass")


def test_json_tells_of_the_certification_and_the_exit_code_is_the_worse_verdict(ran: Ran) -> None:
    told = ran.answer["certification"]
    report = documents.read(ran.artifact / CERTIFICATION, CertificationReport)
    assert (told["verdict"], told["profile"], told["gates"]) == (report.verdict, "phase3", report.gates)
    assert (told["counts"], told["streak"], bool(told["why_not"])) == (False, 0, True)  # 700 rows decide too little
    assert told["tier"] == report.best_tier == "beta"  # sound data, a lift and no chance: no more is asked for it
    weight = {"pass": 0, "inconclusive": 1, "fail": 2}
    worst = max((told["verdict"], ran.answer["verdict"]), key=weight.__getitem__)
    assert ran.said.code == {"pass": 0, "fail": 1, "inconclusive": 4}[worst]


def test_the_job_is_told_what_the_chain_came_to(ran: Ran) -> None:
    outputs = ran.job.outputs
    assert set(outputs) == set(OUTPUTS["run"])
    assert (outputs["dataset-id"], outputs["model-id"], outputs["dataset-date"]) == (ID, ID, "20251006")
    assert {"pass": 0, "fail": 1, "inconclusive": 4}[outputs["verdict"]] == ran.said.code
    assert (outputs["tier"], outputs["counts"]) == ("beta", "false")
    assert ran.job.summary


def test_the_model_scores_a_later_batch_before_it_is_merged(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a batch drawn a month later all is settled; of the same batch drawn on its last day, nothing is."""
    folder = shutil.copytree(ran.repository, tmp_path / "own")
    later = generate(120, 8, setting=CERTIFIABLE, span=Span(date(2025, 10, 7), date(2025, 10, 20)))
    pc.write_csv(later, folder / "later.csv")
    first = ("integrate", "claims", "--new-data", "later.csv", "--champion", f"dist/{ID}", "--json", "--base", ID)
    scores = []
    for day in ("20251120", "20251020"):
        capsys.readouterr()
        accept = ("--accept", "future_rows", "--accept", "timeliness", "--accept", "score")
        assert within(folder, *first, "--as-of", day, "--output", f"report-{day}", *accept) == 0
        scores.append(json.loads(capsys.readouterr().out)["integrations"][0]["champion"])
        (folder / "data_manifests" / f"claims_{day}.json").unlink()
    settled, young = scores
    assert (settled["model_id"], settled["rows"]) == (ID, settled["accuracy"]["n"])
    assert settled["rows"] > 100
    assert settled["accuracy"]["lower"] < settled["accuracy"]["value"] <= settled["accuracy"]["upper"]
    assert "settled claims decided rightly" in settled["finding"]
    assert (young["rows"], young["accuracy"], young["own"]) == (0, None, settled["own"])
    assert "nothing can be told yet" in young["finding"]


def test_the_card_tells_of_the_certificate_and_names_its_documents(ran: Ran) -> None:
    cards = ran.artifact / "model_cards"
    page = (cards / f"{ID}.md").read_text(encoding="utf-8")
    assert "> **Beta: this model is not certified.** It may be given 5 %, 25 %, 100 % of the traffic" in page
    assert "| Tier on 2025-10-06 | **beta**, until 2026-01-04 |" in page
    assert "| This run | line 1 of the ledger; it does not count." in page
    assert page.count(f"]({ID}/crossval.json)") == 2  # in the table of the gates, and of the evidence
    notes = documents.read(cards / ID / "card.json", CardNotes)
    assert notes.certification is not None
    assert notes.certification.files == {
        name: sha256_bytes((ran.artifact / name).read_bytes()) for name in (VALIDATION, AUDIT, CROSSVAL, CERTIFICATION)
    }
    assert all(
        (cards / ID / name).read_bytes() == (ran.artifact / name).read_bytes() for name in (*notes.certification.files,)
    )


CHANGES = {
    "page": (f"{ID}.md", b"**beta**, until 2026", b"**minimum**, until 2027", "not what its evidence renders to"),
    "standing": (f"{ID}/card.json", b'"tier": "beta"', b'"tier": "minimum"', "field: certification.status.tier"),
    "report": (f"{ID}/certification.json", b'"profile": "phase3"', b'"profile": "phase4"', "certification.json"),
    "gate": (f"{ID}/audit.json", b'"verdict"', b'"verdict" ', "audit.json"),
    "ledger": ("claims/ledger.jsonl", b'"sequence"', b'"sequence" ', "The ledger does not hold."),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_card_is_held_against_its_certificate_and_the_ledger(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    file, old, new, said = CHANGES[change]
    folder = tmp_path / "own"
    shutil.copytree(ran.repository, folder, ignore=shutil.ignore_patterns("dist"))
    shutil.copytree(ran.artifact / "model_cards", folder / "model_cards", dirs_exist_ok=True)
    assert within(folder, "card", "--check") == 0
    data = (folder / "model_cards" / file).read_bytes()
    assert old in data
    (folder / "model_cards" / file).write_bytes(data.replace(old, new, 1))
    capsys.readouterr()
    assert within(folder, "card", "--check") == 3
    assert said in capsys.readouterr().err


def test_a_typed_verdict_gets_no_card(ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The report is judged again from its own numbers; for the committed ones ``mlops certify --check`` does that."""
    folder = shutil.copytree(ran.repository, tmp_path / "own")
    report = documents.read(ran.artifact / CERTIFICATION, CertificationReport)
    other = "pass" if report.verdict != "pass" else "fail"
    (folder / "dist" / ID / CERTIFICATION).write_bytes(documents.dumps(report.model_copy(update={"verdict": other})))
    capsys.readouterr()
    assert within(folder, "card", f"dist/{ID}") == 3
    said = capsys.readouterr().err
    assert "does not follow from the numbers" in said
    assert f"found: {other}" in said
