# `make help` lists what there is. Everything runs from a virtual environment that `make setup` makes.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ONCE ?=
ONLY ?=
STORY ?=
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## install what everything else needs

$(VENV)/.installed: requirements-dev.txt
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit("Python 3.11 to 3.13 is needed, this is " + sys.version.split()[0] + ": run make with PYTHON=python3.12, say")'
	@echo "Installing into $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

browser: # Debian's Chromium, for the tests that use a browser
	@command -v chromium >/dev/null || { \
	  echo "Installing chromium (once)"; \
	  SUDO=$$([ $$(id -u) = 0 ] || echo sudo -n); \
	  { $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
	  || { echo "chromium is missing, the browser tests need it: apt-get install chromium"; exit 1; }; }

demo: setup ## start the stack, run the main job on a messy file, show the result (STORY=name: that instead; ONCE=1: then stop)
	@exec $(BIN)/python -m infra.local demo $(if $(STORY),--story $(STORY)) $(if $(ONCE),--once)

up: setup ## start the stack and leave it running (KEEP=1: go on with the last state; QUEUE=no: without Pub/Sub)
	@exec $(BIN)/python -m infra.local up $(if $(KEEP),--keep) $(if $(filter no,$(QUEUE)),--no-queue)

# Each process has emulators of its own, so four are enough for any machine.
PARALLEL = --numprocesses=logical --maxprocesses=4
PART = $(if $(ONLY),$(if $(wildcard tests/$(ONLY)),tests/$(ONLY),$(ONLY)))

test: setup browser ## every test, on the real emulators (ONLY=folder: those of tests/folder)
	@$(BIN)/python -m infra.local check
	@exec $(BIN)/python -m pytest $(PARALLEL) $(PART)

moments: setup ## every test that has a clock, at each of the moments of tests/kit/suite/moments.py
	@exec $(BIN)/python -m pytest --every-moment $(PARALLEL) $(PART)

chaos: setup ## break the running system in every way and show what became of every message (SOAK=20000, ONLY=text, WITHOUT=guard)
	@exec $(BIN)/python -m tests.faults.chaos $(if $(SOAK),--soak $(SOAK)) $(if $(ONLY),--only "$(ONLY)") $(if $(WITHOUT),--without "$(WITHOUT)")

# COUNT=1000: messages of a case; SIZES=1000,100000: of the series; ROUNDS=3: in turns, the middle counts.
bench: setup ## speed and cost of sending (BASE=commit: beside it; PEERS=1: beside other systems; ONLY=part; DOC=1: into docs/)
	@exec $(BIN)/python -m tests.bench $(if $(BASE),--base $(BASE)) $(if $(COUNT),--count $(COUNT)) \
	  $(if $(SIZES),--sizes $(SIZES)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only $(ONLY)) \
	  $(if $(PEERS),--peers) $(if $(DOC),--document)

profile: setup ## a flame graph of one worker while it sends (COUNT=5000); prints where it is
	@exec $(BIN)/python -m tests.bench.flame $(if $(COUNT),--count $(COUNT))

guards: setup ## take out the guards of the send protocol one by one, and see a promise broken each time
	@exec $(BIN)/python -m pytest tests/faults/test_guards.py --capture=no

mutants: setup ## put careless changes in one at a time and count what the tests notice (ONLY=part, folder or module; SAMPLE=150 SEED=41 MINUTES=30)
	@exec nice $(BIN)/python -m tests.mutants $(if $(ONLY),"$(ONLY)") $(if $(SAMPLE),--sample $(SAMPLE)) \
	  $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

check: setup ## format, lint, types, layers and pure tests: under a minute
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && echo "format and lint: clean"
	@$(BIN)/lint-imports > $(VENV)/layers.log 2>&1 && echo "layers: kept" || { cat $(VENV)/layers.log; exit 1; }
	@$(BIN)/mypy --no-error-summary > $(VENV)/types.log 2>&1 & types=$$!; \
	$(BIN)/python -m pytest $(PARALLEL) tests/domain tests/architecture --ignore tests/architecture/test_webhooks.py; tests=$$?; \
	wait $$types && echo "types: clean" || { cat $(VENV)/types.log; exit 1; }; exit $$tests

format: setup ## format the code and mend what lint can
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --fix .

indexes: setup ## write infra/firestore.indexes.json as the queries need it
	@$(BIN)/python -m tests.kit.architecture.required_indexes

shapes: setup ## write the shapes records are stored in, when one got a new version or a new default
	@$(BIN)/python -m tests.kit.architecture.stored_shapes

examples: setup ## make the requests of the API's examples again, and write their answers down
	@$(BIN)/python -m tests.kit.docs.story

screens: setup ## a page of the pictures that the portal's browser tests left, at both widths (DOC=1: the README's into docs/pictures)
	@$(BIN)/python -m tests.kit.portal.contact_sheet $(if $(DOC),--document)

lock: setup ## pin the dependencies of pyproject.toml anew
	@$(BIN)/python -m pip install --quiet uv
	@for group in "requirements.txt:" "requirements-dev.txt:--group=dev"; do \
	  $(BIN)/uv pip compile --quiet --universal --no-header --no-emit-index-url --python-version 3.11 \
	    pyproject.toml $${group#*:} -o $${group%%:*}; done

.PHONY: screens help setup browser demo up test moments chaos bench profile guards mutants check format indexes shapes examples lock

# Deploying. PROJECT is the Google Cloud project; the others have defaults (see docs/operations/deploy.md).
DEPLOY = $(BIN)/python -m infra.deploy
WHERE = $(if $(PROJECT),--project $(PROJECT)) $(if $(REGION),--region $(REGION)) \
  $(if $(DATABASE_LOCATION),--database-location $(DATABASE_LOCATION)) $(if $(PUBLIC_URL),--public-url $(PUBLIC_URL)) \
  $(if $(CHANNELS),--channels $(CHANNELS))
ONE = $(if $(FUNCTION),--function $(FUNCTION))

project:
	@test -n "$(PROJECT)" || { echo "Say which Google Cloud project: PROJECT=acme-rollcall"; exit 1; }

deploy-plan: setup ## print everything a deployment does (PROJECT=…); no network, no credentials
	@$(DEPLOY) plan $(WHERE)

deploy: project setup ## make or change everything in PROJECT=… (REPAIR=1: also what was changed by hand)
	@$(DEPLOY) apply $(WHERE) $(if $(REPAIR),--repair)

undeploy: project setup ## take away from PROJECT=… what the manifest no longer names, never data (DRY=1: only say)
	@$(DEPLOY) undeploy $(WHERE) $(if $(DRY),--dry-run)

rollback: project setup ## back to the revision before, all functions or FUNCTION=… (LATEST=1: forward again)
	@$(DEPLOY) rollback $(WHERE) $(ONE) $(if $(LATEST),--to-latest)

pause: project setup ## pause the ticks of PROJECT=…, all or FUNCTION=…: nothing new begins
	@$(DEPLOY) pause $(WHERE) $(ONE)

resume: project setup ## let the ticks run again
	@$(DEPLOY) resume $(WHERE) $(ONE)

backup: project setup ## export the database of PROJECT=… now
	@$(DEPLOY) backup $(WHERE)

restore-plan: setup ## print what brings an export back (PROJECT=… FOLDER=…)
	@$(DEPLOY) restore-plan $(if $(PROJECT),$(WHERE),--project rollcall-example) $(if $(FOLDER),--folder $(FOLDER))

cloud-env: project setup ## print the settings for running python -m infra.ops against PROJECT=…
	@$(DEPLOY) env $(WHERE)

smoke: project setup ## ask every function of PROJECT=… from outside
	@$(DEPLOY) smoke $(WHERE)

.PHONY: project deploy-plan deploy undeploy rollback pause resume backup restore-plan cloud-env smoke
