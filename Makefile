# Written for GNU make 3.81, which macOS brings along, and for everything newer.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

# How many processes run the tests that need no browser: they wait more than they work, the others do not.
WORKERS := 3

# The modules of bench/ that are run, in this order.
BENCHES := ring idle frame effects call direct glass relay churn

# Streamlit asks for an e-mail address before its first start, and waits for it.
STREAMLIT_SERVER_SHOW_EMAIL_PROMPT ?= false
export STREAMLIT_SERVER_SHOW_EMAIL_PROMPT

.PHONY: help run test check bench bench-relay
.DEFAULT_GOAL := help

help:  ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/complete  ## Start Parley; the first start installs what it needs into .venv
	@exec $(PY) -m streamlit run app.py

test: $(VENV)/installed-dev  ## Install what the tests need, and run them; ARGS=tests/test_rooms.py picks some
	@sh scripts/system.sh tests $(PY)
	$(if $(ARGS),$(PY) -m pytest $(ARGS),$(PY) -m pytest --ignore=tests/e2e -n $(WORKERS) --dist worksteal && $(PY) -m pytest tests/e2e)

check: $(VENV)/installed-dev  ## Look at style and types, then run the tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	@$(MAKE) test

bench: $(VENV)/installed-dev  ## Measure, and print tables
	@sh scripts/system.sh tests $(PY)
	@set -e; for bench in $(BENCHES); do $(PY) -m bench.$$bench; done

bench-relay: $(VENV)/installed-dev  ## Measure the media engine beside the known pattern, and Janus where it is installed
	$(PY) -m bench.relay

# A stamp is newer than the requirements that are installed, so a second start installs nothing.
$(VENV)/installed: requirements.txt
	@sh scripts/system.sh venv $(VENV) "$(PYTHON)"
	@echo "Installing requirements.txt into $(VENV), this once."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/complete: $(VENV)/installed
	@sh scripts/system.sh opencv $(PY)
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "Installing requirements-dev.txt into $(VENV), this once."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
