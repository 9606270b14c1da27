# Every target is one line in README.md and README.zh-CN.md; `make help` prints them.
.DEFAULT_GOAL := help
.PHONY: help setup demo dev web test test-faults test-dialects test-roundtrip lint bench bench-quick bench-alerts bench-analysis bench-formats docs screenshots wheel lock clean

# Any of these may be an environment variable or an argument: make demo PORT=9000
PYTHON ?= python3
WORKSPACE ?= demo-workspace
PORT ?= 8321
PYTEST_ARGS ?= -n 2 --dist loadfile
export PYTHON

BIN := .venv/bin

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## Make .venv from the lock file (castanea, pytest, ruff, mypy, lint-imports)
	@scripts/setup

demo: web ## Start a simulated shop on PORT (8321) with its data in WORKSPACE (demo-workspace)
	@exec $(BIN)/castanea demo --workspace "$(WORKSPACE)" --port "$(PORT)"

dev: web ## Like demo, with reload: the server on PORT restarts on a change, Vite serves the pages on 5173
	@exec $(BIN)/python scripts/dev.py --workspace "$(WORKSPACE)" --port "$(PORT)"

web: setup ## Build the browser's side (web/dist) if its sources changed
	@$(BIN)/python scripts/build_web.py

test: web ## Run every test: Python, browser units, headless Chromium, a few fault rounds
	@$(BIN)/python scripts/build_web.py -- run --silent test
	@$(BIN)/pytest $(PYTEST_ARGS) -m "not e2e"
	@$(BIN)/pytest -m e2e

test-faults: setup ## Kill and damage the server 200 times (make test does 20)
	@CASTANEA_FAULT_ROUNDS=$${CASTANEA_FAULT_ROUNDS:-200} $(BIN)/pytest -m faults

test-dialects: setup ## Run the planner's property tests on PostgreSQL too
	@$(BIN)/pytest -m dialects

test-roundtrip: setup ## The simulated year as events and as its platforms' files: the same figures (some minutes)
	@$(BIN)/python -m tests.roundtrip.year

lint: setup ## ruff, mypy --strict and the import contract
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict src
	@$(BIN)/lint-imports --no-logo

bench: setup ## Measure against the figures of docs/reference/benchmarks.md (45 minutes; CHECK=1 fails on a miss)
	@$(BIN)/python -m bench $(if $(CHECK),--check)

bench-quick: setup ## The same on small data (6 minutes)
	@$(BIN)/python -m bench --quick $(if $(CHECK),--check)

bench-analysis: setup ## Measure the analyses against published figures (CHECK=1 fails on a miss)
	@$(BIN)/python -m bench.analysis $(if $(CHECK),--check)

bench-alerts: setup ## Watch simulated shops with the ready-made alert rules (SEEDS=30, 17 minutes a shop and core; CHECK=1 fails on a miss)
	@$(BIN)/python -m bench.alerts --seeds $(or $(SEEDS),30) --workers 2 $(if $(CHECK),--check)

bench-formats: setup ## Read a corpus of generated exports of every format (CHECK=1 fails on a miss)
	@$(BIN)/python -m bench $(if $(CHECK),--check) formats

docs: setup ## Build the documentation into site/, warnings are errors
	@$(BIN)/python scripts/build_reference.py
	@$(BIN)/zensical build --clean --strict

screenshots: web ## Take the pictures in docs/assets/ from a demo of its own
	@$(BIN)/python scripts/screenshots.py

wheel: web ## Build dist/castanea-*.whl, the pages inside
	@$(BIN)/python -m build --wheel --no-isolation

lock: ## Resolve requirements/lock.txt again from pyproject.toml (make lock UPGRADE=1: to the newest versions)
	@scripts/setup --lock $(if $(UPGRADE),--upgrade)

clean: ## Remove what was built (.venv, web/dist, dist, site); workspaces stay
	@rm -rf .venv .tools web/dist web/node_modules dist site .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
