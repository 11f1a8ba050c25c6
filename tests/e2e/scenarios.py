"""What is played: each scenario once in a session; see :mod:`tests.e2e.campaign`."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops import documents
from mlops.deploy.document import Pointer
from mlops.serving.log import Answered, Log, new_id
from tests.conftest import git
from tests.e2e.act import Run
from tests.e2e.campaign import SCENARIOS, Campaign, scenario
from tests.e2e.pages import RUNBOOK, Executed, block, execute, names
from tests.e2e.world import REPOSITORY, World
from tests.fakes.github.accounts import Account
from tests.fakes.github.hub import zipped
from tests.fakes.github.state import Artifact, CheckRun

DATASET = "er_20251027"
"""What the runbook pins; the repository comes with an older one."""
ARTIFACT = "er-model-20251027"
UNKNOWN = "0" * 64
__all__ = ["SCENARIOS"]

TRAIN, GATE = "entity-resolution-train.yml", "er-precision-gate.yml"
SETTINGS, ROLLBACK = "settings.yml", "model-rollback.yml"
PUBLISH, DEPLOY, REFRESH = "publish-model-card.yml", "model-deploy.yml", "data-refresh.yml"
OWN = Path(__file__).parent / "workflows"
"""Workflows that only the tests have."""


def pinned_hash(campaign: Campaign, dataset: str = DATASET) -> str:
    """Return the hash that a manifest of the main branch pins."""
    return str(json.loads(git(world_of(campaign).remote, "show", f"main:data_manifests/{dataset}.json"))["sha256"])


def prepare(tree: Path) -> None:
    """Take the published card out of a tree, so that the first scenarios tell of a repository's first model.

    What no job reads goes, too: half of the files, which are copied for each of fifty jobs. And models are smaller,
    which a workflow does not notice; those of full size are trained by ``tests/cli/test_published_data.py``.
    """
    for path in (tree / "model_cards").glob("er_*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (tree / "model_cards" / "judged.jsonl").unlink()
    for name in ("benchmarks", "tests"):
        shutil.rmtree(tree / name)
    for name, small in {"_TREES": 20, "_ROUNDS": 20, "_MEMBERS": 1}.items():
        edit("mlops/learning/estimators.py", rf"^{name} = \d+$", f"{name} = {small}")(tree)
    edit("mlops.toml", r"^sample_size = 10000", "sample_size = 3000")(tree)
    with (tree / "mlops.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[deploy.production]\ntarget = "{target_of(tree)}"\n')
    # Such fits take less time than starting the processes that would share them.
    edit("mlops/learning/crossfit.py", r"^SIDE_BY_SIDE = 1_000_000$", "SIDE_BY_SIDE = 10**12")(tree)


def target_of(source: Path) -> Path:
    """Return the folder from which production is served, beside the tree that the world began with."""
    return source.parent / "served"


def edit(name: str, pattern: str, replacement: str) -> Callable[[Path], None]:
    """Return a change of one file: ``pattern``, which must be there once, replaced."""

    def change(clone: Path) -> None:
        path = clone / name
        text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"{pattern!r} stands {count} times in {name}")
        path.write_text(text, encoding="utf-8")

    return change


def dispatched(campaign: Campaign, workflow: str, **options: Any) -> Run:
    """Return a run of ``workflow`` for the example dataset, as a user dispatches it."""
    inputs = {"dataset_hash": pinned_hash(campaign), **options.pop("inputs", {})}
    return world_of(campaign).dispatch(workflow, inputs=inputs, **options)


def world_of(campaign: Campaign) -> World:
    """Return the world of a campaign."""
    world = campaign.world
    if not isinstance(world, World):
        raise TypeError("a campaign plays in a world")
    return world


@scenario("pin")
def _pin(campaign: Campaign) -> Executed:
    """The runbook's first step: the refreshed data on the main branch."""
    return execute(world_of(campaign), "begin", "pin", page=RUNBOOK)


@scenario("refresh", "pin")
def _refresh(campaign: Campaign) -> Executed:
    """The runbook from the variables to the verdict."""
    pinned = campaign["pin"]
    if pinned.code:
        raise RuntimeError(pinned.output)
    before = f"HASH={pinned_hash(campaign)}"
    return execute(world_of(campaign), "begin", "train", "judge", page=RUNBOOK, before=before)


@scenario("train", "refresh")
def _train(campaign: Campaign) -> Run:
    return ran(campaign["refresh"], TRAIN)


@scenario("gate-pass", "refresh")
def _gate_pass(campaign: Campaign) -> Run:
    return ran(campaign["refresh"], GATE)


def ran(executed: Executed, workflow: str) -> Run:
    """Return the run of a workflow that a block of commands dispatched; raises what it printed if there is none."""
    if workflow not in executed.runs:
        raise RuntimeError(f"{workflow} was not dispatched, exit code {executed.code}: {executed.output}")
    return executed.runs[workflow]


@scenario("train-unknown-hash")
def _train_unknown_hash(campaign: Campaign) -> Run:
    return world_of(campaign).dispatch(TRAIN, inputs={"dataset_date": "20251020", "dataset_hash": UNKNOWN})


@scenario("pr-unrelated")
def _pr_unrelated(campaign: Campaign) -> Run:
    """Change a page of documentation."""
    world = world_of(campaign)
    world.push(edit("README.md", r"\A# Precision Gate$", "# Precision Gate!"), branch="docs")
    return world.pull_request(GATE, "docs")


@scenario("merge-queue", "pr-unrelated")
def _merge_queue(campaign: Campaign) -> Run:
    campaign["pr-unrelated"]  # its branch
    return world_of(campaign).merge_group(GATE, "docs")


@scenario("gate-unknown-hash")
def _gate_unknown_hash(campaign: Campaign) -> Run:
    return world_of(campaign).dispatch(GATE, inputs={"dataset_hash": UNKNOWN})


@scenario("gate-fail", "train")
def _gate_fail(campaign: Campaign) -> Run:
    campaign["train"]
    return dispatched(campaign, GATE, inputs={"min_precision": "0.99"})


@scenario("gate-inconclusive", "train")
def _gate_inconclusive(campaign: Campaign) -> Run:
    campaign["train"]
    return dispatched(campaign, GATE, inputs={"min_precision": "0.95"})


@scenario("gate-tampered", "train")
def _gate_tampered(campaign: Campaign) -> Run:
    """Judge an artifact in which one bit flipped after training."""
    world, trained = world_of(campaign), campaign["train"]
    run_id = world.hub.add_run(workflow_path=f".github/workflows/{TRAIN}", head_sha=trained.commit)
    archive = flipped(world.artifact(trained.id, ARTIFACT))
    state = world.hub.state  # older than all others, so that who looks for the newest of this name finds another
    state.artifacts[1] = Artifact(1, run_id, ARTIFACT, archive, "2025-10-20T00:00:00Z")
    return dispatched(campaign, GATE, inputs={"training_run": str(run_id)})


def flipped(archive: bytes, name: str = "model.skops", *, listed: bool = False) -> bytes:
    """Return a zip file in which one bit of one member is another; with ``listed`` its checksums.txt says so."""
    members = unzipped(archive)
    data = bytearray(members[name])
    data[len(data) // 2] ^= 1
    if listed:
        before, after = (hashlib.sha256(bytes_).hexdigest().encode() for bytes_ in (members[name], data))
        members["checksums.txt"] = members["checksums.txt"].replace(before, after)
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as packed:
        for member, content in {**members, name: bytes(data)}.items():
            packed.writestr(member, content)
    return changed.getvalue()


def unzipped(archive: bytes) -> dict[str, bytes]:
    """Return the members of a zip file by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@scenario("release", "train")
def _release(campaign: Campaign) -> Executed:
    """The rest of the runbook, after a pass."""
    campaign["train"]
    rest = [name for name in names(RUNBOOK) if name not in {"pin", "train", "judge", "live"}]
    return execute(world_of(campaign), *rest, page=RUNBOOK, before=f"HASH={pinned_hash(campaign)}")


@scenario("publish", "release")
def _publish(campaign: Campaign) -> Run:
    return ran(campaign["release"], PUBLISH)


@scenario("deploy", "release")
def _deploy(campaign: Campaign) -> Run:
    return ran(campaign["release"], DEPLOY)


@scenario("deploy-fail", "train")
def _deploy_fail(campaign: Campaign) -> Run:
    """Deploy a model that does not meet the policy of the commit that deploys it."""
    campaign["train"]
    clone = world_of(campaign).clone()
    edit("mlops.toml", r"(?<=precision\]\nmin = )0\.92", "0.99")(clone)
    git(clone, "commit", "--quiet", "--all", "--message=Ask for more")
    return dispatched(campaign, DEPLOY, clone=clone, inputs={"environment": "production"})


@scenario("deploy-nothing")
def _deploy_nothing(campaign: Campaign) -> Run:
    """Deploy a dataset's model that nobody trained, so that the gate is skipped."""
    return world_of(campaign).dispatch(DEPLOY, inputs={"dataset_hash": UNKNOWN, "environment": "production"})


@scenario("deploy-other-bytes", "gate-pass")
def _deploy_other_bytes(campaign: Campaign) -> Run:
    """Exchange the judged artifact for another one of the same name, whose own checksums hold."""
    world, judged = world_of(campaign), campaign["gate-pass"]
    clone = world.clone()
    shutil.copy2(OWN / "deploy-bytes.yml", clone / ".github" / "workflows")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message=Deploy without judging")
    said = judged["gate"].outputs
    run_id = world.hub.add_run(workflow_path=f".github/workflows/{GATE}")
    world.put_artifact(run_id, "er-judged", flipped(world.artifact(judged.id, "er-judged"), listed=True))
    hashes = {"artifact_sha256": said["artifact-sha256"], "gate_sha256": said["gate-sha256"]}
    inputs = {"artifact": "er-judged", "run": str(run_id), **hashes}
    return world.dispatch("deploy-bytes.yml", clone=clone, inputs=inputs)


@scenario("pr-model", "release")
def _pr_model(campaign: Campaign) -> Run:
    """Loosen the policy and train on fewer rows, where a model is in production already."""
    world = world_of(campaign)
    released: Executed = campaign["release"]
    for run in released.runs.values():
        if run.code:
            raise RuntimeError(run.explain())

    def promote(clone: Path) -> None:
        play_mlops(clone, ["deploy", DATASET])

    def change(clone: Path) -> None:
        edit("mlops.toml", r"^sample_size = 3000", "sample_size = 2500")(clone)
        edit("mlops.toml", r"(?<=precision\]\nmin = )0\.92", "0.5")(clone)

    world.push(promote, branch="production", message="Promote the model")
    world.push(change, start="production", branch="loosen", message="Loosen the policy")
    return world.pull_request(GATE, "loosen", onto="production")


@dataclass(frozen=True)
class Race:
    """Runs that published at once, straight to one branch.

    Attributes:
        runs: One a model.
        models: Their ids, in order.
        start: The commit of the branch before the race.
    """

    runs: list[Run]
    models: list[str]
    start: str


@scenario("race")
def _race(campaign: Campaign) -> Race:
    """Six runs publish six models to the branch ``racing``, which asks for little, so that small ones pass."""
    world, models = world_of(campaign), [f"er_2025110{day}" for day in range(1, 7)]
    run_id = world.hub.add_run(workflow_path=f".github/workflows/{GATE}")

    def enter(clone: Path) -> None:
        for bound in ("0.92", "0.88", "0.90"):
            edit("mlops.toml", rf"^min = {re.escape(bound)}", "min = 0.1")(clone)
        edit("mlops.toml", r"^min_rows = 200", "min_rows = 20")(clone)
        shutil.copy2(OWN / "race.yml", clone / ".github" / "workflows")
        play_mlops(clone, *(words for model in models for words in _pinning(model)))

    start = world.push(enter, branch="racing")
    clone = world.clone("racing")
    play_mlops(clone, *(words for model in models for words in _judging(model)))
    for model in models:
        world.put_artifact(run_id, model, zipped(clone / "dist" / model))

    def publish(model: str) -> Run:
        inputs = {"artifact": model, "run": str(run_id), "branch": "racing"}
        return world.dispatch("race.yml", clone=world.clone("racing"), inputs=inputs)

    with ThreadPoolExecutor(len(models)) as runners:
        return Race(list(runners.map(publish, models)), models, start)


def _pinning(model: str) -> Iterator[list[str]]:
    """Yield the commands that make and pin a small dataset."""
    file = f"data/training/{model}.parquet"
    yield ["data", "generate", "er", "--rows", "800", "--seed", model[-1], "--output", file]
    yield ["pin", "er", file]


def _judging(model: str) -> Iterator[list[str]]:
    """Yield the commands that train and judge a model."""
    yield ["train", "er", "--dataset", model]  # a sample below 500 rows takes longer: estimators compete
    yield ["gate", f"dist/{model}"]


def play_mlops(clone: Path, *commands: list[str]) -> None:
    """Run verbs of mlops in ``clone``, in one process, for its imports take longer than they do."""
    script = """
import json, sys
from mlops.cli.main import run
sys.exit(next(filter(None, map(run, json.load(sys.stdin))), 0))
"""
    done = subprocess.run(  # noqa: S603  # fixed words
        [sys.executable, "-c", script],
        cwd=clone,
        input=json.dumps(commands),
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"mlops ended with {done.returncode}: {done.stdout}{done.stderr}")


@scenario("pr-comment", "pr-model")
def _pr_comment(campaign: Campaign) -> tuple[int, Run]:
    """Comment on the pull request whose gate ended, as GitHub does after it."""
    world, judged = world_of(campaign), campaign["pr-model"]
    number = world.hub.add_pull("loosen", "production", title="Loosen the policy")
    return number, world.after_run("pr-comment.yml", _ended(world, judged, "loosen", "ER precision gate"))


INTAKE, CERTIFY = "claims-intake.yml", "claims-certify.yml"
BATCHES = "data/claims/claims_batch_*.csv"


@scenario("claims-good")
def _claims_good(campaign: Campaign) -> tuple[int, Run, Run]:
    """Hand in one good batch, have it judged, and comment as GitHub does after it."""
    world, judged = world_of(campaign), _handed_in(campaign, "good", lambda text: text)
    number = world.hub.add_pull("good", "before-good", title="A batch")
    return number, judged, world.after_run("pr-comment.yml", _ended(world, judged, "good", "Claims intake"))


@scenario("claims-future")
def _claims_future(campaign: Campaign) -> Run:
    """Hand in the same batch with a claim from next year among its rows."""
    return _handed_in(campaign, "future", lambda text: re.sub(r"(?m)^(CLM-\S+?,)2025-", r"\g<1>2026-", text, count=1))


def _handed_in(campaign: Campaign, branch: str, change: Callable[[str], str]) -> Run:
    """Hand in the first batch of the example, changed, where there is none yet, and have it judged."""
    world = world_of(campaign)
    first = min(world.source.glob(BATCHES))

    def without(clone: Path) -> None:
        for path in clone.glob(BATCHES):
            path.unlink()

    def hand_in(clone: Path) -> None:
        text = change(first.read_text(encoding="utf-8"))
        (clone / "data" / "claims" / first.name).write_text(text, encoding="utf-8")

    world.push(without, branch=f"before-{branch}", message="No batch yet")
    world.push(hand_in, start=f"before-{branch}", branch=branch, message="Hand in a batch")
    return world.pull_request(INTAKE, branch, onto=f"before-{branch}")


@scenario("claims-certify")
def _claims_certify(campaign: Campaign) -> Run:
    """Certify the example's claims, all batches of which are pending."""
    return world_of(campaign).dispatch(CERTIFY, inputs={"profile": "relative"})


def _ended(world: World, run: Run, branch: str, name: str) -> dict[str, Any]:
    """Return what GitHub tells after a run of a pull request's check."""
    return {
        "action": "completed",
        "workflow_run": {
            "id": run.id,
            "name": name,
            "event": "pull_request",
            "conclusion": "success" if run.code == 0 else "failure",
            "head_sha": world.head(branch),
            "head_branch": branch,
            "head_repository": {"full_name": REPOSITORY, "owner": {"login": REPOSITORY.partition("/")[0]}},
        },
    }


@scenario("settings", "release")
def _settings(campaign: Campaign) -> tuple[Run, Run]:
    """Change a setting by hand, look for drift as every night, and apply the settings as after a push."""
    world = world_of(campaign)
    campaign["release"]  # applied them first
    world.hub.state.labels["drift"].color = "ffffff"
    return world.dispatch(SETTINGS), world.after_push(SETTINGS)


@scenario("refresh-all", "settings")
def _refresh_all(campaign: Campaign) -> Run:
    """The whole runbook in one dispatch, with an App and two issues; pages are executed one after the other."""
    campaign["settings"]  # looks for drift, and this sets variables back
    older = pinned_hash(campaign, "er_20251020")
    return ran(execute(world_of(campaign), "all", before=f"HASH={older}"), REFRESH)


def _pass_checks(world: World, branch: str) -> None:
    """Have a branch pass what the ruleset requires since the page's step 8."""
    hub, app = world.hub, Account("github-actions[bot]")
    for name in ("ER Precision Gate", "Claims Gate", "CI"):
        number, now = hub.state.numbers(), hub.state.now()
        hub.state.checks[number] = CheckRun(number, name, world.head(branch), app, now, "completed", "success", now)


@scenario("live", "pr-model")
def _live(campaign: Campaign) -> tuple[Executed, Run]:
    """Merge what the deployment proposed, the runbook's last step, and do what GitHub does after that push.

    Last of all: from then on a model is in production, which others would be compared with.
    """
    campaign.after("refresh-all")
    campaign["pr-model"]
    _pass_checks(world_of(campaign), "mlops/deploy-production-er")
    merged = execute(world_of(campaign), "begin", "live", page=RUNBOOK)
    if merged.code:
        raise RuntimeError(merged.output)
    return merged, world_of(campaign).after_push(DEPLOY)


@scenario("rollback", "refresh-all", "live")
def _rollback(campaign: Campaign) -> tuple[Run, Run]:
    """Serve the other model, whose card the one dispatch of a whole refresh proposed, and roll back at once."""
    _, first = campaign["live"]
    world = world_of(campaign)
    if first.code:
        raise RuntimeError(first.explain())
    [card] = [one.number for one in world.hub.state.issues.values() if one.title == "Publish the card of er_20251020"]
    _pass_checks(world, "mlops/card-er_20251020")
    world.hub.merge_pull(card)

    def serve(clone: Path) -> None:
        play_mlops(clone, ["deploy", "er_20251020"])

    world.push(serve, message="Serve er_20251020")
    deployed = world.after_push(DEPLOY)
    return deployed, world.dispatch(ROLLBACK, inputs={"environment": "production"})


@scenario("monitor", "rollback")
def _monitor(campaign: Campaign) -> Run:
    """Monitor what is served, on the log of a server that answered few, so that nothing can be told yet."""
    campaign["rollback"]  # pushes to main, too
    world = world_of(campaign)
    log = world.folder / "serving.sqlite"
    pointer = documents.read(target_of(world.source) / "er" / "pointer.json", Pointer)
    own, sha256 = new_id(), pointer.live.artifact_sha256 if pointer.live else ""
    kept = Log(log)
    kept.add([Answered(own, "er", DATASET, sha256, "live", own, "", "0" * 64, {}, score=0.5, positive=False)])
    kept.close()

    def name(clone: Path) -> None:
        with (clone / "mlops.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[tasks.er.monitoring]\nlog = "{log}"\n')

    world.push(name, message="Monitor er")
    return world.dispatch("monitor.yml")


@scenario("adopt")
def _adopt(campaign: Campaign) -> Run:
    """Take the workflows over into a repository that has data and settings, and nothing of this one's code."""
    world, commit = world_of(campaign), "0123456789abcdef0123456789abcdef01234567"

    def adopt(clone: Path) -> None:
        kept = {".git", ".gitignore", "data", "data_manifests", "model_cards", "mlops.toml"}
        for path in clone.iterdir():
            if path.name not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        before = f"PRECISION_GATE={world.source}\nCOMMIT={commit}"
        subprocess.run(["bash", "-euc", f"{before}\n{block('adopt')}"], cwd=clone, check=True)  # noqa: S603, S607  # the page's own words
        edit("mlops.toml", r"(?s)^code = \[ +# what else.*?^\]", 'code = [".github/workflows/*.yml"]')(clone)

    world.push(adopt, branch="adopter", message="Adopt the gate")
    world.push(edit(".gitignore", r"\A", "# What runs leave.\n"), start="adopter", branch="adopter-notes")
    ours = ("--local-repository", f"OWNER/precision-gate@{commit}={world.source}")
    return world.pull_request(GATE, "adopter-notes", onto="adopter", arguments=ours)


@scenario("pages")
def _pages(campaign: Campaign) -> Run:
    return world_of(campaign).dispatch("pages.yml")


@scenario("selftest")
def _selftest(campaign: Campaign) -> Run:
    return world_of(campaign).dispatch("selftest.yml", matrix={"os": "ubuntu-24.04"})
