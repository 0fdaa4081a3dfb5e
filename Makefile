# Everything that one does with the project. `make help` says it in lines.

PROFILE ?= internet-assistant
PORT ?= 8000
DATA ?= ./data
JOBS ?= 2

BIN := .venv/bin
RUN := .venv/.installed-run
TEST := .venv/.installed-test

.DEFAULT_GOAL := help
.PHONY: run test check slow bench pictures acceptance lock help

run: $(RUN) ## start the demo (PROFILE=… PORT=… DATA=…)
	@exec $(BIN)/abonent demo --profile "$(PROFILE)" --port "$(PORT)" --data "$(DATA)"

test: $(TEST) ## everything: format, lint, types, import direction, all tests but the slow ones
	@$(BIN)/python tools/system.py install postgres chromium driver
	@tools/localstripe
	@$(BIN)/python tools/check.py --jobs $(JOBS) everything

check: $(TEST) ## the same without a browser
	@$(BIN)/python tools/system.py install postgres
	@tools/localstripe
	@$(BIN)/python tools/check.py --jobs $(JOBS) fast

acceptance: $(TEST) ## one test per line of the requirements, named by its id
	@$(BIN)/python tools/system.py install postgres chromium driver
	@$(BIN)/pytest -v -n $(JOBS) -m "not slow" tests/acceptance

slow: $(TEST) ## minutes: storms of kill -9, a month turn, 100,000 steps of money
	@$(BIN)/python tools/system.py install postgres
	@$(BIN)/pytest -v -m slow

bench: $(TEST) ## ratios of speed and memory, one table
	@$(BIN)/python tools/system.py install postgres wrk
	@$(BIN)/python -m bench

pictures: $(TEST) ## screenshots of the demo into docs/pictures
	@$(BIN)/python tools/system.py install chromium driver
	@$(BIN)/python -m tools.pictures

lock: ## resolve the dependencies anew into the two lock files
	@tools/lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(RUN): requirements.lock pyproject.toml
	@tools/venv requirements.lock
	@touch $@

$(TEST): requirements-test.lock pyproject.toml
	@tools/venv requirements-test.lock
	@touch $@ $(RUN)
