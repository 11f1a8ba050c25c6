# `make` alone lists the targets. Needs Python >= 3.11 with venv, git and make; everything else comes from
# requirements/*.txt, each file checked against its hash.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo demo-claims demo-serve test check e2e second-opinion lint-workflows bench speed claims-speed serve-load simulate mutate format lock schemas clean

VENV ?= .venv
BIN := $(VENV)/bin
# The interpreter to build $(VENV) with: `make demo PYTHON=python3.13`. Without it, the first of these that will do.
PYTHON ?=
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11 python
# More arguments for pytest: `make test ARGS="-k gate"`.
ARGS ?=
# Tests run on all cores and one worker more, those of one file in one process, and begin with those that take
# longest: `make test PARALLEL=` takes one core.
PARALLEL ?= -n auto --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Packages are compiled when they are first imported, and this must be kept: an import of the learner takes 3 s, not 12.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(PIP) install --require-hashes --only-binary=:all: --no-compile --no-deps

help:  ## List the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 25

demo: $(VENV)/.train  ## Set up and run the whole chain on the example data: verify, train, evaluate, gate, card
	$(BIN)/mlops run er

demo-claims: $(VENV)/.train  ## The other task: play the runbook of claims on example data, from 240 rows to certified
	rm -rf dist/demo-claims
	$(BIN)/python tools/play_runbook.py docs/runbooks/claims-phase3.md --folder dist/demo-claims

# Without Prometheus the demo goes on, and says how to get it.
SERVING := docs/runbooks/deploy.md:begin,target,deploy,serve,health docs/runbooks/monitoring.md:traffic \
  $(if $(shell command -v prometheus && command -v prometheus-pushgateway),docs/runbooks/monitoring.md:prometheus) \
  docs/runbooks/monitoring.md:monitor,feedback docs/runbooks/deploy.md:second docs/runbooks/rollback.md

demo-serve: $(VENV)/.serve  ## Deploy, serve, watch, replace and roll back: the runbooks of serving on the example data
	rm -rf dist/demo-serve
	$(if $(findstring prometheus,$(SERVING)),,@echo "Prometheus is left out: apt-get install prometheus prometheus-pushgateway")
	$(BIN)/python tools/play_runbook.py $(SERVING) --task er --folder dist/demo-serve

test: $(VENV)/.dev  ## Set up and run all tests
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

check: $(VENV)/.dev  ## Everything CI does: format, lint, types, layers, documents, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --num-workers 2 & types=$$!; \
	  $(BIN)/lint-imports --no-logo && $(BIN)/mlops schema --check && $(BIN)/mlops verify && $(BIN)/mlops card --check \
	  && $(BIN)/mlops docs claims --check && $(BIN)/mlops certify claims --check && $(BIN)/mlops metrics dashboard --check \
	  && $(MAKE) --no-print-directory lint-workflows && wait $$types
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

e2e: $(VENV)/.dev  ## Run the workflows for real, with act, against a stand-in of GitHub: 9 minutes
	$(BIN)/python -m pytest tests/e2e --all-data $(ARGS)

# Packages of npm that only this asks for; the newer Node is for emulate.
second-opinion: $(VENV)/.dev  ## Ask npm's emulate about comments, contents and pull requests, too (needs npm)
	npm install --prefix $(VENV)/second-opinion --no-save --no-audit --no-fund --loglevel=error emulate@0.12.2 node@24
	SECOND_OPINION=$(abspath $(VENV)/second-opinion) $(BIN)/python -m pytest tests/fakes/test_emulate.py $(ARGS)

runbook: $(VENV)/.dev  ## Execute every command of docs/runbooks/: the real gh, act, a stand-in of GitHub
	$(BIN)/python -m pytest tests/e2e tests/test_runbook_claims.py -k runbook --all-data $(ARGS)

lint-workflows: $(VENV)/.dev  ## Lint workflows and actions: syntax, schemas, security, shell, README tables
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/actionlint
	$(BIN)/zizmor --quiet --offline --strict-collection --persona pedantic .github actions
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions actions/*/action.yml
	$(BIN)/act --validate --strict --quiet </dev/null
	$(if $(wildcard $(BIN)/shellcheck*),$(BIN)/shellcheck --external-sources actions/setup/*.sh)
	$(BIN)/mlops doctor
	$(BIN)/python tools/action_readmes.py --check
	$(BIN)/python tools/workflow_tables.py --check

# Folder of labelled pairs, one .parquet file a dataset: `make bench DATA=folder ARGS="--jobs 2 --resume"`.
DATA ?= ../shared/data/er

bench: $(VENV)/.dev  ## Measure matching on every dataset of DATA, and render docs/benchmarks.md
	$(BIN)/python -m benchmarks.er_quality --data $(DATA) $(ARGS)
	$(BIN)/python -m benchmarks.render
	$(BIN)/python -m pytest tests/cli/test_published_data.py --all-data

speed: $(VENV)/.dev  ## Measure the speed of features, scoring and training, and render docs/benchmarks.md
	$(BIN)/python -m benchmarks.er_speed --data $(DATA) $(ARGS)
	$(BIN)/python -m benchmarks.render

# The file of real claims: `make claims-speed CLAIMS=file.parquet`.
CLAIMS ?= ../shared/data/claims/tsa_claims_2010_2013.parquet

claims-speed: $(VENV)/.dev  ## Measure every step of the claims task on real claims, and render docs/benchmarks.md
	$(BIN)/python -m benchmarks.claims_tsa --data $(CLAIMS) $(ARGS)
	$(BIN)/python -m benchmarks.render

serve-load: $(VENV)/.dev  ## Put load on a real server (latency, switches, memory, kills): 20 minutes, and render the page
	$(BIN)/python -m benchmarks.serving $(ARGS)
	$(BIN)/python -m benchmarks.render

simulate: $(VENV)/.dev  ## Simulate the coverage of the bounds and the decisions of the gate: 10 minutes
	$(BIN)/python -m benchmarks.simulations $(ARGS)
	$(BIN)/python -m benchmarks.render

mutate: $(VENV)/.mutation  ## Change the judging code in every small way and see whether the tests notice: an hour
	$(BIN)/python -m benchmarks.mutation $(ARGS)
	$(BIN)/python -m benchmarks.render

format: $(VENV)/.dev  ## Format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: $(VENV)/.train  ## Write docs/schemas/*.json again from the code
	$(BIN)/mlops schema --write

clean:  ## Remove the virtual environment, caches and builds
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis mutants
	find mlops tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@for candidate in $(or $(PYTHON),$(PYTHONS)); do \
	  if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Setting up $(VENV) with $$("$$candidate" --version)"; \
	    "$$candidate" -m venv --clear $(VENV) && touch $@; exit; \
	  fi; \
	done; \
	echo "No Python >= 3.11 with the venv module among: $(or $(PYTHON),$(PYTHONS))." >&2; \
	echo "Install one (Debian, Ubuntu: python3 and python3-venv), or name yours: make demo PYTHON=/path/to/python3" >&2; \
	exit 1

# A newer pip takes half the time over a lock file. Where it cannot be had, the one that Python brought does as well.
$(VENV)/.pip: requirements/pip.txt $(VENV)/.python
	@$(INSTALL) -r $< || echo "Going on with $$($(BIN)/python -m pip --version)"
	@touch $@

# The package itself goes in without build isolation: the build backend stands in the lock file, too.
$(VENV)/.train: requirements/train.txt pyproject.toml $(VENV)/.pip
	@echo "Installing $< (hash-locked)"
	@$(INSTALL) -r $<
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.serve: requirements/serve.txt pyproject.toml $(VENV)/.pip
	@test -e $(VENV)/.dev || { echo "Installing $< (hash-locked)" && $(INSTALL) -r $<; }
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.train

$(VENV)/.dev: requirements/dev.txt pyproject.toml $(VENV)/.pip
	@echo "Installing $< (hash-locked)"
	@$(INSTALL) -r $<
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.train

$(VENV)/.mutation: requirements/mutation.txt pyproject.toml $(VENV)/.pip
	@echo "Installing $< (hash-locked)"
	@$(INSTALL) -r $<
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.dev $(VENV)/.train

# Renewing the lock files. UPGRADE= (empty) keeps the versions that still fit pyproject.toml.
UPGRADE ?= --upgrade
UV ?= $(shell command -v uv || echo $(BIN)/uv)
LOCKING = UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url $(UPGRADE)
COMPILE = $(LOCKING) pyproject.toml --group build

lock: $(VENV)/.python  ## Renew requirements/*.txt from pyproject.toml (needs uv, which it installs if there is none)
	@test -x "$(UV)" || $(PIP) install uv
	$(LOCKING) --group pip -o requirements/pip.txt
	$(COMPILE) --extra dev -o requirements/dev.txt
	$(COMPILE) --extra mutation -c requirements/dev.txt -o requirements/mutation.txt
	$(COMPILE) --extra serve -c requirements/dev.txt -o requirements/serve.txt
	$(COMPILE) --extra train -c requirements/dev.txt -o requirements/train.txt
	$(COMPILE) --extra train --extra s3 -o requirements/s3.txt
	$(COMPILE) --extra train --extra gs -o requirements/gs.txt
	$(COMPILE) --extra train --extra az -o requirements/az.txt
	$(COMPILE) -c requirements/dev.txt -o requirements/base.txt
	$(COMPILE) --extra bot -c requirements/dev.txt -o requirements/bot.txt
