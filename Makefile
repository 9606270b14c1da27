# Every target is one line in README.md; `make help` prints them.
.DEFAULT_GOAL := help
.PHONY: help setup web

PYTHON ?= python3
export PYTHON

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## Make .venv from the lock file (castanea, pytest, ruff, mypy, lint-imports)
	@scripts/setup

web: setup ## Build the browser's side (web/dist) if its sources changed
	@.venv/bin/python scripts/build_web.py
