# Everything sets itself up: Python 3.11 or newer, make, git and Node are all that is asked for.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCK := .ci/constraints.txt
CONTRACTS := contracts/node_modules/.package-lock.json
PEERS := tests/interop/peers/node_modules/.package-lock.json
ANALYSIS := .venv/analysis/bin
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types layers contracts analysis slither halmos coverage \
	docs bench gas lock clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/.demo ## run the main job, end to end, and show it
	@$(BIN)/didgate demo

test: .venv/.dev $(CONTRACTS) $(PEERS) ## run all tests a user can run
	@cd contracts && npm run --silent build
	@$(BIN)/pytest -n $(WORKERS) -q

check: format lint types layers contracts analysis docs ## everything that is checked without running the tests

format: .venv/.dev $(CONTRACTS)
	@echo "· format"
	@$(BIN)/ruff format --check --quiet . || { echo "run: $(BIN)/ruff format ."; exit 1; }
	@cd contracts && npm run --silent format:check

lint: .venv/.dev $(CONTRACTS)
	@echo "· lint"
	@$(BIN)/ruff check --quiet .
	@cd contracts && npm run --silent lint

types: .venv/.dev
	@echo "· types"
	@$(BIN)/mypy --no-error-summary

layers: .venv/.dev
	@echo "· layers"
	@$(BIN)/lint-imports --config setup.cfg --no-cache >.venv/layers.log || { cat .venv/layers.log; exit 1; }

contracts: .venv/.dev $(CONTRACTS)
	@echo "· contracts: rebuilt, compared with the shipped artifacts, tested"
	@cd contracts && npm run --silent artifacts:check
	@cd contracts && npm run --silent test >../.venv/forge.log || { cat ../.venv/forge.log; exit 1; }
	@tail -n 1 .venv/forge.log

analysis: .venv/.analysis $(CONTRACTS) ## analyse the contracts: slither, proofs by halmos, coverage
	@$(MAKE) --no-print-directory --output-sync=target -j $(WORKERS) halmos coverage slither

slither: .venv/.analysis $(CONTRACTS)
	@echo "· slither"
	@$(ANALYSIS)/python contracts/script/analyse.py

halmos: .venv/.analysis $(CONTRACTS)
	@echo "· halmos"
	@$(ANALYSIS)/python contracts/script/prove.py

coverage: $(CONTRACTS)
	@echo "· coverage of the contracts"
	@cd contracts && npm run --silent coverage

docs: .venv/.dev
	@echo "· docs"
	@$(BIN)/python .ci/check_docs.py

bench: .venv/.dev $(CONTRACTS) $(PEERS) ## measure beside the peers; prints a table, writes bench.json
	@PYTHONPATH=tests $(BIN)/python -m benchmarks

gas: $(CONTRACTS) ## print what the contracts cost; writes gas.json
	@cd contracts && npm run --silent gas

lock: ## refresh the versions that CI is locked to
	@$(PYTHON) -m venv .venv/lock && .venv/lock/bin/python -m pip install --quiet '.[dev]'
	@.venv/lock/bin/python -m pip freeze --exclude didgate >$(LOCK) && rm -rf .venv/lock

clean: ## remove what make made
	@rm -rf .venv .didgate build contracts/node_modules contracts/out contracts/cache tests/interop/peers/node_modules

.venv/bin/python:
	@echo "· creating .venv"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv

.venv/.demo .venv/.dev: .venv/.%: .venv/bin/python setup.cfg pyproject.toml $(LOCK)
	@echo "· installing didgate[$*] (about a minute)"
	@$(PIP) install --constraint $(LOCK) --editable '.[$*]'
	@touch $@

.venv/.analysis: .ci/analysis.txt
	@echo "· installing slither and halmos"
	@$(PYTHON) -m venv .venv/analysis
	@$(ANALYSIS)/python -m pip --disable-pip-version-check -qq install --requirement .ci/analysis.txt
	@touch $@

$(CONTRACTS): contracts/package.json contracts/package-lock.json
	@echo "· installing the Solidity tools"
	@cd contracts && npm ci --silent --no-audit --no-fund && touch node_modules/.package-lock.json

$(PEERS): tests/interop/peers/package.json tests/interop/peers/package-lock.json
	@echo "· installing the peers that the tests compare with"
	@cd tests/interop/peers && npm ci --silent --no-audit --no-fund && touch node_modules/.package-lock.json
