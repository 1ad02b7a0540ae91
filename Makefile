# `make run` and `make test` are the only two commands a new machine needs.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
# One more than the cores of a small machine: a third of the time a worker waits for processes.
JOBS ?= 3
ARGS ?=
SEED ?= 1
STAMP := .venv/.installed

# The sample's data lives here unless the caller names another database.
ONCALL_DATABASE_URL ?= sqlite:///var/oncall.db

.PHONY: help env run demo test lint check format bench soak i18n pins clean distclean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: $(STAMP) ## make .venv and install everything (quick when nothing changed)

$(STAMP): setup.cfg pyproject.toml constraints.txt scripts/env.sh
	@scripts/env.sh .venv
	@touch $@

run: env ## sample county, service, console and emulated phones on 127.0.0.1:8110
	@mkdir -p var
	@ONCALL_DATABASE_URL="$(ONCALL_DATABASE_URL)" $(BIN)/oncall init --sample
	@ONCALL_DATABASE_URL="$(ONCALL_DATABASE_URL)" exec $(BIN)/oncall serve --emulate-phones $(ARGS)

demo: env ## one transfer's story on a fast clock, on SQLite and on PostgreSQL
	$(BIN)/oncall demo
	$(BIN)/oncall demo --postgres

test: env ## every test: SQLite, PostgreSQL and a real browser
	@scripts/browser.sh
	$(BIN)/pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: env ## ruff, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## what CI runs

format: env ## rewrite the files in the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: env ## the figures we promise, measured here
	$(BIN)/python -m benchmarks $(ARGS)

soak: env ## far more and other examples than `make test`, a scripted month, a storm of kills, the whole HTTP surface
	$(BIN)/python -m tests.chaos --seed $(SEED)
	HYPOTHESIS_PROFILE=search $(BIN)/pytest -n $(JOBS) tests/core tests/rosters tests/admin/test_undo.py tests/admin/test_any_file.py tests/stories/test_month.py $(ARGS)
	@scripts/surface.sh

i18n: env ## extract, merge and compile the catalogues; lists what has no translation
	$(BIN)/python scripts/i18n.py $(ARGS)

pins: ## renew constraints.txt from the newest releases setup.cfg allows
	@scripts/pins.sh

clean: ## remove what tools wrote; keep .venv and the sample's data
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## also remove .venv and the sample's data
	rm -rf .venv var
