# All commands for development. Each one creates .venv first if needed; see tools/setup.
#   PYTHON=...  the Python to create it with      ARGS=...  passed on, e.g. make try ARGS="--port 9000"
# `make try --port 9000` ends with make's own "unrecognized option": make reads options before this file.

PY := .venv/bin/python
ARGS :=
QUICK := tests/rules tests/domain tests/services
CONFIG := config.toml
# Number of cores plus one, at most four, because tests often wait for a process or a timer.
JOBS := $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); [ $$n -ge 3 ] && echo 4 || expr $$n + 1)
export PYTHONUNBUFFERED := 1
# Tests start hundreds of interpreters; without cached bytecode, each one compiles the whole bot.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help try test quick test-postgresql run check bench soak shots pictures format lock migration setup
.DEFAULT_GOAL := help

ifneq ($(filter --%,$(MAKECMDGOALS))$(--port),)
$(error make does not pass options on. Write them in ARGS: make $(firstword $(MAKECMDGOALS)) ARGS="--port 9000")
endif

help:
	@echo 'make try     try the bot in a simulated Discord in your browser; no token, no account'
	@echo '             options go into ARGS, here and below: make try ARGS="--port 9000"'
	@echo 'make test    run all tests (thirteen minutes on two cores)'
	@echo 'make quick   run the tests of the rules and services, without processes (two minutes)'
	@echo 'make test-postgresql   run the database tests on a temporary PostgreSQL server'
	@echo 'make run     run the bot on Discord, set up by config.toml (see config.example.toml)'
	@echo 'make check   lint, formatting, types, import contracts'
	@echo 'make shots   take screenshots of every main card and form, in both languages, into build/shots; needs Chromium'
	@echo 'make pictures   draw an example of every picture into docs/pictures'
	@echo 'make bench   measure latency, start, memory, and how fast and reliably messages are sent'
	@echo 'make soak    kill the bot at random and count lost and duplicate messages; simulate outings; watch its memory'

setup:
	@tools/setup

try: setup
	@$(PY) -m bot try $(ARGS)

run: setup
	@$(PY) -m bot run --config $(CONFIG) $(ARGS)

test: setup
	@echo '==> running the tests'
	@$(PY) -m pytest --numprocesses=$(JOBS) --dist=worksteal $(ARGS)

quick: setup
	@echo '==> running the quick tests of the rules and services'
	@$(PY) -m pytest -m 'not long and not postgresql' --numprocesses=auto --dist=worksteal $(QUICK) $(ARGS)

test-postgresql: setup
	@echo '==> running the database tests on PostgreSQL'
	@tools/postgresql $(PY) -m pytest -m postgresql --numprocesses=$(JOBS) --dist=worksteal $(ARGS)

check: setup
	@echo '==> lint'
	@$(PY) -m ruff check .
	@echo '==> formatting'
	@$(PY) -m ruff format --check .
	@echo '==> types'
	@$(PY) -m mypy
	@echo '==> import contracts'
	@.venv/bin/lint-imports --no-cache

bench: setup
	@echo '==> measuring (a few minutes; nothing else should be running)'
	@$(PY) -m tests.benchmarks $(ARGS)

soak: setup
	@echo '==> killing the bot repeatedly, simulating outings, watching its memory (an hour; see ARGS=--help)'
	@$(PY) -m tests.wire.soak $(ARGS)

shots: setup
	@echo '==> taking screenshots of the try mode into build/shots (ten minutes; needs Chromium)'
	@$(PY) -m tests.preview.shots $(ARGS)

pictures: setup
	@echo '==> drawing the examples of all pictures into docs/pictures'
	@$(PY) -m tests.charts.gallery

format: setup
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

# Create requirements.lock: one file for Python 3.11 to 3.14 with every platform's hashes and without an index address.
# Needs uv (not part of the project); UPGRADE=--upgrade takes newer versions within the ranges of pyproject.toml.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	    --extra try --extra dev $(UPGRADE) pyproject.toml --output-file requirements.lock

# make migration NAME="add partners": draft the next file in db/migrations/versions from the models.
migration: setup
	@PYTHONPATH=. $(PY) tools/migration.py "$(NAME)"
