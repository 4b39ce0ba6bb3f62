# Everything a newcomer types. Each target makes the environment first; `make help` lists them.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?=
UV ?= uv
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

help: ## Show this list
	@awk -F ' *## *' '/^[a-z-]+:.*##/ { sub(/:.*/, "", $$1); printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n  Variables: ARGS=… is handed on, PYTHON=… chooses the Python of a new environment.\n'

env: $(READY) ## Make .venv with everything that relance needs (nothing to do when it is there)

up: $(READY) ## Run the whole system on this machine, with the demo shop, until Ctrl-C
	@$(BIN)/relance up $(ARGS)

demo: $(READY) ## Show a salon's day on the real system and its next 60 days in virtual time; check both
	@$(BIN)/python -m deploy.demo $(ARGS)

test: $(READY) ## Run the test suite
	@$(BIN)/pytest -n 2 -m 'not faults' $(ARGS)

test-faults: $(READY) ## Run the long fault suites (kill -9, cut connections, full disks)
	@$(BIN)/pytest -m faults $(ARGS)

bench: $(READY) ## Measure; one JSON line per figure
	@$(BIN)/python -m tests.benchmarks $(ARGS)

lint: $(READY) ## Check style and format (make format mends most of it)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

format: $(READY) ## Mend style and format
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: $(READY) ## Check types
	@$(BIN)/mypy

contracts: $(READY) ## Check that imports point downwards
	@$(BIN)/lint-imports --no-cache

wheel: $(READY) ## Build the wheel and check that everything is in it and nothing else
	@$(BIN)/python .ci/wheel.py

lock: ## Choose the newest allowed versions of all dependencies and write requirements.lock (needs uv)
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--group dev --extra embedded --extra stripe --custom-compile-command 'make lock' --output-file requirements.lock pyproject.toml

clean: ## Remove environment and caches; the data of `make up` stay (relance up --reset erases them)
	@if [ -x $(BIN)/relance ]; then $(BIN)/relance down || true; fi
	@rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@.ci/environment $(VENV) $(PYTHON)
	@touch $@

.PHONY: help env up demo test test-faults bench lint format types contracts wheel lock clean
