# `make help` lists what can be done here.
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8080
BIN := .venv/bin
READY := .venv/.ready
SHELL := /bin/sh

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | sort | expand -t 14

$(READY): pyproject.toml requirements.lock requirements-dev.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q bot handlers storage knowledge
	touch $(READY)

setup: $(READY) ## make .venv and install what is needed, once

demo: $(READY) ## run the whole hotline with the demo utility (PORT=8080; ONCE=1 prints a transcript and ends)
	$(BIN)/dianling demo --port $(PORT) $(if $(ONCE),--once)

test: $(READY) ## run the whole test suite
	$(BIN)/python -m pytest -n auto

format: $(READY) ## write code the way we write it
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

check: $(READY) ## format, lint, types, rooms, content, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/dianling knowledge check
	$(MAKE) test

bench: $(READY) ## measure, side by side with peers
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks

fit: $(READY) ## fit the judgement anew on our own library; minutes
	$(BIN)/python -m benchmarks fit

COMPILE = $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header --no-emit-index-url \
	--no-emit-find-links --universal --python-version 3.11 --upgrade pyproject.toml

lock: ## write the requirement locks anew
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra dev --group build -o requirements-dev.lock
	$(COMPILE) --extra dev --extra bench --group build -o requirements-bench.lock

clean: ## remove what can be made again, the demo's database too
	rm -rf .venv build dist *.egg-info var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help setup demo test format check bench fit lock clean
