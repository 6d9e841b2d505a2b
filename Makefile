# Everything from nothing: Python 3.11 or later and make are all it takes.
# Bytecode is kept: the tests start hundreds of interpreters.
export PYTHONDONTWRITEBYTECODE :=
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= auto

.PHONY: demo test test-long check completions bench-startup bench-top peer clean

# What is installed follows pyproject.toml; the stamps say that it has been done.
$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "natscli needs Python 3.11 or later")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[server]'
	touch $@

$(VENV)/.dev: $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

## A server, real traffic, and a look at it
demo: $(VENV)/.demo
	@$(BIN)/natscli demo

## Every test, against a real nats-server
test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n $(WORKERS)

## The same, with objects of 256 MiB
test-long: export NATSCLI_LONG := 1
test-long: test

## Style, types, and the arrows between the rooms
check: $(VENV)/.dev
	$(BIN)/ruff check natscli tests tools
	$(BIN)/ruff format --check natscli tests tools
	$(BIN)/mypy
	$(BIN)/lint-imports

## completions/ from the command table
completions: $(VENV)/.dev
	$(BIN)/python tools/completions.py completions

## How long `natscli pub foo hi` takes beside importing asyncio and nats-py alone
bench-startup: $(VENV)/.dev
	$(BIN)/python tools/bench_startup.py

## What `natscli top` carries, engine and headless, beside a server and a publisher
bench-top: $(VENV)/.dev
	$(BIN)/python tools/bench_top.py
	$(BIN)/python -m tests.tui.bench

## natscli beside the Go CLI (`nats` on PATH), the same work on the same server
peer: $(VENV)/.dev
	$(BIN)/python -m tests.peer

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
