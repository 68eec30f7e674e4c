# Written for GNU make 3.81, which macOS brings along, and for everything newer.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

# A lock file names everything, so pip looks for nothing else. Where a package wants an extra of another, older pips
# take the newest release of that instead of the locked one, and then refuse it for want of a hash.
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r

# One lock for all systems and for every Python from 3.11 on. What is locked stays as it is where it still fits.
LOCK := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"

# How many processes run the tests that need no browser: they wait more than they work, the others do not.
WORKERS := 3

# The modules of bench/ that are run, in this order.
BENCHES := ring idle lobby frame effects call direct glass relay churn

# Streamlit asks for an e-mail address before its first start, and waits for it.
STREAMLIT_SERVER_SHOW_EMAIL_PROMPT ?= false
export STREAMLIT_SERVER_SHOW_EMAIL_PROMPT

# For how many seconds `make fuzz` goes on.
FUZZ_SECONDS ?= 600

.PHONY: help run test test-modules test-core test-realtime test-browsers core lint check fuzz lock bench bench-relay
.DEFAULT_GOAL := help
.NOTPARALLEL:

help:  ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/complete  ## Start Parley; the first start installs what it needs into .venv
	@exec $(PY) -m streamlit run app.py

test: $(VENV)/installed-dev  ## Install what the tests need, and run them; ARGS=tests/test_rooms.py picks some
	@sh scripts/system.sh tests $(PY)
	@$(if $(ARGS),$(PY) -m pytest $(ARGS),$(MAKE) --no-print-directory test-modules test-core test-realtime test-browsers)

test-modules:
	@sh scripts/system.sh node
	node --test tests/browser/

# Most tests wait more than they work, and run beside each other. Media in real time, and browsers, want the machine.
test-core:
	$(PY) -m pytest -m "not realtime" --ignore=tests/e2e -n $(WORKERS) --dist worksteal --cov --cov-report=

test-realtime:
	$(PY) -m pytest -m realtime --ignore=tests/e2e

test-browsers:
	$(PY) -m pytest tests/e2e

fuzz: $(VENV)/installed-dev  ## Make up input as strangers may, for FUZZ_SECONDS=600, round after round
	@end=$$(($$(date +%s) + $(FUZZ_SECONDS))); \
	while [ $$(date +%s) -lt $$end ]; do \
		$(PY) -m pytest -m fuzz --ignore=tests/e2e -n $(WORKERS) --hypothesis-profile=fuzz || exit; \
	done

core: $(VENV)/installed-dev  ## Run the first of these groups alone, by any Python: PYTHON=python3.13 VENV=/tmp/venv
	@sh scripts/system.sh core $(PY)
	@$(MAKE) --no-print-directory test-core

lint: $(VENV)/installed-dev node_modules/installed  ## Look at style, spelling and types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m codespell_lib
	$(PY) -m mypy
	npx eslint components/browser tests/browser
	npx tsc

check: lint test  ## Everything that a change has to pass: lint, then test

bench: $(VENV)/installed-dev  ## Measure, and print tables
	@sh scripts/system.sh tests $(PY)
	@set -e; for bench in $(BENCHES); do $(PY) -m bench.$$bench; done

bench-relay: $(VENV)/installed-dev  ## Measure the media engine beside the known pattern, and Janus where it is installed
	$(PY) -m bench.relay

lock: $(VENV)/installed-dev  ## Compile requirements.txt and requirements-dev.txt into lock files; ARGS=--upgrade renews
	$(LOCK) $(ARGS) requirements.txt --output-file requirements.lock
	$(LOCK) $(ARGS) requirements-dev.txt --constraint requirements.lock --output-file requirements-dev.lock

# A stamp is newer than the lock file that is installed, so a second start installs nothing.
$(VENV)/installed: requirements.lock
	@sh scripts/system.sh venv $(VENV) "$(PYTHON)"
	@echo "Installing requirements.lock into $(VENV), this once."
	@$(INSTALL) requirements.lock
	@touch $@

node_modules/installed: package-lock.json
	@sh scripts/system.sh node
	@echo "Installing package-lock.json into node_modules, this once."
	@npm ci --silent --no-audit --no-fund
	@touch $@

$(VENV)/complete: $(VENV)/installed
	@sh scripts/system.sh opencv $(PY)
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	@echo "Installing requirements-dev.lock into $(VENV), this once."
	@$(INSTALL) requirements-dev.lock
	@touch $@
